import type { Part } from '../../dsl/component.ts';
import type { Architecture } from '../architecture.ts';
import { hardsea } from './hardsea.ts';
import { hardseaParameters } from './parameters.ts';
import { hardseaPresets } from './presets.ts';

export const architecture: Architecture = {
  summary: hardsea.definition.summary,
  schema: hardseaParameters,
  presets: hardseaPresets,
  make: (parameters) => hardsea(parameters) as unknown as Part,
};
