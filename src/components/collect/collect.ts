import { z } from 'zod';
import { defineComponent, type Part } from '../../dsl/component.ts';
import { bits, type Many, many, type Payload, type Stream, stream, type Wire, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { isLast, type TurnBy, turnBy, turnView } from '../deal/deal.ts';
import { anyPayload } from '../fifo/fifo.ts';
import { indexBits } from '../payloads.ts';

const component = defineComponent({
  name: 'collect',
  summary: 'Takes items or packets from several streams in turn, which is the order in which they were dealt out.',
  parameters: z.strictObject({
    payload: anyPayload,
    ways: integer({ description: 'streams', min: 1, max: 64, default: 2 }),
    by: turnBy,
  }),
  variant: (p) => p.payload.name,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    from: input(many(p.ways, stream(p.payload, 'packet'))),
    to: output(stream(p.payload, 'packet')),
  }),
  template: { file: 'collect/collect.v.hbs' },
  constants: (p) => ({ TURN: indexBits(p.ways) }),
  view: (p) => turnView(p),
  *model(p, io): Process {
    const held = yield* io.clear.read();
    for (let turn = 0; ; ) {
      const item = yield* io.from[turn]!.take();
      io.to.put(item);
      if (!held && (p.by === 'item' || isLast(item))) turn = (turn + 1) % p.ways;
    }
  },
});

/** The counterpart of `deal`: `ways` streams into one, in turn. No registers in the way; `clear` as there. */
export const collect = <P extends Payload>(of: P, ways: number, by: TurnBy = 'packet') =>
  component({ payload: of, ways, by }) as unknown as Part<{
    clear: Directed<'in', Wire<false>>;
    from: Directed<'in', Many<Stream<P>>>;
    to: Directed<'out', Stream<P>>;
  }>;
