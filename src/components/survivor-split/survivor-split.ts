import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { dotBits, dotShape, keptDotPayload, survivorPayload, widthRules } from '../dot-payloads.ts';
import { belongs, localTokens, numberInWay, valueWays } from '../kept-attention/ways.ts';
import { indexBits } from '../payloads.ts';

const { tokens, dim, queryBits, keyBits } = dotShape;

/**
 * Divides the kept keys of each query among the ways. A way's key is held until another one of that way follows or the query has
 * ended, so that the last one can say so, and none of these steps costs a cycle: the next query's keys come while the ends are told.
 */
export const survivorSplit = defineComponent({
  name: 'survivor_split',
  summary:
    'Sends each kept key to the way that has its value, under its number there, and ends every query at every way, with an empty packet where none of its keys is kept.',
  parameters: z.strictObject({ tokens, dim, queryBits, keyBits, valueWays }),
  rules: widthRules,
  ports: (p) => ({
    survivors: input(stream(keptDotPayload(p), 'packet')),
    ways: output(many(p.valueWays, stream(survivorPayload({ ...p, tokens: localTokens(p) }), 'packet'))),
  }),
  template: { file: 'survivor-split/survivor-split.v.hbs' },
  constants: (p) => ({ INDEX: indexBits(localTokens(p)), DOT: dotBits(p) }),
  view: (p) => ({
    index: numberInWay('survivors_index', p),
    ways: Array.from({ length: p.valueWays }, (_, way) => {
      const here = belongs('survivors_index', way, p);
      return { way, here: here || "1'b1" };
    }),
  }),
  *model(p, io): Process {
    for (;;) {
      const held = new Map<number, { index: number; dot: number }>();
      for (;;) {
        const { index, dot, last } = yield* io.survivors.take();
        const way = index % p.valueWays;
        const before = held.get(way);
        if (before) io.ways[way]!.put({ ...before, empty: 0, last: 0 });
        held.set(way, { index: Math.floor(index / p.valueWays), dot });
        if (last) break;
      }
      for (const [way, end] of io.ways.entries()) {
        const last = held.get(way);
        end.put({ ...(last ?? { index: 0, dot: 0 }), empty: last ? 0 : 1, last: 1 });
      }
    }
  },
});
