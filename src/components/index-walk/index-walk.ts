import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { oneHotToIndex } from '../find-first.ts';
import { indexBits } from '../payloads.ts';
import { keptKeyPayload, keptWordPayload, keyWords, relevanceShape } from '../relevance-payloads.ts';

const { tokens, lanes } = relevanceShape;

/**
 * Walks through the kept keys: one a cycle, the lowest first, and the next word's right behind, of whichever query. From the edge that
 * takes a word to its first key at the output: 1 cycle; the word is replaced at the edge at which its last key leaves. A word of n
 * keys, of which it has one at least, thus takes n cycles.
 */
export const indexWalk = defineComponent({
  name: 'index_walk',
  summary: 'Turns words of kept bits into the numbers of the kept keys, one a cycle and without a pause between words.',
  parameters: z.strictObject({ tokens, lanes }),
  ports: (p) => ({
    words: input(stream(keptWordPayload(p), 'packet')),
    kept: output(stream(keptKeyPayload(p.tokens), 'packet')),
  }),
  template: { file: 'index-walk/index-walk.v.hbs' },
  constants: (p) => ({ LANES: p.lanes, WORD: indexBits(keyWords(p)) }),
  view: (p) => {
    // Where one word holds all keys, the upper lanes have none.
    const several = keyWords(p) > 1;
    const lane = several ? clog2(p.lanes) : indexBits(p.tokens);
    const one = p.lanes === 1;
    return {
      one,
      several,
      laneOf: one ? '' : oneHotToIndex('lane_of', p.lanes, lane),
      index: one ? (several ? 'word' : "1'b0") : several ? '{ word, lane_of(lowest) }' : 'lane_of(lowest)',
    };
  },
  *model(p, io): Process {
    for (;;) {
      const { word, keep, last } = yield* io.words.take();
      const keys = Array.from(keep, (bit, lane) => (bit ? word * p.lanes + lane : -1)).filter((key) => key >= 0);
      keys.forEach((index, n) => io.kept.put({ index, last: n === keys.length - 1 ? last : 0 }));
    }
  },
});
