import { leopardHead } from '../../architectures/leopard/functional.ts';
import { type LeopardParameters, leopardParameters } from '../../architectures/leopard/parameters.ts';
import { LeopardTiming } from '../../architectures/leopard/timing.ts';
import type { Machine, MachineMaker } from './machine.ts';

const leopardMachine = (p: LeopardParameters): Machine => ({
  functional: (head) => leopardHead(p, head),
  predictor: () => {
    const timing = new LeopardTiming(p);
    return ({ length, causal }, { groups, kept, keptCount }) => {
      if (!groups)
        throw new TypeError('the timing of LeOPArd needs the groups of bits that its functional model gives');
      const t = timing.head({ length, causal, groups, kept });
      return {
        cycles: t.cycles,
        load_cycles: t.loadCycles,
        stall_cycles: t.stallCycles,
        keys_kept: keptCount,
        keys_fetched: null,
        keys_reused: null,
        values_fetched: null,
        values_reused: null,
      };
    };
  },
  wires: ({ keptCount, histogram = [] }) => ({
    keys_kept: keptCount,
    ...Object.fromEntries(Array.from(histogram, (keys, t) => [`groups_histogram${t}`, keys])),
  }),
});

export const machine: MachineMaker = (parameters) => leopardMachine(leopardParameters.parse(parameters));
