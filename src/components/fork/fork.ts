import { z } from 'zod';
import { defineComponent, type Part } from '../../dsl/component.ts';
import { type Many, many, type Payload, type Stream, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { anyPayload } from '../fifo/fifo.ts';

const component = defineComponent({
  name: 'fork',
  summary:
    'Gives every item of a stream to each of several readers; each may take it in its own time, the next item comes when all have.',
  parameters: z.strictObject({
    payload: anyPayload,
    ways: integer({ description: 'readers', min: 1, max: 64, default: 2 }),
  }),
  variant: (p) => p.payload.name,
  ports: (p) => ({ from: input(stream(p.payload)), to: output(many(p.ways, stream(p.payload))) }),
  template: { file: 'fork/fork.v.hbs' },
  constants: (p) => ({ WAYS: p.ways }),
  view: (p) => ({ names: Object.keys(p.payload.fields) }),
  *model(_, io): Process {
    for (;;) {
      const item = yield* io.from.take();
      for (const reader of io.to) reader.put(item);
    }
  },
});

/** Copies each item of a stream to `ways` readers. */
export const fork = <P extends Payload>(of: P, ways: number) =>
  component({ payload: of, ways }) as unknown as Part<{
    from: Directed<'in', Stream<P>>;
    to: Directed<'out', Many<Stream<P>>>;
  }>;
