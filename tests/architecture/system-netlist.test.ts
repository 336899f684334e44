/** The hardware of a system as text: lint, no way from an input of a bus to an output of one but through a register, C that compiles. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presets } from '../../src/architectures/names.ts';
import { architectures } from '../../src/architectures/registry.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { type EmittedFile, selectFiles } from '../../src/emit/design.ts';
import { designFiles, readTemplate } from '../../src/sim/design-files.ts';
import { checkSynthesis, lintVerilog } from '../../src/sim/lint.ts';
import { runTool } from '../../src/sim/processes.ts';
import { driverFlags } from '../../src/sim/system.ts';
import { inTemporaryFolder, writeFiles } from '../../src/sim/workspace.ts';
import { driverFiles } from '../../src/system/c-driver.ts';
import type { SystemOptions } from '../../src/system/options.ts';
import { systemOf, systemTop } from '../../src/system/system.ts';
import { systemCase } from './system-cases.ts';

const verilogOf = (architecture: 'sprint' | 'leopard' | 'hardsea', options: Partial<SystemOptions>) => {
  const { system } = systemCase(architecture, options);
  const { netlist } = elaborate(system.part, systemTop(system.map));
  return { top: netlist.top, files: selectFiles(designFiles(netlist), 'emulation') };
};

describe.each([
  ['sprint', { kind: 'memory', dataBits: 32, addressBits: 32 }],
  ['hardsea', { kind: 'stream', dataBits: 64 }],
] as const)('%s, %o', (architecture, options) => {
  const { top, files } = verilogOf(architecture, options);

  test('lint is silent, synthesis finds no latch and nothing undriven', async () => {
    expect(await lintVerilog(files, { top })).toEqual([]);
    expect(await checkSynthesis(files, top, { quick: true })).toEqual([]);
  });

  test('no output of a bus depends on an input of one but through a register', async () => {
    expect(await shortcuts(files, top)).toEqual([]);
  });
});

test.each([
  ['leopard', { kind: 'memory', dataBits: 1024, readQueue: 8 }],
  ['hardsea', { kind: 'memory', dataBits: 128, addressBits: 48 }],
] as const)('%s, %o: lint is silent', async (architecture, options) => {
  const { top, files } = verilogOf(architecture, options);
  expect(await lintVerilog(files, { top })).toEqual([]);
});

test('a shortcut is found', async () => {
  const { top, files } = verilogOf('sprint', { kind: 'memory', dataBits: 32 });
  const broken = files.map((f) =>
    f.module.endsWith('axi_reader')
      ? { ...f, text: f.text.replace("bus_rready = 1'b1", 'bus_rready = bus_rvalid') }
      : f,
  );
  expect(await shortcuts(broken, top)).toEqual(['m_axi_rvalid -> m_axi_rready']);
});

interface Cell {
  readonly type: string;
  readonly port_directions: Readonly<Record<string, 'input' | 'output'>>;
  readonly connections: Readonly<Record<string, readonly (number | string)[]>>;
}
interface YosysModule {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: readonly (number | string)[] }>>;
  readonly cells: Readonly<Record<string, Cell>>;
}

/** Combinational ways from inputs of AXI ports to outputs of AXI ports, as `input -> output`. */
async function shortcuts(files: readonly EmittedFile[], top: string): Promise<string[]> {
  const json = await inTemporaryFolder(async (cwd) => {
    await writeFiles(cwd, files);
    const sources = files.map((f) => f.path).join(' ');
    const passes = `read_verilog ${sources}; hierarchy -check -top ${top}; proc; flatten; opt_clean; write_json netlist.json`;
    await runTool('yosys', ['-q', '-p', passes], { cwd });
    return JSON.parse(await readFile(join(cwd, 'netlist.json'), 'utf8')) as { modules: Record<string, YosysModule> };
  });
  const { ports, cells } = json.modules[top]!;
  const isBus = (name: string): boolean => /^[ms]_axi/.test(name);
  const inputs = new Map<number | string, string>();
  for (const [name, { direction, bits }] of Object.entries(ports))
    if (direction === 'input' && isBus(name)) for (const b of bits) inputs.set(b, name);
  // What a bit is made of in the same cycle; a register's output is made of nothing.
  const sources = new Map<number | string, (number | string)[]>();
  for (const { type, port_directions: directions, connections } of Object.values(cells)) {
    if (/^\$[a-z]*dff/.test(type)) continue;
    const from = Object.entries(connections).flatMap(([port, bits]) => (directions[port] === 'input' ? bits : []));
    for (const [port, bits] of Object.entries(connections))
      if (directions[port] === 'output') for (const b of bits) sources.set(b, [...(sources.get(b) ?? []), ...from]);
  }
  const found = new Set<string>();
  for (const [name, { direction, bits }] of Object.entries(ports)) {
    if (direction !== 'output' || !isBus(name)) continue;
    const seen = new Set<number | string>(bits);
    const open = [...bits];
    for (let bit = open.pop(); bit !== undefined; bit = open.pop()) {
      const input = inputs.get(bit);
      if (input !== undefined) found.add(`${input} -> ${name}`);
      for (const next of sources.get(bit) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
  }
  return [...found].toSorted();
}

test('the drivers of all presets compile without a word', async () => {
  await inTemporaryFolder(async (cwd) => {
    for (const { name, architecture, parameters } of presets()) {
      const part = architectures[architecture]!.make(parameters);
      for (const options of [
        { kind: 'stream', dataBits: 256 },
        { kind: 'memory', addressBits: 32 },
        { kind: 'memory' },
      ] as const) {
        const label = name.replaceAll('-', '_');
        const system = systemOf(part, label, options);
        await writeFiles(cwd, driverFiles(system, readTemplate));
        const common = ['-ffreestanding', '-fsyntax-only', `${label}.c`];
        const { stderr } = await runTool('gcc', [...driverFlags, ...common], { cwd });
        expect(stderr).toBe('');
        expect(
          (await runTool('g++', ['-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c++', `${label}.h`], { cwd }))
            .stderr,
        ).toBe('');
      }
    }
  });
});
