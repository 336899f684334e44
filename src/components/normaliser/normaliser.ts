import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { saturate } from '../../numerics/fixed.ts';
import { divide } from '../../numerics/softmax.ts';
import { mergedPayload, resultBits, resultPayload, scalePayload, weightBits } from '../payloads.ts';

/** Of the shift by z + 15 - fractionBits places, those that are the same for every sum; one more is left for rounding. */
const fixedPlaces = (p: { fractionBits: number }): number => weightBits + 14 - p.fractionBits;

/** Deferred normalisation: each output element is divided once, by a multiplication with the reciprocal of the sum of weights. */
export const normaliser = defineComponent({
  name: 'normaliser',
  summary:
    "Divides a query's accumulators by its sum of weights: output = saturate(floor((accumulator * reciprocal + 2^(z+6)) / 2^(z+7))), in Q8.8.",
  parameters: z.strictObject({
    lanes: integer({ description: 'elements of a beat', min: 1, max: 1024, default: 16 }),
    accumulatorBits: integer({ description: 'bits of an accumulator', unit: 'bits', min: 26, max: 52, default: 33 }),
    fractionBits: integer({
      description: 'fraction bits of an output element',
      unit: 'bits',
      min: 0,
      max: 8,
      default: 8,
    }),
    sumBits: integer({ description: 'bits of the sum of weights', unit: 'bits', min: 18, max: 48, default: 24 }),
  }),
  ports: (p) => ({
    merged: input(stream(mergedPayload(p.lanes, p.accumulatorBits))),
    scale: input(stream(scalePayload())),
    result: output(stream(resultPayload(p.lanes))),
  }),
  template: { file: 'normaliser/normaliser.v.hbs' },
  constants: (p) => ({
    PRODUCT: p.accumulatorBits + 18,
    // A sum that is not 0 holds at least one weight of 1.0, so z is at least 17.
    LEAST: weightBits,
    KEPT: p.accumulatorBits + 18 - fixedPlaces(p),
    SHIFT: 6,
  }),
  view: (p) => ({
    lanes: Array.from({ length: p.lanes }, (_, i) => ({
      i,
      high: (i + 1) * p.accumulatorBits - 1,
      low: i * p.accumulatorBits,
      outLow: 16 * i,
      outHigh: 16 * i + 15,
    })),
    drop: fixedPlaces(p),
    places: weightBits,
  }),
  *model(p, io): Process {
    for (;;) {
      const { reciprocal, exponent } = yield* io.scale.take();
      for (;;) {
        const { data, none, last } = yield* io.merged.take();
        const divided = Array.from({ length: p.lanes }, (_, i) => {
          const q = divide(data[i]!, reciprocal, exponent + 15 - p.fractionBits);
          return none ? 0 : saturate(q, resultBits);
        });
        io.result.put({ data: divided, none, last });
        if (last) break;
      }
    }
  },
});
