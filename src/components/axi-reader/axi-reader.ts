import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { powerOfTwo } from '../../dsl/parameters.ts';
import { input, master, output } from '../../dsl/ports.ts';
import { axiRead, taggedBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { addressBits, mostBeats, readPayload } from '../layer-fetch/layer-fetch.ts';
import { indexBits } from '../payloads.ts';

/** Transfers of the longest burst: as many as a queue can hold, at most 256 (AXI4), within 4 KiB. */
export const longestBurst = (bytes: number, most: number): number => Math.min(256, 4096 / bytes, most);

/** Bursts that may be under way. */
const slots = 16;

/**
 * Reads rows by bursts. A burst is asked for only when there is room for all of it, so that data on the bus never waits; bursts have one
 * ID, so that they come in order.
 */
export const axiReader = defineComponent({
  name: 'axi_reader',
  summary:
    'Reads rows from memory by INCR bursts that stay within 4 KiB, several under way at a time; data is queued, and asked for only as far as the queue has room.',
  parameters: z.strictObject({
    addressBits,
    bytes: beatBytes,
    queue: powerOfTwo({ description: 'transfers that the queue holds', min: 8, max: 1024, default: 64 }),
  }),
  ports: (p) => ({
    reads: input(stream(readPayload(p.addressBits))),
    flush: input(wire(bits(1))),
    bus: master(axiRead({ addressBits: p.addressBits, dataBits: 8 * p.bytes })),
    beats: output(stream(taggedBeatPayload(p.bytes))),
    quiet: output(wire(bits(1))),
    response_error: output(wire(bits(1))),
  }),
  template: { file: 'axi-reader/axi-reader.v.hbs' },
  constants: (p) => ({
    ADDRESS: p.addressBits,
    DATA: 8 * p.bytes,
    LOW: Math.log2(p.bytes),
    PAGE: 13 - Math.log2(p.bytes),
    BEATS: indexBits(mostBeats + 1),
    DEPTH: p.queue,
    PLACE: indexBits(p.queue),
    ROOM: indexBits(p.queue + 1),
    SLOTS: slots,
    SLOT: indexBits(slots),
    UNDERWAY: indexBits(slots + 1),
  }),
  view: (p) => ({
    size: Math.log2(p.bytes),
    page: 4096 / p.bytes,
    pageBits: 13 - Math.log2(p.bytes),
    most: longestBurst(p.bytes, p.queue / 2),
    beatBits: indexBits(mostBeats + 1),
    depth: p.queue,
    roomBits: indexBits(p.queue + 1) + 1,
    slots,
    underway: indexBits(slots + 1),
  }),
});
