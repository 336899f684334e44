/** Flow files through the programs that read them. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { lintVerilog } from '../../src/sim/lint.ts';
import { folderWith, run, tiny } from './flow-design.ts';

const design = await tiny();
const folder = folderWith(design.all);
copyFileSync(join(import.meta.dirname, 'cells.lib'), join(folder, 'cells.lib'));
const written = (path: string) => readFileSync(join(folder, path), 'utf8');

describe('Yosys', { timeout: 300_000 }, () => {
  test.each(['generic', 'ice40', 'ecp5', 'xilinx'])('%s', (target) => {
    const { status, said } = run(folder, 'yosys', ['-q', '-s', `yosys/${target}.ys`]);
    // Its own pattern for block RAMs has wider ports than some of them.
    expect({ status, said: said.replaceAll(/^Warning: Resizing cell port .*\n/gm, '') }).toEqual({
      status: 0,
      said: '',
    });
    const { modules } = JSON.parse(written(`yosys/tiny_${target}.json`)) as { modules: Record<string, unknown> };
    expect(Object.keys(modules)).toEqual(expect.arrayContaining(['tiny', 'tiny_store', 'tiny_fifo_item']));
    const memory = {
      generic: /tiny_memory_word +1\b/,
      ice40: /SB_RAM40_4K +5\b/,
      ecp5: /DP16KD +\d/,
      xilinx: /RAMB\d+E1 +\d/,
    };
    expect(written(`yosys/tiny_${target}.txt`)).toMatch(memory[target as keyof typeof memory]);
  });

  test.each(['asic', 'asic_openram', 'asic_fakeram'])('elaborates %s', (list) => {
    const script = `${written(`tiny_${list}.f`)
      .replaceAll(/^/gm, 'read_verilog ')
      .replace(/read_verilog $/, '')}
hierarchy -check -top tiny
proc
opt
check -assert`;
    const made = folderWith([...design.all, { path: 'x.ys', text: script }]);
    expect(run(made, 'yosys', ['-q', '-s', 'x.ys'])).toEqual({ status: 0, said: '' });
  });
});

test.each(['asic', 'asic_openram', 'asic_fakeram'])('lint of %s is silent', async (list) => {
  const paths = written(`tiny_${list}.f`).trim().split('\n');
  const files = paths.map((path) => ({ path, text: written(path) }));
  expect(await lintVerilog(files, { top: 'tiny' })).toEqual([]);
});

test('ASIC scripts: mapped by Yosys, timed by OpenSTA with the constraints and the skeletons', () => {
  const tools = { LIBERTY: 'cells.lib', DRIVER: 'BUF' };
  const { status, said } = run(folder, 'yosys', ['-q', '-c', 'asic/synth.tcl'], tools);
  expect({ status, said }).toEqual({ status: 0, said: '' });
  expect(written('asic/tiny_area.txt')).toContain('Chip area for top module');
  const timed = run(folder, 'sta', ['-exit', '-no_splash', 'asic/sta.tcl'], tools);
  expect(timed.said).not.toMatch(/error|warning/i);
  expect(timed.said).toMatch(/slack \(MET\)/);
  // From the budgets: 4 ns after the edge a macro's word is there, and it is wanted outside 3 ns before the next one.
  const probe = (command: string) => {
    const script = `${written('asic/sta.tcl')}\n${command}\n`;
    const made = folderWith([...design.all, { path: 'probe.tcl', text: script }]);
    copyFileSync(join(folder, 'cells.lib'), join(made, 'cells.lib'));
    copyFileSync(join(folder, 'asic/tiny_netlist.v'), join(made, 'asic/tiny_netlist.v'));
    return run(made, 'sta', ['-exit', '-no_splash', 'probe.tcl'], tools).said;
  };
  const paths = probe('report_checks -from level/main -to memory_read_data[69]\nreport_checks -from rst_n');
  expect(paths).toMatch(/10\.00 +10\.00 +clock clk/);
  expect(paths).toMatch(/4\.00 +4\.00 . level\/main\/memory_read_data\[69\]/);
  expect(paths).toMatch(/-3\.00 +7\.00 +output external delay/);
  expect(paths).toMatch(/3\.00 +slack \(MET\)/);
  expect(paths.trim()).toMatch(/No paths found\.?$/);
});

/** Vivado's commands as stubs that write down their arguments; any other command is an error. */
const vivado = `set record [open record.txt w]
proc note {args} { global record; puts $record $args }
foreach name {create_project add_files set_property update_compile_order launch_runs wait_on_run open_run
    report_utilization report_timing_summary create_clock set_input_delay set_output_delay set_false_path
    set_clock_uncertainty} {
  proc $name {args} "note $name {*}\\$args"
}
foreach name {get_filesets get_runs get_ports get_clocks} { proc $name {args} "return \\[list $name {*}\\$args\\]" }
`;

