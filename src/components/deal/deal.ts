import { z } from 'zod';
import { defineComponent, type Part } from '../../dsl/component.ts';
import { bits, type Many, many, type Payload, type Stream, stream, type Wire, wire } from '../../dsl/kinds.ts';
import { choice, integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { anyPayload } from '../fifo/fifo.ts';
import { indexBits } from '../payloads.ts';

/** What moves on to the next of several: an item, or a packet, which ends with an item whose `last` is 1. */
export const turnBy = choice(['packet', 'item'], {
  description: 'after what it is the turn of the next',
  default: 'packet',
});

export type TurnBy = 'packet' | 'item';

/** While `clear` is 1 it is the turn of the first: given between heads, it keeps parts in step of which some see nothing of a head. */
const component = defineComponent({
  name: 'deal',
  summary: 'Deals the items or the packets of a stream out to several readers in turn.',
  parameters: z.strictObject({
    payload: anyPayload,
    ways: integer({ description: 'readers', min: 1, max: 64, default: 2 }),
    by: turnBy,
  }),
  variant: (p) => p.payload.name,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    from: input(stream(p.payload, 'packet')),
    to: output(many(p.ways, stream(p.payload, 'packet'))),
  }),
  template: { file: 'deal/deal.v.hbs' },
  constants: (p) => ({ TURN: indexBits(p.ways) }),
  view: (p) => turnView(p),
  *model(p, io): Process {
    const held = yield* io.clear.read();
    for (let turn = 0; ; ) {
      const item = yield* io.from.take();
      io.to[turn]!.put(item);
      if (!held && (p.by === 'item' || isLast(item))) turn = (turn + 1) % p.ways;
    }
  },
});

/** Whether an item ends its packet. */
export const isLast = (item: object): boolean => (item as { last?: number }).last === 1;

/** What the templates of `deal` and `collect` need. */
export const turnView = (p: { readonly payload: Payload; readonly ways: number; readonly by: TurnBy }) => ({
  names: Object.keys(p.payload.fields),
  ways: Array.from({ length: p.ways }, (_, i) => i),
  several: p.ways > 1,
  lastWay: p.ways - 1,
  packets: p.by === 'packet',
});

/** Deals a stream out to `ways` readers. No registers in the way: what is there is offered to the reader whose turn it is. */
export const deal = <P extends Payload>(of: P, ways: number, by: TurnBy = 'packet') =>
  component({ payload: of, ways, by }) as unknown as Part<{
    clear: Directed<'in', Wire<false>>;
    from: Directed<'in', Stream<P>>;
    to: Directed<'out', Many<Stream<P>>>;
  }>;
