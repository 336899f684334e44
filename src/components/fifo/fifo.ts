import { z } from 'zod';
import { defineComponent, type Part } from '../../dsl/component.ts';
import { fieldWidth, type Payload, payloadWidth, type Stream, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits } from '../payloads.ts';

const anyPayload = z
  .custom<Payload>((v) => typeof v === 'object' && v !== null && 'fields' in v)
  .default({ name: 'word', fields: { data: { shape: 'scalar', signed: false, width: 8 } } })
  .meta({ description: 'what an item is made of' });

const component = defineComponent({
  name: 'fifo',
  summary: 'A queue between two streams. An item can be taken in the cycle after it was put.',
  parameters: z.strictObject({
    payload: anyPayload,
    depth: integer({ description: 'items it holds', unit: 'items', min: 2, max: 1024, default: 4 }),
  }),
  variant: (p) => p.payload.name,
  ports: (p) => ({ put: input(stream(p.payload)), get: output(stream(p.payload)) }),
  template: { file: 'fifo/fifo.v.hbs' },
  constants: (p) => ({
    DEPTH: p.depth,
    WIDTH: payloadWidth(p.payload),
    POINTER: indexBits(p.depth),
    COUNT: indexBits(p.depth + 1),
    LAST: p.depth - 1,
  }),
  view: (p) => ({
    fields: Object.entries(p.payload.fields).map(([name, f]) => ({ name, width: fieldWidth(f) })),
    names: Object.keys(p.payload.fields),
  }),
  *model(_, io): Process {
    for (;;) io.get.put(yield* io.put.take());
  },
});

/** A queue of `depth` items of any payload; items keep their order. */
export const fifo = <P extends Payload>(of: P, depth: number) =>
  component({ payload: of, depth }) as unknown as Part<{
    put: Directed<'in', Stream<P>>;
    get: Directed<'out', Stream<P>>;
  }>;

export { anyPayload };
