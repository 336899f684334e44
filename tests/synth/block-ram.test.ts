/** Every memory of every preset, and odd ones, on every FPGA family: as many block RAMs as the vendor's shapes make necessary. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../src/architectures/names.ts';
import { architectures } from '../../src/architectures/registry.ts';
import { sram } from '../../src/components/sram/sram.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { amountsOf } from '../../src/synth/amounts.ts';
import { mapModule } from '../../src/synth/module.ts';
import { type Target, targetOf } from '../../src/synth/targets.ts';
import { openYosys, type Yosys } from '../../src/synth/yosys.ts';
import { expectedBlockRams } from './block-ram-shapes.ts';

let yosys: Yosys;
beforeAll(async () => {
  yosys = await openYosys();
});
afterAll(() => yosys.close());

/** Words and bits of a word. */
type Size = readonly [number, number];

const ofPresets = new Set(
  presets().flatMap(({ architecture, parameters }) =>
    elaborate(architectures[architecture]!.make(parameters), 'preset')
      .netlist.modules.filter((m) => m.component === 'memory')
      .map(({ parameters: { depth, width } }) => `${depth as number}x${width as number}`),
  ),
);
const odd = ['1x1', '3x7', '300x17', '777x5', '1000x33', '2049x9', '2560x27', '5000x3', '20000x1'];
const sizes = [...ofPresets, ...odd].map((text) => text.split('x').map(Number) as unknown as Size);

/** A memory by itself, as it is emitted. */
function memoryText([depth, width]: Size, name: string): string {
  const [file] = designFiles(elaborate(sram({ depth, width }), name).netlist);
  return file!.text;
}

/** All memories side by side in one module, so that a family's cells are read once: `m3` is the memory of `sizes[3]`. */
function sideBySide(): string {
  const ports: string[] = [];
  const instances = sizes.map(([depth, width], i) => {
    const address = Math.max(1, Math.ceil(Math.log2(depth)));
    const port = (direction: string, name: string, bits: number) => {
      ports.push(`${direction} [${bits - 1}:0] m${i}_${name}`);
      return `.memory_${name}(m${i}_${name})`;
    };
    const connected = [
      port('input', 'write_enable', 1),
      port('input', 'write_address', address),
      port('input', 'write_data', width),
      port('input', 'read_enable', 1),
      port('input', 'read_address', address),
      port('output', 'read_data', width),
    ];
    return `  memory_${i} m${i} (.clk(clk), .rst_n(rst_n), ${connected.join(', ')});`;
  });
  const top = `module all_memories (input clk, input rst_n, ${ports.join(', ')});\n${instances.join('\n')}\nendmodule\n`;
  return [...sizes.map((size, i) => memoryText(size, `memory_${i}`)), top].join('\n');
}

/** The step after the memories; the gates beside them would take most of the time. */
const afterMemories = { ice40: 'map_gates', ecp5: 'map_gates', xilinx: 'fine' } as const;

/** A target with its own commands, as far as memories are mapped. */
function upToMemories(name: keyof typeof afterMemories): Target {
  const target = targetOf(name);
  const cut = (command: string) =>
    command.startsWith('synth_') ? `${command} -run begin:${afterMemories[name]}` : command;
  return { ...target, map: (top) => ['proc', 'flatten', ...target.map(top).map(cut)] };
}

test('the shapes, by hand', () => {
  expect(expectedBlockRams('ice40', 256, 16)).toBe(1);
  expect(expectedBlockRams('ice40', 257, 16)).toBe(2);
  expect(expectedBlockRams('ice40', 128, 512)).toBe(32);
  // Five pieces of 11 columns in four block RAMs of 16.
  expect(expectedBlockRams('ice40', 1032, 11)).toBe(4);
  expect(expectedBlockRams('ecp5', 128, 512)).toBe(15);
  expect(expectedBlockRams('ecp5', 1024, 12)).toBe(1);
  expect(expectedBlockRams('xilinx', 1024, 36)).toBe(2);
  expect(expectedBlockRams('xilinx', 4096, 12)).toBe(3);
  expect(expectedBlockRams('generic', 1024, 36)).toBeUndefined();
});

describe.each(['ice40', 'ecp5', 'xilinx'] as const)('%s', (target) => {
  test('memories of the presets, and odd ones', { timeout: 600_000 }, async () => {
    expect(ofPresets.size).toBeGreaterThan(10);
    const { memories } = await mapModule('all_memories', sideBySide(), { yosys, target: upToMemories(target) });
    const label = ([depth, width]: Size) => `${depth} x ${width}`;
    const found = sizes.map((size, i) => {
      const mapping = memories.find((m) => m.name === `m${i}.words`);
      return [label(size), mapping?.kind, mapping && amountsOf(mapping.primitives, undefined).blockRams];
    });
    expect(found).toEqual(sizes.map((size) => [label(size), 'block RAM', expectedBlockRams(target, ...size)]));
  });
});

test('a memory of several shapes of Xilinx, in full, without a complaint of Yosys', async () => {
  const text = memoryText([4096, 12], 'memory');
  const { memories } = await mapModule('memory', text, { yosys, target: targetOf('xilinx') });
  expect(memories).toEqual([{ name: 'words', kind: 'block RAM', primitives: { RAMB18E1: 3 } }]);
});

test('a memory that is read without a clock is no block RAM', async () => {
  const text = memoryText([256, 16], 'memory')
    .replace('assign memory_read_data = word;', 'assign memory_read_data = words[memory_read_address];')
    .replace('(* ram_style = "block" *)', '');
  expect(text).toContain('assign memory_read_data = words[memory_read_address];');
  const { memories } = await mapModule('memory', text, { yosys, target: targetOf('ecp5') });
  expect(memories.map((m) => m.kind)).toEqual(['distributed RAM']);
});