test.each([
  ['', []],
  ['synth', ['synth_1']],
  ['impl', ['synth_1', 'impl_1']],
])('Vivado script, goal "%s"', (goal, runs) => {
  const text = `${vivado}set argv [list ${goal}]\nsource [lindex [glob */vivado/tiny.tcl] 0]\nsource out/vivado/tiny.xdc\nclose $record\n`;
  const made = folderWith([...design.all.map((f) => ({ ...f, path: `out/${f.path}` })), { path: 'stub.tcl', text }]);
  // Yosys brings a Tcl along.
  expect(run(made, 'yosys', ['-q', '-c', 'stub.tcl'])).toEqual({ status: 0, said: '' });
  const record = readFileSync(join(made, 'record.txt'), 'utf8').trim().split('\n');
  const root = join(made, 'out');
  expect(record[0]).toBe(`create_project tiny ${root}/vivado/project -part xc7a100tcsg324-1 -force`);
  const added = record
    .filter((l) => l.includes('sources_1 ') && l.startsWith('add_files'))
    .map((l) => l.split(' ').at(-1));
  expect(added).toEqual(design.manifest.flows.emulation.map((p) => join(root, p)));
  expect(record).toContain(`add_files -norecurse -fileset constrs_1 ${root}/vivado/tiny.xdc`);
  expect(record).toContain('set_property top tiny {get_filesets sources_1}');
  expect(record.filter((l) => l.startsWith('launch_runs')).map((l) => l.split(' ')[1])).toEqual(runs);
  expect(record).toContain('create_clock -name clk -period 10.000 {get_ports clk}');
  expect(record).toContain('set_false_path -from {get_ports rst_n}');
});

describe('map.json', () => {
  interface Place {
    readonly signal: string;
    readonly direction: 'in' | 'out';
    readonly msb: number;
    readonly elements?: number;
    readonly elementBits?: number;
  }
  interface Map {
    readonly instances: Record<string, { readonly module: string; readonly verilog: string }>;
    readonly modules: Record<
      string,
      { readonly ports: Record<string, unknown>; readonly nets?: Record<string, string> }
    >;
  }
  const map = JSON.parse(design.text('map.json')) as Map;
  const places = (node: unknown): Place[] => {
    if (node === null || typeof node !== 'object') return [];
    if ('signal' in node) return [node as Place];
    return Object.values(node).flatMap(places);
  };
  interface Netlist {
    readonly modules: Record<
      string,
      {
        readonly ports: Record<string, { readonly direction: string; readonly bits: readonly unknown[] }>;
        readonly cells: Record<string, { readonly type: string }>;
        readonly netnames: Record<string, unknown>;
      }
    >;
  }
  const script = `${design.manifest.flows.emulation.map((p) => `read_verilog ${p}`).join('\n')}
hierarchy -top tiny
proc
write_json map.net.json`;
  const made = folderWith([...design.all, { path: 'x.ys', text: script }]);
  run(made, 'yosys', ['-q', '-s', 'x.ys']);
  const { modules } = JSON.parse(readFileSync(join(made, 'map.net.json'), 'utf8')) as Netlist;

  test('has every port bit of every module', () => {
    expect(Object.keys(map.modules).toSorted()).toEqual(Object.keys(modules).toSorted());
    for (const [name, { ports }] of Object.entries(map.modules)) {
      const found = Object.fromEntries(places(ports).map((p) => [p.signal, `${p.direction} ${p.msb + 1}`] as const));
      const real = Object.fromEntries(
        Object.entries(modules[name]!.ports).map(([port, p]) => [
          port,
          `${p.direction.replace('put', '')} ${p.bits.length}`,
        ]),
      );
      expect({ clk: 'in 1', rst_n: 'in 1', ...found }, name).toEqual(real);
    }
    for (const p of places(map.modules)) expect((p.elements ?? 1) * (p.elementBits ?? p.msb + 1)).toBe(p.msb + 1);
  });

  test('finds every instance', () => {
    const walk = (module: string, path: string): [string, string][] => [
      [path, module],
      ...Object.entries(modules[module]!.cells).flatMap(([name, { type }]) =>
        type in modules ? walk(type, path === '' ? name : `${path}.${name}`) : [],
      ),
    ];
    const real = Object.fromEntries(walk('tiny', ''));
    expect(Object.fromEntries(Object.entries(map.instances).map(([p, i]) => [p, i.module]))).toEqual(real);
    expect(map.instances['level.main']!.verilog).toBe('tiny.level.main');
  });

  test('names nets that are there', () => {
    const nets = Object.entries(map.modules['tiny']!.nets!);
    expect(nets.length).toBeGreaterThan(5);
    const names = Object.keys(modules['tiny']!.netnames);
    for (const [, prefix] of nets)
      expect(
        names.some((n) => n === prefix || n.startsWith(`${prefix}_`)),
        prefix,
      ).toBe(true);
    expect(map.modules['tiny']!.nets!['queue.get']).toBe('queue_get');
  });
});
