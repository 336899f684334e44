import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { keptWordPayload, presencePayload, relevanceShape } from '../relevance-payloads.ts';

const { tokens, lanes } = relevanceShape;

/**
 * Keeps queries without kept keys away from the SRAM-CIM, which would lose a row's time to each: only words with keys go on. Whether a
 * query keeps any is told with its first word, in order of queries; the two outputs wait for their readers on their own. No cycle is added
 * to a word.
 */
export const wordRoute = defineComponent({
  name: 'word_route',
  summary: 'Passes on the words that hold kept keys, and tells of each query whether it keeps any.',
  parameters: z.strictObject({ tokens, lanes }),
  ports: (p) => ({
    words: input(stream(keptWordPayload(p), 'packet')),
    kept: output(stream(keptWordPayload(p), 'packet')),
    presence: output(stream(presencePayload())),
  }),
  template: { file: 'word-route/word-route.v.hbs' },
  constants: (p) => ({ LANES: p.lanes }),
  *model(_, io): Process {
    for (let first = true; ; ) {
      const word = yield* io.words.take();
      const keeps = Array.from(word.keep).includes(1);
      if (first) io.presence.put({ keeps: keeps ? 1 : 0 });
      if (keeps) io.kept.put(word);
      first = word.last === 1;
    }
  },
});
