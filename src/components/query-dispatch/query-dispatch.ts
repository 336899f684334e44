import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, payload, signed, stream, vector, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits, queryPayload } from '../payloads.ts';
import { rowPayload, thresholdBits } from '../sequencer/sequencer.ts';

/** A query as the crossbars take it: the most significant bits of its elements, its threshold, and its row. */
export const lookupPayload = (tokens: number, dim: number, dacBits: number) =>
  payload('lookup', {
    levels: vector(dim, signed(dacBits)),
    threshold: signed(thresholdBits),
    row: bits(indexBits(tokens)),
  });

/** The number of a query's row. */
export const rowNumberPayload = (tokens: number) => payload('row_number', { row: bits(indexBits(tokens)) });

/** Sends a query three ways: to the crossbars (unless pruning is off), to the CORELETs, and its row to token selection. */
export const queryDispatch = defineComponent({
  name: 'query_dispatch',
  summary:
    'Sends each query to the crossbars, cut down to the bits their DACs take, to the CORELETs in full, and its row number to token selection; with pruning off the crossbars are left out.',
  parameters: z.strictObject({
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    dim: integer({ description: 'elements of a query', min: 1, max: 1024, default: 64 }),
    dacBits: integer({ description: 'query bits that the crossbars see', unit: 'bits', min: 1, max: 8, default: 4 }),
  }),
  ports: (p) => ({
    prune: input(wire(bits(1))),
    rows: input(stream(rowPayload(p.tokens, p.dim))),
    lookup: output(stream(lookupPayload(p.tokens, p.dim, p.dacBits))),
    queries: output(stream(queryPayload(p.dim))),
    row_numbers: output(stream(rowNumberPayload(p.tokens))),
  }),
  template: { file: 'query-dispatch/query-dispatch.v.hbs' },
  constants: (p) => ({
    VECTOR: 8 * p.dim,
    LEVELS: p.dacBits * p.dim,
    THRESHOLD: thresholdBits,
    INDEX: indexBits(p.tokens),
  }),
  view: (p) => ({
    levels: Array.from({ length: p.dim }, (_, i) => p.dim - 1 - i).map(
      (i) => `rows_data[${8 * i + 7}:${8 * i + 8 - p.dacBits}]`,
    ),
  }),
  *model(p, io): Process {
    const prune = yield* io.prune.read();
    for (;;) {
      const { data, multiplier, threshold, row } = yield* io.rows.take();
      const levels = Array.from(data, (q) => Math.floor(q / 2 ** (8 - p.dacBits)));
      if (prune) io.lookup.put({ levels, threshold, row });
      io.queries.put({ data, multiplier });
      io.row_numbers.put({ row });
    }
  },
});
