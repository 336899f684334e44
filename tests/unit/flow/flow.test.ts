/** Flow files of every preset, as text: they agree with the netlist, with the Verilog and with each other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import type { FlowFile } from '../../../src/flow/design.ts';
import { flowFiles } from '../../../src/flow/flow.ts';
import { flowNames, flowSettings } from '../../../src/flow/settings.ts';
import { designFiles, readTemplate } from '../../../src/sim/design-files.ts';

const made = presets()
  .filter((p) => ['sprint-m', 'leopard-hp', 'hardsea'].includes(p.name))
  .map(({ name, architecture, parameters }) => {
    const { netlist } = elaborate(architectures[architecture]!.make(parameters), name.replaceAll('-', '_'));
    const files = designFiles(netlist);
    const design = { label: name, netlist, files, settings: flowSettings.parse({}), read: readTemplate };
    const flows = flowNames.flatMap((f) => flowFiles(f, design));
    const text = (path: string) => [...flows, ...files].find((f) => f.path === path)!.text;
    return { name, top: netlist.top, netlist, files, flows, text };
  });

/** Ports of a module of the emitted Verilog. */
const portsOf = (verilog: string): { name: string; input: boolean; width: number }[] =>
  [...verilog.matchAll(/^ {2}(input {2}|output )wire (?:signed )?(?:\[(\d+):0\] )?(\w+),?$/gm)].map((m) => ({
    name: m[3]!,
    input: m[1]!.trim() === 'input',
    width: Number(m[2] ?? 0) + 1,
  }));

