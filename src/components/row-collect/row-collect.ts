import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { survivorPayload } from '../dot-payloads.ts';
import { indexBits } from '../payloads.ts';
import { relevanceShape } from '../relevance-payloads.ts';
import { rowDots } from '../row-dot/row-dot.ts';
import { cimUnits } from '../row-gather/row-gather.ts';

const { tokens, dim } = relevanceShape;

/** Takes the dot products from the boundary units in the order in which they got their rows. No registers: it passes on what is there. */
export const rowCollect = defineComponent({
  name: 'row_collect',
  summary:
    'Takes dot products from the bit-serial units in turn, which is the order in which the rows were handed out.',
  parameters: z.strictObject({ tokens, dim, units: cimUnits }),
  ports: (p) => ({
    outcomes: input(many(p.units, stream(survivorPayload(rowDots(p))))),
    survivors: output(stream(survivorPayload(rowDots(p)), 'packet')),
  }),
  template: { file: 'row-collect/row-collect.v.hbs' },
  constants: (p) => ({ TURN: indexBits(p.units) }),
  view: (p) => ({
    units: Array.from({ length: p.units }, (_, i) => i),
    several: p.units > 1,
    lastUnit: p.units - 1,
    names: Object.keys(survivorPayload(rowDots(p)).fields),
    index: indexBits(p.tokens),
  }),
  *model(_, io): Process {
    for (;;) for (const outcome of io.outcomes) io.survivors.put(yield* outcome.take());
  },
});
