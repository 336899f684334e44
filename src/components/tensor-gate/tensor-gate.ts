import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { beatPayload, framedBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { indexBits } from '../payloads.ts';

/** Lets the transfers of a run through, as many as its heads have, and looks whether packets end within a head. */
export const tensorGate = defineComponent({
  name: 'tensor_gate',
  summary:
    'Takes from a stream what the heads of a run need and no more. A packet that ends in the middle of a head, or lacks bytes of a row, is told.',
  parameters: z.strictObject({
    bytes: beatBytes,
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    rowBytes: integer({ description: 'bytes of a row', unit: 'bytes', min: 1, max: 4096, default: 64 }),
    rowTokens: integer({ description: 'tokens that share a row', unit: 'tokens', min: 1, max: 16, default: 1 }),
    rows: integer({ description: 'rows of a head; 0: as many as its tokens take', min: 0, max: 65535, default: 0 }),
  }),
  variant: (p) => (p.rows > 0 ? 'fixed' : p.rowTokens > 1 ? 'shared' : ''),
  ports: (p) => ({
    packets: input(stream(framedBeatPayload(p.bytes))),
    launch: input(wire(bits(1))),
    heads: input(wire(bits(16))),
    used: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    beats: output(stream(beatPayload(p.bytes))),
    frame_error: output(wire(bits(1))),
  }),
  template: { file: 'tensor-gate/tensor-gate.v.hbs' },
  constants: (p) => ({
    BYTES: p.bytes,
    COUNT: indexBits(p.tokens + 1),
    ROW: p.rows > 0 ? indexBits(p.rows + 1) : indexBits(p.tokens + 1),
    // Of a sum of both: a row may hold more tokens than there are.
    THEN: 1 + indexBits(Math.max(p.tokens, p.rowTokens) + 1),
    PLACE: indexBits(Math.ceil(p.rowBytes / p.bytes)),
  }),
  view: (p) => {
    const beats = Math.ceil(p.rowBytes / p.bytes);
    const needed = (from: number) =>
      Array.from({ length: p.bytes }, (_, i) => (from + i < p.rowBytes && p.rowTokens === 1 ? '1' : '0'))
        .toReversed()
        .join('');
    return {
      bytes: p.bytes,
      fixed: p.rows > 0,
      rows: p.rows,
      shared: p.rowTokens > 1,
      rowTokens: p.rowTokens,
      several: beats > 1,
      lastPlace: beats - 1,
      tail: needed((beats - 1) * p.bytes),
    };
  },
});
