import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, type Stream, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { mergedPayload, partialPayload, totalPayload } from '../payloads.ts';

/** The sum of the weights; a merge of partial results without sums does not have this port. */
const totalPort = (sumBits: number): { total: Directed<'out', Stream<ReturnType<typeof totalPayload>>> } =>
  (sumBits > 0 ? { total: output(stream(totalPayload(sumBits))) } : {}) as never;

/** Adds the CORELETs' partial results: exact, since all weights share one reference and no partial was rounded. */
export const merge = defineComponent({
  name: 'merge',
  summary: 'Adds the partial results of all CORELETs, beat by beat, and tells the sum of all weights once a query.',
  parameters: z.strictObject({
    ways: integer({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
    lanes: integer({ description: 'elements of a beat', min: 1, max: 1024, default: 16 }),
    accumulatorBits: integer({ description: 'bits of an accumulator', unit: 'bits', min: 2, max: 52, default: 33 }),
    sumBits: integer({
      description: 'bits of the sum of weights; 0: there is none',
      unit: 'bits',
      min: 0,
      max: 48,
      default: 24,
    }),
  }),
  ports: (p) => ({
    partial: input(many(p.ways, stream(partialPayload(p.lanes, p.accumulatorBits, p.sumBits)))),
    merged: output(stream(mergedPayload(p.lanes, p.accumulatorBits))),
    ...totalPort(p.sumBits),
  }),
  template: { file: 'merge/merge.v.hbs' },
  constants: (p) => ({ LANES: p.lanes, ACCUMULATOR: p.accumulatorBits, SUM: p.sumBits }),
  view: (p) => ({
    sums: p.sumBits > 0,
    ways: Array.from({ length: p.ways }, (_, i) => i),
    lanes: Array.from({ length: p.lanes }, (_, i) => ({ i, low: i * p.accumulatorBits })),
  }),
  *model(p, io): Process {
    for (let first = true; ; ) {
      const data = new Array<number>(p.lanes).fill(0);
      let sum = 0;
      let none = 1;
      let last = 0;
      for (const partial of io.partial) {
        const beat = yield* partial.take();
        for (let i = 0; i < p.lanes; i++) data[i]! += beat.data[i]!;
        if ('sum' in beat) sum += beat.sum as number;
        none &= beat.none;
        last = beat.last;
      }
      io.merged.put({ data, none, last });
      if (first && p.sumBits > 0) io.total.put({ sum });
      first = last === 1;
    }
  },
});
