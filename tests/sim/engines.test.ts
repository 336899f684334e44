import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import type { CaseResult, SimCase, SimItem } from '../../src/sim/cases.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import type { FieldDesc, SimTop } from '../../src/sim/top.ts';
import * as duts from './duts.ts';

const folder = mkdtempSync(join(tmpdir(), 'prunus-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const engines = ['verilator', 'icarus'] as const;

/** A result as plain arrays, so that engines can be held against each other. */
const plain = (r: CaseResult) => ({
  ...r,
  accepted: Object.fromEntries(Object.entries(r.accepted).map(([name, cycles]) => [name, [...cycles]])),
  outputs: Object.fromEntries(
    Object.entries(r.outputs).map(([name, o]) => [name, { cycles: [...o.cycles], items: o.items.map(plainItem) }]),
  ),
});
const plainItem = (item: SimItem) =>
  Object.fromEntries(Object.entries(item).map(([f, v]) => [f, typeof v === 'number' ? v : Array.from(v)]));

/** Passes items through, one register stage, with fields of every width at which something changes. */
function widths(): SimTop {
  const of = [1, 7, 8, 9, 16, 31, 32, 33, 48, 52];
  const fields: FieldDesc[] = of.flatMap((width) =>
    [true, false].flatMap((signed): FieldDesc[] => [
      { name: `f${width}${signed ? 's' : 'u'}`, signed, width, count: 1, shape: 'scalar' },
      { name: `v${width}${signed ? 's' : 'u'}`, signed, width, count: 7, shape: 'vector' },
    ]),
  );
  const wires = of.map((width) => ({ name: `w${width}`, width, signed: width % 2 === 0 }));
  const bus = (f: { width: number; count?: number }) => `[${f.width * (f.count ?? 1) - 1}:0]`;
  const text = `module widths (
  input wire clk, input wire rst_n, input wire in_valid, output wire in_ready, output reg out_valid, input wire out_ready,
  ${fields.map((f) => `input wire ${bus(f)} in_${f.name}, output reg ${bus(f)} out_${f.name}`).join(',\n  ')},
  ${wires.map((w) => `input wire ${bus(w)} ${w.name}, output wire ${bus(w)} o${w.name}`).join(',\n  ')}
);
  assign in_ready = !out_valid || out_ready;
  ${wires.map((w) => `assign o${w.name} = ${w.name};`).join('\n  ')}
  always @(posedge clk or negedge rst_n) if (!rst_n) out_valid <= 1'b0; else if (in_ready) out_valid <= in_valid;
  always @(posedge clk) if (in_ready && in_valid) begin
    ${fields.map((f) => `out_${f.name} <= in_${f.name};`).join('\n    ')}
  end
endmodule
`;
  return {
    top: 'widths',
    files: [{ path: 'widths.v', text }],
    inputs: [{ name: 'in', fields, order: 'exact' }],
    outputs: [{ name: 'out', fields, order: 'exact' }],
    inputWires: wires,
    outputWires: wires.map((w) => ({ ...w, name: `o${w.name}` })),
  };
}

describe.each(engines)('%s', (engine) => {
  test('delivers the items in order, with the cycles in which they moved', async () => {
    const items = duts.fifoItems(80);
    const sim = await openSimulation(duts.fifo, { engine });
    const [full, stalled] = await sim.run([duts.fifoCase(items), duts.fifoCase(items, 40, 30)]);
    expect(full!.status).toBe('ok');
    expect(full!.outputs['out']!.items.map(plainItem)).toEqual(items.map(plainItem));
    expect(stalled!.outputs['out']!.items.map(plainItem)).toEqual(items.map(plainItem));
    expect(full!.wires).toEqual({ count: 80 });
    expect(full!.violationCount).toBe(0);
    // One item a cycle through an empty FIFO: in at cycle i, out at i + 1.
    expect([...full!.accepted['in']!]).toEqual(items.map((_, i) => i));
    expect([...full!.outputs['out']!.cycles]).toEqual(items.map((_, i) => i + 1));
    expect(full!.cycles).toBe(81);
    expect(stalled!.cycles).toBeGreaterThan(200);
  });

  test('carries extremes of every width', async () => {
    const top = widths();
    const extremes = (f: { signed: boolean; width: number }) =>
      f.signed ? [-(2 ** (f.width - 1)), 2 ** (f.width - 1) - 1, -1, 0] : [0, 2 ** f.width - 1, 2 ** (f.width - 1), 1];
    const value = (f: FieldDesc, i: number) =>
      f.shape === 'scalar' ? extremes(f)[i % 4]! : Array.from({ length: f.count }, (_, e) => extremes(f)[(i + e) % 4]!);
    const items = [0, 1, 2, 3].map((i): SimItem => {
      return Object.fromEntries(top.inputs[0]!.fields.map((f) => [f.name, value(f, i)]));
    });
    const cases = [0, 1, 2, 3].map((i): SimCase => {
      const wires = Object.fromEntries(top.inputWires.map((w) => [w.name, extremes(w)[i]!]));
      return { reset: i === 0, wires, streams: { in: items }, expect: { out: 4 } };
    });
    const results = await (await openSimulation(top, { engine })).run(cases);
    results.forEach((r, i) => {
      expect(r.status).toBe('ok');
      expect(r.outputs['out']!.items.map(plainItem)).toEqual(items);
      expect(r.wires).toEqual(Object.fromEntries(top.inputWires.map((w) => [`o${w.name}`, extremes(w)[i]!])));
    });
  });

  test.each([
    [1, 'dropped'],
    [2, 'changed'],
    [3, 'waits'],
  ])('sees rude mode %i: %s', async (mode, kind) => {
    const sim = await openSimulation(duts.rude, { engine });
    const [polite, rude] = await sim.run([duts.rudeCase(0, 60), duts.rudeCase(mode, 60)]);
    expect(polite!.violations).toEqual([]);
    expect(rude!.violationCount).toBeGreaterThan(0);
    expect(new Set(rude!.violations.map((v) => `${v.stream} ${v.kind}`))).toEqual(new Set([`out ${kind}`]));
  });

  test('ends a case that hangs, and goes on with the next from reset', async () => {
    const sim = await openSimulation(duts.rude, { engine });
    const after = { ...duts.rudeCase(0), reset: false };
    const [hung, next] = await sim.run([duts.rudeCase(4), after]);
    expect(hung!.status).toBe('hung');
    expect(hung!.outputs['out']!.count).toBe(3);
    expect(hung!.cycles).toBe(hung!.outputs['out']!.cycles[2]! + 1 + 500);
    expect(next!.status).toBe('ok');
  });

  test('reports an item too many, also from a design that never stops', async () => {
    const sim = await openSimulation(duts.rude, { engine });
    const short = { ...duts.rudeCase(0), expect: { out: 0 } };
    const [doubled, flood] = await sim.run([duts.rudeCase(5), { ...short, streams: duts.rudeCase(0, 200).streams }]);
    expect(doubled!.status).toBe('extra');
    expect(flood!.status).toBe('extra');
    expect(flood!.outputs['out']!.count).toBe(64);
  });

  test('keeps state between cases that are not reset', async () => {
    const sim = await openSimulation(duts.fifo, { engine });
    const one = duts.fifoCase(duts.fifoItems(3));
    const [a, b, c] = await sim.run([one, { ...one, reset: false }, one]);
    expect([a, b, c].map((r) => r!.wires['count'])).toEqual([3, 6, 3]);
  });

  test('writes waves of a window', async () => {
    const file = join(folder, `waves.${engine}`);
    const sim = await openSimulation(duts.fifo, { engine, waves: { file, case: 1, from: 5, to: 8 } });
    const one = duts.fifoCase(duts.fifoItems(20));
    const results = await sim.run([one, one]);
    expect(results.map((r) => r.status)).toEqual(['ok', 'ok']);
    const waves = readFileSync(file);
    expect(waves.length).toBeGreaterThan(300);
    expect(waves.length).toBeLessThan(20_000);
  });
});

test('both engines agree on every item, cycle, wire and violation', async () => {
  const batches: [SimTop, SimCase[]][] = [
    [
      duts.fifo,
      [10, 50, 90].flatMap((p, i) => [60, 100].map((q) => duts.fifoCase(duts.fifoItems(50, i), p, q, i + q))),
    ],
    [duts.adder, [duts.adderCase(duts.adderItems(200)), duts.adderCase(duts.adderItems(50, 9), -2048)]],
    [duts.rude, [0, 1, 2, 3, 4, 5].map((mode) => duts.rudeCase(mode))],
  ];
  for (const [top, cases] of batches) {
    const [verilator, icarus] = await Promise.all(
      engines.map(async (engine) => (await openSimulation(top, { engine })).run(cases)),
    );
    expect(verilator!.map(plain)).toEqual(icarus!.map(plain));
  }
});

test('Icarus sees unknown values, which Verilator cannot', async () => {
  const [r] = await (await openSimulation(duts.rude, { engine: 'icarus' })).run([duts.rudeCase(6, 5)]);
  expect(r!.violations.map((v) => v.kind)).toEqual(Array.from({ length: 5 }, () => 'unknown'));
});

test('reports progress up to the last case', async () => {
  const sim = await openSimulation(duts.fifo);
  const seen: number[] = [];
  const one = duts.fifoCase(duts.fifoItems(10));
  await sim.run([one, one, one], { onProgress: (p) => seen.push(p.casesDone) });
  expect(seen.at(-1)).toBe(3);
});

test('a run can be cancelled', async () => {
  const sim = await openSimulation(duts.rude);
  const controller = new AbortController();
  const forever = { ...duts.rudeCase(4), maxIdleCycles: 2 ** 32 - 1 };
  setTimeout(() => controller.abort(), 200);
  await expect(sim.run([forever], { signal: controller.signal })).rejects.toMatchObject({ code: 'PR0513' });
  await expect(sim.run([forever], { timeoutMs: 200 })).rejects.toMatchObject({ code: 'PR0512' });
});

test('says which case a design stopped in', async () => {
  const stops = {
    ...duts.rude.files[0]!,
    text: duts.rude.files[0]!.text.replace('always @', "always @(posedge clk) if (mode == 3'd7) $stop;\n  always @"),
  };
  const sim = await openSimulation({ ...duts.rude, files: [stops] });
  await expect(sim.run([duts.rudeCase(0), duts.rudeCase(7)])).rejects.toMatchObject({
    code: 'PR0514',
    message: expect.stringMatching(/stopped in case 1, cycle/),
  });
});

test('ports that are not as described are all named', async () => {
  const [input] = duts.rude.inputs;
  const wrong: SimTop = {
    ...duts.rude,
    inputs: [{ ...input!, fields: [{ ...input!.fields[0]!, width: 9 }] }],
    outputWires: [{ name: 'level', width: 3, signed: false }],
    inputWires: [],
  };
  await expect(openSimulation(wrong)).rejects.toMatchObject({
    code: 'PR0504',
    message: expect.stringMatching(/no port 'level'.*'in_byte' as input of 8 bits, described as input of 9.*'mode'/),
  });
});

test('port names that C++ or the test bench also use', async () => {
  const names = ['template', 'a__b', 'item', 'cycle', 'status', 'top', 'mix', 'stimulus'];
  const ports = names.map((n) => `input wire [6:0] ${n}, output wire [6:0] o_${n}`);
  const assigns = names.map((n) => `assign o_${n} = ${n};`);
  const text = `module names (input wire clk, input wire rst_n, ${ports.join(', ')});
  ${assigns.join('\n  ')}
endmodule
`;
  const top: SimTop = {
    top: 'names',
    files: [{ path: 'names.v', text }],
    inputs: [],
    outputs: [],
    inputWires: names.map((name) => ({ name, width: 7, signed: false })),
    outputWires: names.map((name) => ({ name: `o_${name}`, width: 7, signed: false })),
  };
  const wires = Object.fromEntries(names.map((n, i) => [n, 100 + i]));
  for (const engine of engines) {
    const [r] = await (await openSimulation(top, { engine })).run([{ reset: true, wires, streams: {}, expect: {} }]);
    expect(r!.wires).toEqual(Object.fromEntries(names.map((n, i) => [`o_${n}`, 100 + i])));
  }
});

test('data files are where $readmemh finds them, with or without a final newline', async () => {
  const text = `module rom (input wire clk, input wire rst_n, input wire [1:0] address, output wire [7:0] value);
  reg [7:0] table_ [0:3]; initial $readmemh("data/rom.hex", table_); assign value = table_[address];
  wire unused = &{1'b0, clk, rst_n};
endmodule
`;
  const top: SimTop = {
    top: 'rom',
    files: [
      { path: 'rom.v', text },
      { path: 'data/rom.hex', text: '11\n22\n33\n44' },
    ],
    inputs: [],
    outputs: [],
    inputWires: [{ name: 'address', width: 2, signed: false }],
    outputWires: [{ name: 'value', width: 8, signed: false }],
  };
  const cases = [0, 3].map((address): SimCase => ({ reset: true, wires: { address }, streams: {}, expect: {} }));
  for (const engine of engines) {
    const results = await (await openSimulation(top, { engine })).run(cases);
    expect(results.map((r) => r.wires['value'])).toEqual([0x11, 0x44]);
  }
});
