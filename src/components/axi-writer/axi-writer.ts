import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, type Wire, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, master, output } from '../../dsl/ports.ts';
import { axiWrite, resultBeatPayload } from '../axi.ts';
import { longestBurst } from '../axi-reader/axi-reader.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { addressBits, addressWires, mostBeats } from '../layer-fetch/layer-fetch.ts';
import { indexBits } from '../payloads.ts';

type Addresses = Record<'o_base' | 'o_base_high' | 'o_row_stride' | 'o_head_stride', Directed<'in', Wire<false>>>;

/** Bursts that may wait for their response. */
const slots = 16;

/**
 * Writes rows of results by bursts. A head has ended when all its responses have come. A burst that has begun ends, in a flush with bytes
 * that are not written.
 */
export const axiWriter = defineComponent({
  name: 'axi_writer',
  summary:
    'Writes rows of results to memory by INCR bursts that stay within 4 KiB; bytes behind a row are left alone. A head has ended when the last response has come.',
  parameters: z.strictObject({
    addressBits,
    bytes: beatBytes,
    rowBytes: integer({ description: 'bytes of a row', unit: 'bytes', min: 1, max: 4096, default: 128 }),
  }),
  ports: (p) => ({
    beats: input(stream(resultBeatPayload(p.bytes))),
    launch: input(wire(bits(1))),
    flush: input(wire(bits(1))),
    ...(Object.fromEntries(
      addressWires('o', p.addressBits, true, true).map(([name, width]) => [name, input(wire(bits(width)))]),
    ) as Addresses),
    bus: master(axiWrite({ addressBits: p.addressBits, dataBits: 8 * p.bytes })),
    aligned: output(wire(bits(1))),
    quiet: output(wire(bits(1))),
    head_ended: output(wire(bits(1))),
    response_error: output(wire(bits(1))),
  }),
  template: { file: 'axi-writer/axi-writer.v.hbs' },
  constants: (p) => ({
    ADDRESS: p.addressBits,
    DATA: 8 * p.bytes,
    BYTES: p.bytes,
    LOW: Math.log2(p.bytes),
    PAGE: 13 - Math.log2(p.bytes),
    BEATS: indexBits(mostBeats + 1),
    UNDERWAY: indexBits(slots + 1),
  }),
  view: (p) => ({
    upper: p.addressBits > 32,
    size: Math.log2(p.bytes),
    page: 4096 / p.bytes,
    pageBits: 13 - Math.log2(p.bytes),
    most: longestBurst(p.bytes, 256),
    rowBeats: Math.ceil(p.rowBytes / p.bytes),
    beatBits: indexBits(mostBeats + 1),
    slots,
    underway: indexBits(slots + 1),
    alignBits: 3 * Math.log2(p.bytes),
  }),
});
