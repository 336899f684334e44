import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { dotShape, widthsOf } from '../dot-payloads.ts';
import { keptPayload } from '../index-queue/index-queue.ts';
import { indexBits, valueTokenPayload } from '../payloads.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { memoryBus } from '../sram/sram.ts';

const { tokens, dim, queryBits, keyBits, valueBits } = dotShape;

/** Keeps the values of a head, and fetches those that a query keeps. */
export const valueFetch = defineComponent({
  name: 'value_fetch',
  summary: 'Keeps the values of a head in memory, and gives out the value of each kept key, one a cycle.',
  parameters: z.strictObject({ tokens, dim, queryBits, keyBits, valueBits }),
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    kept: input(stream(keptPayload(p.tokens), 'packet')),
    values: output(stream(valueTokenPayload({ dim: p.dim, localTokens: p.tokens }, p.valueBits), 'packet')),
    memory: master(memoryBus(p.tokens, p.valueBits * p.dim)),
  }),
  template: { file: 'value-fetch/value-fetch.v.hbs' },
  constants: (p) => ({ INDEX: indexBits(p.tokens), DATA: p.valueBits * p.dim }),
  *model(p, io): Process {
    const length = yield* io.length.read();
    const values: ArrayLike<number>[] = [];
    while (values.length < length) {
      const { index, value } = yield* io.write.take();
      values[index] = value;
    }
    const nothing = new Int32Array(p.dim);
    for (;;) {
      const { index, empty, last } = yield* io.kept.take();
      io.values.put({ index, data: empty ? nothing : values[index]!, empty, last });
    }
  },
});
