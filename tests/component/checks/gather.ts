/** The SRAM-CIM of HARDSEA: rows gathered in any pattern, and their products. */
import { z } from 'zod';
import { predictedWidths } from '../../../src/components/codebook-drive/codebook-drive.ts';
import { indexBits } from '../../../src/components/payloads.ts';
import { keptKeyPayload } from '../../../src/components/relevance-payloads.ts';
import { rowDot } from '../../../src/components/row-dot/row-dot.ts';
import { writePayload } from '../../../src/components/sequencer/sequencer.ts';
import { sramCim } from '../../../src/components/sram-cim/sram-cim.ts';
import { defineComponent } from '../../../src/dsl/component.ts';
import { bits, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, packet, someOf, trialsOf } from './stimulus.ts';

/** Holds the kept keys of a head back until its keys are written, as the sequencer does. */
const written = defineComponent({
  name: 'written',
  summary: 'Passes on keys, and after the last of them which are kept.',
  parameters: z.strictObject({ tokens: z.number(), dim: z.number() }),
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    keys: input(stream(writePayload(p.tokens, p.dim, 8, predictedWidths(1)))),
    indices: input(stream(keptKeyPayload(p.tokens), 'packet')),
    write: output(stream(writePayload(p.tokens, p.dim, 8, predictedWidths(1)))),
    kept: output(stream(keptKeyPayload(p.tokens), 'packet')),
  }),
  template: {
    text: `  reg [15:0] count;
  wire done = count == { {(16-COUNT){1'b0}}, length };
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) count <= 16'd0;
    else if (write_valid && write_ready) count <= count + 16'd1;
  end
  assign write_valid = keys_valid;
  assign keys_ready = write_ready;
  assign kept_valid = indices_valid && done;
  assign indices_ready = kept_ready && done;
{{#each keys}}
  assign write_{{this}} = keys_{{this}};
{{/each}}
{{#each indices}}
  assign kept_{{this}} = indices_{{this}};
{{/each}}
`,
  },
  constants: (p) => ({ COUNT: indexBits(p.tokens + 1) }),
  view: (p) => ({
    keys: Object.keys(writePayload(p.tokens, p.dim, 8, predictedWidths(1)).fields),
    indices: Object.keys(keptKeyPayload(p.tokens).fields),
  }),
  *model(_, io): Process {
    const length = yield* io.length.read();
    for (let n = 0; n < length; n++) io.write.put(yield* io.keys.take());
    for (;;) io.kept.put(yield* io.indices.take());
  },
});

const shapes = {
  one: { tokens: 1, dim: 1, units: 1 },
  usual: { tokens: 16, dim: 6, units: 8 },
  three: { tokens: 9, dim: 4, units: 3 },
};
type Name = keyof typeof shapes;

const macro = (name: Name) =>
  bench(
    `bench_sram_cim_${name}`,
    { order: written({ tokens: shapes[name].tokens, dim: shapes[name].dim }), cim: sramCim(shapes[name]) },
    (at, { connect }) => {
      connect(at.order.write, at.cim.write);
      connect(at.order.kept, at.cim.kept);
    },
  );
const macros = bench('bench_sram_cim', { one: macro('one'), usual: macro('usual'), three: macro('three') });

function macroTrials(r: Random): Trial[] {
  return trialsOf(8, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const expectWires: Record<string, number> = {};
    for (const [name, { tokens }] of Object.entries(shapes)) {
      const length = r.integer(1, tokens);
      const fields = (port: string) => streamFields(macros, `${name}_${port}`);
      const queries = r.integer(0, 12);
      const kept = listOf(queries, () => someOf(r, length));
      wires[`${name}_order_length`] = length;
      wires[`${name}_cim_length`] = length;
      wires[`${name}_cim_clear`] = 0;
      expectWires[`${name}_cim_keys_kept`] = kept.flat().length;
      streams[`${name}_order_keys`] = listOf(length, (index) => randomItem(fields('order_keys'), r, { index }));
      const keeping = kept.filter((some) => some.length > 0);
      streams[`${name}_order_indices`] = keeping.flatMap((some) => packet(fields('order_indices'), r, some));
      streams[`${name}_cim_presence`] = kept.map((some) => ({ keeps: some.length > 0 ? 1 : 0 }));
      streams[`${name}_cim_queries`] = listOf(queries, () => randomItem(fields('cim_queries'), r));
    }
    return { streams, wires, expectWires, reset: true };
  });
}

const unitShapes = { one: { tokens: 1, dim: 1 }, usual: { tokens: 16, dim: 8 }, odd: { tokens: 5, dim: 15 } };
const units = bench('bench_row_dot', {
  one: rowDot(unitShapes.one),
  usual: rowDot(unitShapes.usual),
  odd: rowDot(unitShapes.odd),
});

const unitTrials = (r: Random): Trial[] =>
  trialsOf(5, () => ({
    streams: Object.fromEntries(
      Object.keys(unitShapes).map((name) => {
        const fields = streamFields(units, `${name}_row`);
        return [`${name}_row`, listOf(r.integer(0, 20), () => randomItem(fields, r))];
      }),
    ),
  }));

export const gatherChecks: readonly ComponentCheck[] = [
  { name: 'row_dot bench', part: units, trials: unitTrials },
  {
    name: 'sram_cim bench',
    part: macros,
    trials: macroTrials,
    bare: listOf(3, (i) => `${Object.keys(shapes)[i]}_cim_survivors`),
  },
];
