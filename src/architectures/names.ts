/** The architectures by name, each loaded when it is asked for: a command needs one of them, and they are large. */
import type { Architecture } from './architecture.ts';
import { hardseaPresets } from './hardsea/presets.ts';
import { leopardPresets } from './leopard/presets.ts';
import { sprintPresets } from './sprint/presets.ts';

const known = {
  sprint: { presets: sprintPresets, load: () => import('./sprint/architecture.ts') },
  leopard: { presets: leopardPresets, load: () => import('./leopard/architecture.ts') },
  hardsea: { presets: hardseaPresets, load: () => import('./hardsea/architecture.ts') },
} as const;

export type ArchitectureName = keyof typeof known;
export const architectureNames = Object.keys(known) as ArchitectureName[];

export const isArchitecture = (name: string): name is ArchitectureName => Object.hasOwn(known, name);

export const loadArchitecture = async (name: ArchitectureName): Promise<Architecture> =>
  (await known[name].load()).architecture;

/** Every preset: its name, its architecture, and what it sets. */
export const presets = (): {
  name: string;
  architecture: ArchitectureName;
  parameters: Readonly<Record<string, unknown>>;
}[] =>
  architectureNames.flatMap((architecture) =>
    Object.entries<Readonly<Record<string, unknown>>>(known[architecture].presets).map(([name, parameters]) => ({
      name,
      architecture,
      parameters,
    })),
  );
