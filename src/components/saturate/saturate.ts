import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { saturate as saturateTo } from '../../numerics/fixed.ts';
import { mergedPayload, resultBits, resultPayload } from '../payloads.ts';

/** The end of the paper's form of the softmax: values weighted by probabilities need no division, only their bits limited. */
export const saturate = defineComponent({
  name: 'saturate',
  summary: 'Limits accumulators of probability x value to Q8.8 in 16 bits.',
  parameters: z.strictObject({
    lanes: integer({ description: 'elements of a beat', min: 1, max: 1024, default: 16 }),
    accumulatorBits: integer({
      description: 'bits of an accumulator',
      unit: 'bits',
      min: resultBits + 1,
      max: 52,
      default: 24,
    }),
  }),
  ports: (p) => ({
    merged: input(stream(mergedPayload(p.lanes, p.accumulatorBits))),
    result: output(stream(resultPayload(p.lanes))),
  }),
  template: { file: 'saturate/saturate.v.hbs' },
  constants: (p) => ({ ACCUMULATOR: p.accumulatorBits }),
  view: (p) => ({
    lanes: Array.from({ length: p.lanes }, (_, i) => ({
      i,
      top: (i + 1) * p.accumulatorBits - 1,
      sign: i * p.accumulatorBits + resultBits - 1,
      low: i * p.accumulatorBits,
      outHigh: resultBits * (i + 1) - 1,
      outLow: resultBits * i,
    })),
  }),
  *model(_, io): Process {
    for (;;) {
      const { data, none, last } = yield* io.merged.take();
      io.result.put({ data: Array.from(data, (x) => (none ? 0 : saturateTo(x, resultBits))), none, last });
    }
  },
});
