import { leopardHead } from '../../architectures/leopard/functional.ts';
import { type LeopardParameters, leopardParameters } from '../../architectures/leopard/parameters.ts';
import { LeopardTiming } from '../../architectures/leopard/timing/timing.ts';
import { loadedOnce } from '../counters.ts';
import type { Machine, MachineMaker } from './machine.ts';

const leopardMachine = (p: LeopardParameters): Machine => ({
  functional: (head) => leopardHead(p, head),
  predictor: () => {
    const timing = new LeopardTiming(p);
    return ({ length, causal }, { groups, kept, keptCount }) => {
      if (!groups)
        throw new TypeError('the timing of LeOPArd needs the groups of bits that its functional model gives');
      return loadedOnce(timing.head({ length, causal, groups, kept }), keptCount);
    };
  },
  wires: ({ keptCount, histogram = [] }) => ({
    keys_kept: keptCount,
    ...Object.fromEntries(Array.from(histogram, (keys, t) => [`groups_histogram${t}`, keys])),
  }),
});

export const machine: MachineMaker = (parameters) => leopardMachine(leopardParameters.parse(parameters));
