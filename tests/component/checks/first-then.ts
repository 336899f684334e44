/** Holds one stream of a bench back until another has passed, as the design around the component does. */
import { z } from 'zod';
import { anyPayload } from '../../../src/components/fifo/fifo.ts';
import { indexBits } from '../../../src/components/payloads.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { bits, type Payload, type Stream, stream, type Wire, wire } from '../../../src/dsl/kinds.ts';
import { type Directed, input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';

const component = defineComponent({
  name: 'first_then',
  summary: 'Passes on as many items of one stream as it is told, and then those of another.',
  parameters: z.strictObject({ id: z.string(), tokens: z.number(), first: anyPayload, second: anyPayload }),
  variant: (p) => p.id,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    first: input(stream(p.first as Payload)),
    second: input(stream(p.second as Payload)),
    first_on: output(stream(p.first as Payload)),
    second_on: output(stream(p.second as Payload)),
  }),
  template: {
    text: `  reg [15:0] count;
  wire done = count == { {(16-COUNT){1'b0}}, length };
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) count <= 16'd0;
    else if (clear) count <= 16'd0;
    else if (first_on_valid && first_on_ready) count <= count + 16'd1;
  end
  assign first_on_valid = first_valid;
  assign first_ready = first_on_ready;
  assign second_on_valid = second_valid && done;
  assign second_ready = second_on_ready && done;
{{#each first}}
  assign first_on_{{this}} = first_{{this}};
{{/each}}
{{#each second}}
  assign second_on_{{this}} = second_{{this}};
{{/each}}
`,
  },
  constants: (p) => ({ COUNT: indexBits(p.tokens + 1) }),
  view: (p) => ({
    first: Object.keys((p.first as Payload).fields),
    second: Object.keys((p.second as Payload).fields),
  }),
  *model(_, io): Process {
    const length = yield* io.length.read();
    for (let n = 0; n < length; n++) io.first_on.put(yield* io.first.take());
    for (;;) io.second_on.put(yield* io.second.take());
  },
});

interface Shape<A, B> {
  /** Names the module. */
  readonly id: string;
  /** Most items of the first stream; how many of a head there are says the wire `length`. */
  readonly tokens: number;
  readonly first: A;
  readonly second: B;
}

export const firstThen = <A extends Payload, B extends Payload>(shape: Shape<A, B>) =>
  component(shape) as unknown as Part<{
    clear: Directed<'in', Wire<false>>;
    length: Directed<'in', Wire<false>>;
    first: Directed<'in', Stream<A>>;
    second: Directed<'in', Stream<B>>;
    first_on: Directed<'out', Stream<A>>;
    second_on: Directed<'out', Stream<B>>;
  }>;
