import { bitSelect } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { memoryShape } from '../main-memory/layout.ts';
import { indexBits, keyFields } from '../payloads.ts';
import { writePayload } from '../sequencer/sequencer.ts';

const { tokens, dim, channels, cellBits } = memoryShape;

/** Sends each token to its channel, and tells when all tokens of the head are in memory. */
export const writeRouter = defineComponent({
  name: 'write_router',
  summary:
    'Sends each token to the channel that holds it, adjacent tokens to different channels, and tells when all of a head are in memory.',
  parameters: z.strictObject({ tokens, dim, channels, cellBits }),
  ports: (p) => ({
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    write: input(stream(writePayload(p.tokens, p.dim, p.cellBits))),
    channels: output(many(p.channels, stream(writePayload(p.tokens, p.dim, p.cellBits)))),
    idle: input(many(p.channels, wire(bits(1)))),
    loaded: output(wire(bits(1))),
  }),
  template: { file: 'write-router/write-router.v.hbs' },
  constants: (p) => ({ COUNT: indexBits(p.tokens + 1), CHANNEL: indexBits(p.channels) }),
  view: (p) => {
    const reach = Math.min(Math.log2(p.channels), indexBits(p.tokens));
    return {
      fields: ['index', ...Object.keys(keyFields(p.dim, p.cellBits)), 'value'],
      ways: Array.from({ length: p.channels }, (_, i) => i),
      several: p.channels > 1,
      // A design with fewer tokens than channels leaves the last channels empty.
      number:
        reach < Math.log2(p.channels)
          ? `{ ${Math.log2(p.channels) - reach}'d0, write_index }`
          : bitSelect('write_index', reach - 1, 0, indexBits(p.tokens)),
    };
  },
  *model(p, io): Process {
    const length = yield* io.length.read();
    for (let n = 1; ; n++) {
      const item = yield* io.write.take();
      io.channels[item.index % p.channels]!.put(item);
      if (n === length) io.loaded.set(1);
    }
  },
});
