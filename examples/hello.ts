/**
 * The smallest design: two components and what connects them. Try
 *
 *     npx prunus generate examples/hello.ts --out rtl-out/hello
 *     npx prunus verify examples/hello.ts
 */
import { z } from 'zod';
// In a project of your own: from 'prunus'.
import {
  accelerator,
  bits,
  defineComponent,
  fifo,
  flag,
  input,
  integer,
  output,
  payload,
  stream,
} from '../src/index.ts';

const score = payload('score', { score: bits(8) });
const kept = payload('kept', { kept: flag() });

/** A component: parameters, ports, Verilog, and a golden model. */
const compare = defineComponent({
  name: 'compare',
  summary: 'Tells of each score whether it reaches a limit.',
  parameters: z.strictObject({ limit: integer({ description: 'least score kept', min: 0, max: 255, default: 128 }) }),
  ports: () => ({ from: input(stream(score)), to: output(stream(kept)) }),
  template: {
    text: `  assign to_valid = from_valid;
  assign from_ready = to_ready;
  assign to_kept = from_score >= {{u LIMIT 8}};
  wire unused = &{1'b0, clk, rst_n};`,
  },
  constants: ({ limit }) => ({ LIMIT: limit }),
  *model({ limit }, io) {
    for (;;) io.to.put({ kept: (yield* io.from.take()).score >= limit ? 1 : 0 });
  },
});

const ports = { scores: input(stream(score)), kept: output(stream(kept)) };

/** A design: instances of the library's components and of one's own, connected. */
export default accelerator('hello', ports, ({ instance, connect, port }) => {
  const queue = instance('queue', fifo(score, 4));
  const comparator = instance('comparator', compare({ limit: 100 }));
  connect(port.scores, queue.put);
  connect(queue.get, comparator.from); // connect(port.scores, port.kept) would not compile
  connect(comparator.to, port.kept);
});
