/** A small design through a real library and OpenSTA; what these print, as text that was kept. */
import { expect, test, vi } from 'vitest';
import { fifo } from '../../src/components/fifo/fifo.ts';
import { bits, payload, stream } from '../../src/dsl/kinds.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { accelerator } from '../../src/dsl/structure.ts';
import { input, output } from '../../src/dsl/ports.ts';
import { netlistActivity, powerReport } from '../../src/explore/power.ts';
import { cellModels } from '../../src/synth/asic/models.ts';
import { readLibrary } from '../../src/synth/asic/library.ts';
import { registersOf } from '../../src/synth/asic/names.ts';
import { endpointsOf, stepsOf } from '../../src/synth/asic/sta.ts';
import { timeDesign } from '../../src/synth/asic/timing.ts';
import { synthesize } from '../../src/synth/design.ts';
import { libraryCells } from '../../src/synth/liberty.ts';
import { targetOf } from '../../src/synth/targets.ts';
import { openYosys } from '../../src/synth/yosys.ts';

const score = payload('score', { score: bits(4) });

const queues = () =>
  elaborate(
    accelerator('queues', { from: input(stream(score)), to: output(stream(score)) }, ({ instance, connect, port }) => {
      const first = instance('first', fifo(score, 2));
      const second = instance('second', fifo(score, 3));
      connect(port.from, first.put);
      connect(first.get, second.put);
      connect(second.get, port.to);
    }),
    'queues',
  );

test('two queues in a row: paths in names of the design, power of every instance', async () => {
  const { netlist } = queues();
  const library = readLibrary('osu018');
  const yosys = await openYosys('native');
  const synthesis = await synthesize(netlist, { yosys, target: targetOf('liberty', library, 200) });
  const { report, power } = await timeDesign(netlist, synthesis, ['first', 'second'], {
    yosys,
    library,
    clock: 200,
  });
  expect(report.period).toBeCloseTo(5, 6);
  expect(report.slack).toBeCloseTo(report.period - report.longest.needs, 6);
  expect(report.achieved).toBeCloseTo(1000 / report.longest.needs, 6);
  expect(report.leaves.map((l) => l.module).toSorted()).toEqual(['queues_fifo_score', 'queues_fifo_score_b']);
  // Ports have names of the top, registers those of their instance.
  for (const leaf of report.leaves) {
    expect(leaf.from).toMatch(/^(from_|to_)\w+|^(first|second): (items|head|tail|count)/);
    expect(leaf.to).toMatch(/^(first|second): (items|head|tail|count)\W/);
  }
  // Every register has its slack, the longest path of a module's is that of the module.
  expect(report.registers.count).toBe(report.stages.length);
  expect(report.stages.map((s) => s.register)).toEqual(expect.arrayContaining(['head', 'count']));
  for (const leaf of report.leaves) {
    const own = report.stages.filter((s) => s.module === leaf.module);
    expect(Math.max(...own.map((s) => s.needs))).toBe(leaf.needs);
  }
  const through = report.longest.through.reduce((n, t) => n + t.ns, 0);
  expect(through).toBeGreaterThan(0);
  expect(through).toBeLessThan(report.longest.needs);
  const registers = synthesis.report.total.registers;
  expect(power.length).toBe(synthesis.report.total.cells);
  const own = power.filter((p) => p.type.startsWith('DFF'));
  expect(own.length).toBe(registers);
  // A clock that runs costs all registers the same; a gate at rest takes nothing but leakage.
  for (const p of power) {
    expect(p.cell).toMatch(/^(first|second)\/\w+$/);
    expect(p.leakage).toBeGreaterThan(0);
    expect(p.transition).toBeGreaterThan(0);
    if (own.includes(p)) expect(p.rest).toBeGreaterThan(0);
    else expect(p.rest).toBe(0);
  }
  await yosys.close();
}, 120_000);

