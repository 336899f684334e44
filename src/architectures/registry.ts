/** The architectures that there are, and their presets. */
import type { Part } from '../dsl/component.ts';
import type { Schema } from '../dsl/parameters.ts';
import { leopardParameters, leopardPresets } from './leopard/parameters.ts';
import { leopard } from './leopard/leopard.ts';
import { sprintParameters, sprintPresets } from './sprint/parameters.ts';
import { sprint } from './sprint/sprint.ts';

export interface Architecture {
  readonly summary: string;
  readonly schema: Schema;
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Any parameters; what is wrong with them is in the part's `problems`. */
  readonly make: (parameters: Readonly<Record<string, unknown>>) => Part;
}

export const architectures: Readonly<Record<string, Architecture>> = {
  sprint: {
    summary: sprint.definition.summary,
    schema: sprintParameters,
    presets: sprintPresets,
    make: (parameters) => sprint(parameters) as unknown as Part,
  },
  leopard: {
    summary: leopard.definition.summary,
    schema: leopardParameters,
    presets: leopardPresets,
    make: (parameters) => leopard(parameters) as unknown as Part,
  },
};

/** Every preset: its name, its architecture, and what it sets. */
export const presets = (): {
  name: string;
  architecture: string;
  parameters: Readonly<Record<string, unknown>>;
}[] =>
  Object.entries(architectures).flatMap(([architecture, a]) =>
    Object.entries(a.presets).map(([name, parameters]) => ({ name, architecture, parameters })),
  );
