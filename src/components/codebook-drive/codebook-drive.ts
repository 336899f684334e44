import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { bitSelect } from '../bit-select.ts';
import { indexBits } from '../payloads.ts';
import { drivePayload, relevanceShape } from '../relevance-payloads.ts';
import { type ElementWidths, rowPayload, writePayload } from '../sequencer/sequencer.ts';
import { integer } from '../../dsl/parameters.ts';

const { tokens, dim, dacBits, relevance } = relevanceShape;

/** Bits of the elements of queries, keys and values of a design with predicted relevance. */
export const predictedWidths = (thresholdBits: number): ElementWidths => ({
  queryBits: 8,
  keyBits: 8,
  valueBits: 8,
  thresholdBits,
});

/**
 * Drives the keys of a head and then its queries into the crossbars of the codebook, cut down to the bits of the DACs. Keys are driven to be
 * clustered; queries too, but in the asymmetric form, where every centroid's product with the query is wanted. With pruning off nothing
 * is driven. An item takes a cycle.
 */
export const codebookDrive = defineComponent({
  name: 'codebook_drive',
  summary: 'Drives the keys of a head, and then its queries, into the crossbars that hold the centroids.',
  parameters: z.strictObject({
    tokens,
    dim,
    dacBits,
    relevance,
    thresholdBits: integer({ description: 'bits of a threshold', unit: 'bits', min: 1, max: 48, default: 13 }),
  }),
  ports: (p) => ({
    clear: input(wire(bits(1))),
    prune: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    key_ramp: input(wire(bits(5))),
    query_ramp: input(wire(bits(5))),
    write: input(stream(writePayload(p.tokens, p.dim, 8, predictedWidths(p.thresholdBits)))),
    row: input(stream(rowPayload(p.tokens, p.dim, predictedWidths(p.thresholdBits)))),
    drive: output(stream(drivePayload(p))),
  }),
  template: { file: 'codebook-drive/codebook-drive.v.hbs' },
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    OPERATION: indexBits(2 * p.tokens),
    INDEX: indexBits(p.tokens),
    LEVELS: p.dim * p.dacBits,
  }),
  view: (p) => {
    const upper = (name: string) =>
      Array.from({ length: p.dim }, (_, i) => p.dim - 1 - i)
        .map((i) => bitSelect(name, 8 * i + 7, 8 * i + 8 - p.dacBits, 8 * p.dim))
        .join(', ');
    return {
      keys: upper('write_msb'),
      queries: upper('row_data'),
      clusters: p.relevance !== 'asymmetric',
      firstQuery: p.tokens,
    };
  },
  *model(p, io): Process {
    const prune = yield* io.prune.read();
    const length = yield* io.length.read();
    const step = 2 ** (8 - p.dacBits);
    const levels = (data: ArrayLike<number>) => Array.from(data, (x) => Math.floor(x / step));
    for (let n = 0; n < length; n++) {
      const { msb, index } = yield* io.write.take();
      if (!prune) continue;
      io.drive.put({ levels: levels(msb), bias: 1, ramp: yield* io.key_ramp.read(), operation: index });
    }
    for (let n = 0; n < length; n++) {
      const { data, row } = yield* io.row.take();
      if (!prune) continue;
      const clusters = p.relevance !== 'asymmetric';
      const ramp = yield* clusters ? io.key_ramp.read() : io.query_ramp.read();
      io.drive.put({ levels: levels(data), bias: clusters ? 1 : 0, ramp, operation: p.tokens + row });
    }
  },
});
