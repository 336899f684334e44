import type { ArchitectureName } from '../../architectures/names.ts';
import type { MachineMaker } from './machine.ts';

const loaders: Readonly<Record<ArchitectureName, () => Promise<{ readonly machine: MachineMaker }>>> = {
  sprint: () => import('./sprint.ts'),
  leopard: () => import('./leopard.ts'),
  hardsea: () => import('./hardsea.ts'),
};

export const loadMachine = async (name: ArchitectureName): Promise<MachineMaker> => (await loaders[name]()).machine;
