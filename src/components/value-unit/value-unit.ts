import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer, toggle } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { accumulatorBits, partialPayload, sumBits, weightBits, weightedPayload } from '../payloads.ts';

const parameters = z.strictObject({
  dim: integer({ description: 'elements of a value', min: 1, max: 1024, default: 64 }),
  tokens: integer({ description: 'most tokens of a query', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  weightBits: integer({ description: 'bits of a weight', unit: 'bits', min: 1, max: 24, default: weightBits }),
  valueBits: integer({ description: "bits of a value's element", unit: 'bits', min: 8, max: 16, default: 8 }),
  lanes: integer({ description: 'elements of an output beat', min: 1, max: 1024, default: 16 }),
  sums: toggle({ description: 'the sum of the weights goes with the result', default: true }),
});

const sumWidth = (p: z.output<typeof parameters>): number => (p.sums ? sumBits(p.weightBits, p.tokens) : 0);

/** Output beats of a query: the last one is filled up with zeros. */
export const beatsOf = (p: { dim: number; lanes: number }): number => Math.ceil(p.dim / p.lanes);

/** The value unit of SPRINT Fig. 7: `dim` multipliers and accumulators; a finished query drains while the next accumulates. */
export const valueUnit = defineComponent({
  name: 'value_unit',
  summary:
    'Accumulates weight x value, one multiplier and accumulator per element, and the sum of the weights; a finished query drains a few elements a cycle while the next one accumulates.',
  parameters,
  ports: (p) => ({
    weighted: input(stream(weightedPayload(p.dim, p.weightBits, p.valueBits), 'packet')),
    partial: output(stream(partialPayload(p.lanes, accumulatorBits(p.weightBits, p.tokens, p.valueBits), sumWidth(p)))),
  }),
  template: { file: 'value-unit/value-unit.v.hbs' },
  constants: (p) => ({
    WEIGHT: p.weightBits,
    PRODUCT: p.weightBits + p.valueBits,
    ACCUMULATOR: accumulatorBits(p.weightBits, p.tokens, p.valueBits),
    SUM: sumWidth(p),
    BEATS: beatsOf(p),
    BEAT: p.lanes * accumulatorBits(p.weightBits, p.tokens, p.valueBits),
  }),
  view: (p) => ({
    lanes: Array.from({ length: p.dim }, (_, i) => ({ i, high: p.valueBits * (i + 1) - 1, low: p.valueBits * i })),
    beats: Array.from({ length: beatsOf(p) }, (_, i) => {
      // Highest lane first; the last beat may have fewer of them.
      const end = Math.min(p.dim, (i + 1) * p.lanes);
      return {
        i,
        next: i + 1,
        isLast: i === beatsOf(p) - 1,
        lanes: Array.from({ length: end - i * p.lanes }, (__, j) => end - 1 - j),
        padding: ((i + 1) * p.lanes - end) * accumulatorBits(p.weightBits, p.tokens, p.valueBits),
      };
    }),
    severalBeats: beatsOf(p) > 1,
    sums: p.sums,
  }),
  *model(p, io): Process {
    for (;;) {
      const sums = new Array<number>(beatsOf(p) * p.lanes).fill(0);
      let sum = 0;
      let none = 1;
      for (;;) {
        const { weight, data, empty, last } = yield* io.weighted.take();
        if (!empty) {
          none = 0;
          sum += weight;
          for (let d = 0; d < p.dim; d++) sums[d]! += weight * data[d]!;
        }
        if (last) break;
      }
      for (let beat = 0; beat < beatsOf(p); beat++) {
        const data = sums.slice(beat * p.lanes, (beat + 1) * p.lanes);
        io.partial.put({ data, ...(p.sums ? { sum } : {}), none, last: beat === beatsOf(p) - 1 ? 1 : 0 });
      }
    }
  },
});
