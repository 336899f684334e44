import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { totalPayload } from '../payloads.ts';

/** Adds the CORELETs' sums of weights: exact, since all weights share one reference. */
export const totalMerge = defineComponent({
  name: 'total_merge',
  summary: "Adds the CORELETs' sums of a query's weights.",
  parameters: z.strictObject({
    ways: integer({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
    localBits: integer({ description: 'bits of the sum of one CORELET', unit: 'bits', min: 1, max: 48, default: 24 }),
    sumBits: integer({ description: 'bits of the sum of all', unit: 'bits', min: 1, max: 48, default: 24 }),
  }),
  rules: [
    {
      path: 'sumBits',
      holds: (p) => p.sumBits >= p.localBits,
      message: (p) => `${p.sumBits} bits do not hold the ${p.localBits} bits of one CORELET's sum.`,
    },
  ],
  ports: (p) => ({
    from: input(many(p.ways, stream(totalPayload(p.localBits)))),
    total: output(stream(totalPayload(p.sumBits))),
  }),
  template: { file: 'total-merge/total-merge.v.hbs' },
  constants: (p) => ({ SUM: p.sumBits, GROWTH: p.sumBits - p.localBits }),
  view: (p) => ({ ways: Array.from({ length: p.ways }, (_, i) => i) }),
  *model(_, io): Process {
    for (;;) {
      let sum = 0;
      for (const local of io.from) sum += (yield* local.take()).sum;
      io.total.put({ sum });
    }
  },
});