describe.each(made)('$name', ({ top, files, flows, text }) => {
  test('paths are relative, and each is there once', () => {
    const paths = [...flows, ...files].map((f) => f.path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).not.toMatch(/^\/|\.\.|\\/);
  });

  test('nothing of this machine, no date', () => {
    for (const { path, text: t } of flows) {
      expect(t, path).not.toContain(process.cwd());
      expect(t, path).not.toMatch(/(^|[\s"'(])\/(home|work|tmp|usr|root|opt)\/|\b20[2-9]\d-\d\d-\d\d/);
      expect(t.endsWith('\n') || path.endsWith('.svg'), path).toBe(true);
      expect(t, path).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  test('FuseSoC core: YAML whose files are there, in targets whose filesets are there', () => {
    const core = text(`${top}.core`);
    expect(core.startsWith('CAPI=2:\n')).toBe(true);
    const data = parse(core) as {
      name: string;
      filesets: Record<string, { files: string[]; file_type: string }>;
      targets: Record<string, { filesets: string[]; toplevel: string }>;
    };
    expect(data.name).toBe(`prunus:accelerators:${top}:1.0.0`);
    const paths = new Set(files.map((f) => f.path));
    for (const [name, set] of Object.entries(data.filesets)) {
      expect(set.files.length, name).toBeGreaterThan(5);
      for (const file of set.files) expect(paths).toContain(file);
      expect(set.files.at(-1)).toBe(`rtl/${top}.v`);
    }
    expect(Object.keys(data.targets)).toEqual(['default', 'emulation', 'asic', 'lint', 'vivado']);
    for (const t of Object.values(data.targets)) {
      expect(t.toplevel).toBe(top);
      for (const set of t.filesets) expect(Object.keys(data.filesets)).toContain(set);
    }
  });

  test.each(['asic/TOP.sdc', 'vivado/TOP.xdc'])('%s constrains every port of the top once', (path) => {
    const constraints = text(path.replace('TOP', top));
    const ports = portsOf(text(`rtl/${top}.v`));
    const named = (command: string) => {
      const body = constraints.split(`${command} -clock clk -max`)[1]!.split('}]')[0]!;
      return [...body.matchAll(/^ {2}(\w+)(\[\*\])? \\$/gm)].map((m) => `${m[1]}${m[2] ?? ''}`);
    };
    const wanted = (input: boolean) =>
      ports
        .filter((p) => p.input === input && p.name !== 'clk' && p.name !== 'rst_n')
        .map((p) => (p.width > 1 ? `${p.name}[*]` : p.name));
    expect(named('set_input_delay')).toEqual(wanted(true));
    expect(named('set_output_delay')).toEqual(wanted(false));
    expect(constraints).toContain('create_clock -name clk -period 10.000 [get_ports clk]');
    expect(constraints).toContain('set_false_path -from [get_ports rst_n]');
  });

  test('mems.json has the memories of the Verilog, and where each is', () => {
    const { memories } = JSON.parse(text('memories/mems.json')) as {
      memories: {
        name: string;
        depth: number;
        width: number;
        instances: string[];
        openram: { macro: string } | null;
      }[];
    };
    // From the emitted text alone: instances of modules, from the top down.
    const modules = new Map(files.filter((f) => f.form === 'rtl').map((f) => [f.module, f.text]));
    const found = new Map<string, string[]>();
    const walk = (module: string, path: string): void => {
      found.set(module, [...(found.get(module) ?? []), path]);
      for (const [, type, name] of modules.get(module)!.matchAll(/^ {2}(\w+) (\w+) \($/gm)) {
        if (modules.has(type!)) walk(type!, path === '' ? name! : `${path}.${name}`);
      }
    };
    walk(top, '');
    const real = [...modules].filter(([, t]) => t.includes('reg [WIDTH-1:0] words [0:DEPTH-1];'));
    expect(memories.map((m) => m.name).toSorted()).toEqual(real.map(([name]) => name).toSorted());
    for (const m of memories) {
      const body = modules.get(m.name)!;
      expect(body).toContain(`localparam DEPTH = ${m.depth};`);
      expect(body).toContain(`localparam WIDTH = ${m.width};`);
      expect(m.instances).toEqual(found.get(m.name));
    }
    const conf = text('memories/mems.conf').trim().split('\n');
    expect(conf).toEqual(memories.map((m) => `name ${m.name} depth ${m.depth} width ${m.width} ports write,read`));
  });

  test('OpenRAM and fakeram make every macro that the bodies take', () => {
    const { srams } = JSON.parse(text('memories/fakeram/fakeram.cfg')) as {
      srams: { name: string; width: number; depth: number }[];
    };
    const inOpenram = flows
      .filter((f) => f.path.endsWith('.py'))
      .map((f) => f.path.split('/').at(-1)!.replace('.py', ''));
    for (const [folder, known] of [
      ['openram', inOpenram],
      ['fakeram', srams.map((s) => s.name)],
    ] as const) {
      const bodies = flows.filter((f) => f.path.startsWith(`memories/${folder}/${top}`));
      expect(bodies.length).toBeGreaterThan(1);
      const taken = new Set(
        bodies.flatMap((f) => [...f.text.matchAll(/^ {2}(\w+) bank\d+_slice/gm)].map((m) => m[1]!)),
      );
      expect([...taken].toSorted()).toEqual(known.toSorted());
    }
    for (const s of srams) expect(s.name).toBe(`fakeram_1rw_${s.width}x${s.depth}`);
  });

  const shells = files.filter((f) => f.form === 'macro');
  const one = (path: string): FlowFile => flows.find((f) => f.path === path)!;

  test('liberty and LEF of a macro have the pins of its module', () => {
    expect(shells.length).toBeGreaterThan(2);
    for (const shell of shells) {
      const ports = portsOf(shell.text);
      const lib = one(`asic/lib/${shell.module}.lib`).text;
      expect(lib).toContain('SKELETON');
      const inLib = [
        ...lib.matchAll(/^ {4}(?:pin|bus)\((\w+)\) \{\n(?: {6}bus_type : bus_(\d+);\n)? {6}direction : (\w+);/gm),
      ];
      expect(inLib.map((m) => ({ name: m[1]!, input: m[3] === 'input', width: Number(m[2] ?? 1) }))).toEqual(ports);
      for (const { width } of ports) if (width > 1) expect(lib).toContain(`type(bus_${width}) {`);

      const lef = one(`asic/lef/${shell.module}.lef`).text;
      const bitsOf = (name: string, width: number) =>
        width === 1 ? [name] : Array.from({ length: width }, (_, bit) => `${name}[${bit}]`);
      const wanted = ports.flatMap((p) => bitsOf(p.name, p.width).map((n) => `${n} ${p.input ? 'INPUT' : 'OUTPUT'}`));
      const pins = [...lef.matchAll(/^ {2}PIN (\S+)\n {4}DIRECTION (\w+) ;/gm)].map((m) => `${m[1]} ${m[2]}`);
      expect(pins.toSorted()).toEqual([...wanted, 'VDD INOUT', 'VSS INOUT'].toSorted());
    }
  });

  test('LEF is well nested, and its shapes lie inside of the macro without touching', () => {
    for (const shell of shells) {
      const lef = one(`asic/lef/${shell.module}.lef`).text;
      const open: string[] = [];
      for (const line of lef.split('\n').map((l) => l.trim())) {
        const [word, name = ''] = line.split(' ');
        if (word === 'MACRO' || word === 'PIN') open.push(name);
        else if (word === 'PORT' || word === 'OBS') open.push('');
        else if (word === 'END' && name !== 'LIBRARY') expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
      const [, width, height] = /SIZE (\S+) BY (\S+) ;/.exec(lef)!.map(Number);
      const rects = [...lef.matchAll(/LAYER metal3 ;\n\s*RECT (\S+) (\S+) (\S+) (\S+) ;/g)].map((m) =>
        m.slice(1).map(Number),
      );
      expect(rects.length).toBeGreaterThan(4);
      for (const [x0, y0, x1, y1] of rects as [number, number, number, number][]) {
        if (Math.min(x0, y0, x1 - x0, y1 - y0, width! - x1, height! - y1) < 0) expect.fail(`${x0} ${y0} ${x1} ${y1}`);
      }
      expect(new Set(rects.map((r) => r.join())).size).toBe(rects.length);
    }
  });
});

test('docs/flows.md has every setting with its default, and every group', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/flows.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| ([^|]*) \|/gm)];
  const told = new Map(
    rows.flatMap(([, names, values]) => {
      const defaults = values!.split(', ');
      return names!.split(', ').map((name, i): [string, string] => [name.slice(1, -1), defaults[i]!]);
    }),
  );
  for (const [name, value] of Object.entries(flowSettings.parse({}))) expect(told.get(name), name).toBe(String(value));
  for (const name of flowNames) expect(told.has(name), name).toBe(true);
});

test('settings reach the files', () => {
  const { netlist, files } = made[0]!;
  const settings = flowSettings.parse({
    clock: 250,
    uncertainty: 0.1,
    ioDelay: 0.5,
    part: 'xc7k70t',
    macroWidth: 16,
    reramCell: 24,
  });
  const design = { label: 'x', netlist, files, settings, read: readTemplate };
  const sdc = flowFiles('asic', design).find((f) => f.path.endsWith('.sdc'))!.text;
  expect(sdc).toContain('-period 4.000');
  expect(sdc).toContain('set_clock_uncertainty 0.100');
  expect(sdc).toContain('-max 2.000');
  expect(flowFiles('vivado', design)[0]!.text).toContain('-part xc7k70t -force');
  expect(flowFiles('memories', design).some((f) => /sram_1w1r_16x\d+\.py$/.test(f.path))).toBe(true);
  expect(flowFiles('asic', design).find((f) => f.path.endsWith('crossbar_tile.lib'))!.text).toContain(
    'cells of 24 F^2',
  );
});
