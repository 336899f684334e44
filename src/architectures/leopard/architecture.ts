import type { Part } from '../../dsl/component.ts';
import type { Architecture } from '../architecture.ts';
import { leopard } from './leopard.ts';
import { leopardParameters } from './parameters.ts';
import { leopardPresets } from './presets.ts';

export const architecture: Architecture = {
  summary: leopard.definition.summary,
  schema: leopardParameters,
  without: { reram: 'LeOPArd computes in digital logic and has no ReRAM array; sprint and hardsea have them.' },
  presets: leopardPresets,
  make: (parameters) => leopard(parameters) as unknown as Part,
};
