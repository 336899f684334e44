import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { dotBits, dotShape, survivorPayload, widthRules } from '../dot-payloads.ts';
import { indexBits } from '../payloads.ts';
import { presencePayload } from '../relevance-payloads.ts';

const { tokens, dim, queryBits, keyBits } = dotShape;

/** Gives the queries that keep no key, and have not been at the SRAM-CIM, their empty packets: one a cycle, in order of queries. */
export const emptyInsert = defineComponent({
  name: 'empty_insert',
  summary: 'Puts an empty packet for each query that keeps no key between the packets of the others.',
  parameters: z.strictObject({ tokens, dim, queryBits, keyBits }),
  rules: widthRules,
  ports: (p) => ({
    presence: input(stream(presencePayload())),
    from: input(stream(survivorPayload(p), 'packet')),
    to: output(stream(survivorPayload(p), 'packet')),
  }),
  template: { file: 'empty-insert/empty-insert.v.hbs' },
  constants: (p) => ({ INDEX: indexBits(p.tokens), DOT: dotBits(p) }),
  *model(_, io): Process {
    for (;;) {
      const { keeps } = yield* io.presence.take();
      if (!keeps) io.to.put({ index: 0, dot: 0, empty: 1, last: 1 });
      for (let last = !keeps; !last; ) {
        const survivor = yield* io.from.take();
        io.to.put(survivor);
        last = survivor.last === 1;
      }
    }
  },
});
