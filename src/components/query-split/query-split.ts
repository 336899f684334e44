import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { predictedWidths } from '../codebook-drive/codebook-drive.ts';
import { multiplierPayload } from '../dot-payloads.ts';
import { gatherQueryPayload, relevanceBits, relevanceShape, soughtRelevancePayload } from '../relevance-payloads.ts';
import { rowPayload } from '../sequencer/sequencer.ts';

const { tokens, dim, subspaces, crossingBits } = relevanceShape;

/** Bits of a threshold of relevances: signed, and beyond the largest and the smallest sum. */
export const relevanceThresholdBits = (p: Parameters<typeof relevanceBits>[0]): number => relevanceBits(p) + 2;

/** Gives each part of HARDSEA what it has to know of a query; each takes it in its own time, the next query comes when all have. */
export const querySplit = defineComponent({
  name: 'query_split',
  summary: 'Tells the predictor, the selection, the SRAM-CIM and the score scaling what each has to know of a query.',
  parameters: z.strictObject({ tokens, dim, subspaces, crossingBits }),
  ports: (p) => ({
    rows: input(stream(rowPayload(p.tokens, p.dim, predictedWidths(relevanceThresholdBits(p))))),
    driven: output(stream(rowPayload(p.tokens, p.dim, predictedWidths(relevanceThresholdBits(p))))),
    sought: output(stream(soughtRelevancePayload(p))),
    queries: output(stream(gatherQueryPayload(p.dim))),
    multipliers: output(stream(multiplierPayload())),
  }),
  template: { file: 'query-split/query-split.v.hbs' },
  view: () => ({ readers: ['driven', 'sought', 'queries', 'multipliers'] }),
  *model(_, io): Process {
    for (;;) {
      const row = yield* io.rows.take();
      io.driven.put(row);
      io.sought.put({ row: row.row, threshold: row.threshold });
      io.queries.put({ data: row.data });
      io.multipliers.put({ multiplier: row.multiplier });
    }
  },
});
