/**
 * What a bit-serial lane costs beside a bit-parallel one, in cells of yosys' own gate library: the cells that a dot-product unit has
 * more for every element more.
 */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { serialDot } from '../src/components/serial-dot/serial-dot.ts';
import type { Part } from '../src/dsl/component.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { designFiles } from '../src/sim/design-files.ts';
import { runTool } from '../src/sim/processes.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import type { Group } from './context.ts';

const widths = { queryBits: 12, keyBits: 12, tokens: 512 };
const [few, many] = [4, 12];

export const lane: Group = async function* () {
  const cells = async (groupBits: number): Promise<number> => {
    const counted = [few, many].map((dim) => cellsOf(serialDot({ ...widths, dim, groupBits }) as unknown as Part));
    const [least, most] = (await Promise.all(counted)) as [number, number];
    return (most - least) / (many - few);
  };
  const [serial, parallel] = [await cells(2), await cells(widths.keyBits)];
  const note = `12-bit elements; from ${few} to ${many} elements, registers and adder tree included`;
  yield { name: 'cells of a bit-serial lane, 2 bits a cycle', value: serial, unit: 'cells', note };
  yield { name: 'cells of a bit-parallel lane', value: parallel, unit: 'cells', note };
  yield { name: 'bit-serial of bit-parallel', value: serial / parallel, unit: 'ratio' };
};

async function cellsOf(part: Part): Promise<number> {
  const { netlist } = elaborate(part, 'lane');
  const [module] = netlist.modules;
  return inTemporaryFolder(async (cwd) => {
    writeFileSync(join(cwd, 'lane.v'), designFiles(netlist)[0]!.text);
    const script = `read_verilog lane.v; synth -flatten -noabc -top ${module!.name}; abc -g simple; clean; stat`;
    const { stdout } = await runTool('yosys', ['-p', script], { cwd });
    const found = [...stdout.matchAll(/Number of cells:\s+(\d+)/g)].at(-1);
    if (!found) throw new Error('yosys printed no number of cells');
    return Number(found[1]);
  });
}
