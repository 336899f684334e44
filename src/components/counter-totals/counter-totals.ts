import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, type Wire, wire } from '../../dsl/kinds.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';

type Counters = Record<`of_${string}`, Directed<'in', Wire<false>>> &
  Record<`total_${string}`, Directed<'out', Wire<false>>>;

/** A design counts anew with every head; here counts are added up over the heads of a run. */
export const counterTotals = defineComponent({
  name: 'counter_totals',
  summary: "Adds up a design's counters over the heads of a run; of the head that runs, what it has counted so far.",
  parameters: z.strictObject({
    names: z.array(z.string()).default([]).meta({ description: 'the counters' }),
  }),
  ports: ({ names }) => ({
    launch: input(wire(bits(1))),
    configured: input(wire(bits(1))),
    ...(Object.fromEntries(
      names.flatMap((name) => [
        [`of_${name}`, input(counter())],
        [`total_${name}`, output(counter())],
      ]),
    ) as Counters),
  }),
  template: { file: 'counter-totals/counter-totals.v.hbs' },
  view: ({ names }) => ({ names }),
});