test('power of two queues: what their cells do in a simulation of the netlist, times what OpenSTA says of them', async () => {
  const { netlist } = queues();
  const library = readLibrary('osu018');
  const yosys = await openYosys('native');
  const synthesis = await synthesize(netlist, { yosys, target: targetOf('liberty', library, 200) });
  const { power } = await timeDesign(netlist, synthesis, ['first', 'second'], { yosys, library, clock: 200 });
  const models = await cellModels(library, yosys);
  await yosys.close();
  const cells = libraryCells(library, 'osu018');
  const report = async (scores: readonly number[], made = synthesis) => {
    const items = scores.map((n) => ({ score: n }));
    const simCase = { reset: true, wires: {}, streams: { from: items }, expect: { to: items.length } };
    const activity = await netlistActivity(netlist, simCase, { to: items }, made, models);
    return powerReport(netlist, power, cells, activity, 200);
  };
  const changing = await report(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 15 : 0)));
  const same = await report(Array.from({ length: 100 }, () => 15));
  expect(changing.instances.map((i) => i.instance).toSorted()).toEqual(['first', 'second']);
  expect(changing.instances.reduce((n, i) => n + i.cells, 0)).toBe(synthesis.report.total.cells);
  // The clock takes what it takes; words that differ in every bit take more than words that are alike.
  expect(changing.total.clock).toBeCloseTo(same.total.clock, 12);
  for (const part of ['registers', 'logic'] as const) {
    expect(changing.total[part]).toBeGreaterThan(1.2 * same.total[part]);
  }
  const { clock, registers, logic, leakage, all } = changing.total;
  expect(clock + registers + logic + leakage).toBeCloseTo(all, 12);
  expect(changing.cellEnergy).toBeCloseTo((all * changing.cycles) / 200e6, 18);
  // No activity is taken from a netlist that computes something else.
  const wrong = synthesis.netlist.map((f) => ({ ...f, text: f.text.replaceAll('NAND2X1', 'NOR2X1') }));
  await expect(report([1, 2, 3], { ...synthesis, netlist: wrong })).rejects.toMatchObject({ code: 'PR0546' });
}, 120_000);

test('a register is named by what it drives', () => {
  const text = `module m(clk, q);
  DFFPOSX1 _12_ (
    .CLK(clk),
    .D(_00_),
    .Q(\\count[3] )
  );
  INVX1 _13_ (
    .A(q),
    .Y(_00_)
  );
endmodule
`;
  const cells = libraryCells('cell(DFFPOSX1) { area : 1; ff(a, b) {} } cell(INVX1) { area : 1; }', 'a');
  expect([...registersOf(text, cells)]).toEqual([['_12_', 'count[3]']]);
});

test("OpenSTA's tables", () => {
  const summary = `Startpoint                           Endpoint                               Slack
--------------------------------------------------------------------------------

from_valid (input)                   first/_16_/D (DFFSR)                    1.2500
first/_9_/Q (DFFPOSX1)               first/_7_/D (DFFPOSX1)                 -0.8982
`;
  expect(endpointsOf(summary)).toEqual([
    { from: 'first/_9_/Q', to: 'first/_7_/D', slack: -0.8982 },
    { from: 'from_valid', to: 'first/_16_/D', slack: 1.25 },
  ]);
  const path = `   0.0000    0.0000   clock clk (rise edge)
   0.0000    0.0000 ^ a/_1_/CLK (DFFPOSX1)
   0.1600    0.1600 v a/_1_/Q (DFFPOSX1)
   0.1790    0.3390 ^ b/_2_/Y (BUFX2)
             0.3390   data arrival time

   5.0000    5.0000 ^ a/_3_/CLK (DFFPOSX1)
`;
  expect(stepsOf(path).map((s) => [s.pin, s.cell, s.delay])).toEqual([
    ['a/_1_/CLK', 'DFFPOSX1', 0],
    ['a/_1_/Q', 'DFFPOSX1', 0.16],
    ['b/_2_/Y', 'BUFX2', 0.179],
  ]);
});

test('a library that is not there is named with what installs it', () => {
  expect(() => readLibrary('/nowhere/cells.lib')).toThrow(
    expect.objectContaining({ code: 'PR0543', message: expect.stringContaining('/nowhere/cells.lib: cannot be read') }),
  );
  vi.stubEnv('PRUNUS_QFLOW', '/nowhere');
  expect(() => readLibrary('osu018')).toThrow(
    expect.objectContaining({
      code: 'PR0510',
      fix: 'apt-get install -y --no-install-recommends qflow-tech-osu018',
    }),
  );
  vi.unstubAllEnvs();
});
