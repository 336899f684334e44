/** An instance that is reset by a wire instead of by the structure's own reset. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { defineComponent } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, payload, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator } from '../../../src/dsl/structure.ts';
import { watchStreams } from '../../../src/dsl/watch.ts';
import { emitDesign } from '../../../src/emit/design.ts';

const item = payload('item', { value: bits(4) });
const keeper = (width: number) =>
  defineComponent({
    name: 'keeper',
    summary: 'Holds a reset.',
    parameters: z.strictObject({}),
    ports: () => ({ hold: output(wire(bits(width))) }),
    template: { text: `  assign hold = ${width}'d1;\n  wire unused = &{ 1'b0, clk, rst_n };` },
  })();

const design = (width: number) =>
  accelerator('lab', { from: input(stream(item)), to: output(stream(item)) }, ({ instance, connect, port }) => {
    const keep = instance('keep', keeper(width));
    const first = instance('first', fifo(item, 2), { reset: keep.hold });
    const second = instance('second', fifo(item, 2));
    connect(port.from, first.put);
    connect(first.get, second.put);
    connect(second.get, port.to);
  });

test('the instance gets the wire, the others the reset of the structure', () => {
  const { netlist } = elaborate(design(1));
  const text = emitDesign(netlist, () => '').find((f) => f.module === 'lab')!.text;
  expect(text).toMatch(/lab_fifo_item first \(\s+\.clk\(clk\),\s+\.rst_n\(keep_hold\)/);
  expect(text).toMatch(/lab_fifo_item second \(\s+\.clk\(clk\),\s+\.rst_n\(rst_n\)/);
  expect(text).toContain('wire keep_hold;');
  // What the instance forgets in its reset, a watch of its stream forgets too.
  const top = watchStreams(netlist).modules.find((m) => m.name === 'lab')!.body;
  expect(top.kind === 'structure' && top.instances.map((i) => [i.name, i.reset])).toEqual([
    ['keep', undefined],
    ['first', 'keep_hold'],
    ['second', undefined],
    ['watch_first_get', 'keep_hold'],
  ]);
});

test('a reset is one bit', () => {
  expect(() => elaborate(design(2))).toThrow(
    'PR0208 keep.hold -> first.rst_n: it is unsigned 2 bits at the source and unsigned 1 bit at the sink.',
  );
});
