/** What is known of each architecture, all at once; `loadMachine` brings one. */
import type { ArchitectureName } from '../../architectures/names.ts';
import { machine as hardsea } from './hardsea.ts';
import { machine as leopard } from './leopard.ts';
import type { MachineMaker } from './machine.ts';
import { machine as sprint } from './sprint.ts';

export const machines = { sprint, leopard, hardsea } satisfies Record<ArchitectureName, MachineMaker>;
