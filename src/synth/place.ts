/**
 * Place and route for iCE40 boards by nextpnr. The design sits in a harness, since it has more ports than a package has pins: what goes in comes
 * out of one shift register, what comes out is folded into another, so that nothing of the design can be left out or simplified away.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fieldWidth } from '../dsl/kinds.ts';
import type { Netlist, NetModule } from '../dsl/netlist.ts';
import { portSignals } from '../emit/verilog.ts';
import { PrunusError } from '../errors.ts';
import { runTool } from '../sim/processes.ts';
import { requireTool } from '../sim/tools.ts';
import { inTemporaryFolder } from '../sim/workspace.ts';
import type { Synthesis } from './design.ts';
import type { Yosys } from './yosys.ts';

export const boards = ['hx8k', 'hx1k', 'up5k'] as const;
export type Board = (typeof boards)[number];

/** The packages of the boards that carry these: iCE40-HX8K breakout board, iCEstick, UPduino and iCEBreaker. */
const packages: Readonly<Record<Board, string>> = { hx8k: 'ct256', hx1k: 'tq144', up5k: 'sg48' };

export interface Placement {
  readonly board: Board;
  /** That it was routed with: the one asked for, or one of the next. */
  readonly seed: number;
  /** Highest clock that the slowest path allows, harness included. */
  readonly clockMHz: number;
  /** What nextpnr counts, such as ICESTORM_LC (a LUT and a flip-flop) and ICESTORM_RAM. */
  readonly used: Readonly<Record<string, { readonly used: number; readonly available: number }>>;
  /** For icepack. */
  readonly bitstream: string;
}

export interface PlaceOptions {
  readonly yosys: Yosys;
  readonly board: Board;
  readonly seed: number;
}

/**
 * Iterations after which the router is held to go round in circles, as it does with some seeds of a nearly full chip: one that fills an HX8K
 * takes 80,000.
 */
const hopeless = 400_000;
/** Seeds that are tried, beginning with the one asked for. */
const attempts = 4;

/** Places a mapped design. Throws PR0510 without nextpnr, PR0544 for a design that does not fit. */
export async function placeDesign(
  { modules, top }: Netlist,
  { netlist: mapped }: Synthesis,
  { yosys, board, seed }: PlaceOptions,
): Promise<Placement> {
  requireTool('nextpnr-ice40');
  const design = modules.find((m) => m.name === top)!;
  const files = {
    'design.v': mapped.map((f) => f.text).join('\n'),
    'top.v': mapped.at(-1)!.text,
    'harness.v': harness(design),
  };
  const around = `read_verilog -lib top.v\nread_verilog harness.v\nsynth_ice40 -top ${harnessName}\nwrite_verilog -noattr around.v\n`;
  const { files: wrapped } = await yosys.run(around, files, ['around.v']);
  const joined = [
    'read_verilog -lib +/ice40/cells_sim.v',
    'read_verilog design.v around.v',
    `hierarchy -check -top ${harnessName}`,
    'proc',
    'flatten',
    // Every leaf has an inverter of its own for the reset: one for all goes over a global net.
    'opt_merge -share_all',
    'opt_clean -purge',
    'write_json placed.json',
    '',
  ].join('\n');
  const made = await yosys.run(joined, { ...files, ...wrapped }, ['placed.json']);
  return inTemporaryFolder(async (cwd) => {
    await writeFile(join(cwd, 'placed.json'), made.files['placed.json']!);
    const routed = await routedPlacement(cwd, board, seed);
    if (!routed) {
      const message = `${top} cannot be routed on ${board} with the seeds ${seed} to ${seed + attempts - 1}`;
      throw new PrunusError('PR0544', message, 'make it smaller with --set, or choose another --seed.');
    }
    const { exitCode, stderr } = routed;
    if (exitCode !== 0) {
      const over = [...stderr.matchAll(/^Info:\s+(\w+):\s+(\d+)\/\s*(\d+)/gm)].filter(
        ([, , n, of]) => Number(n) > Number(of),
      );
      const why =
        over.map(([, name, n, of]) => `it takes ${n} ${name}, and there are ${of}`).join('; ') ||
        stderr.split('\n').find((l) => l.startsWith('ERROR')) ||
        stderr.trim();
      const fix = 'make it smaller with --set, or choose another --board.';
      throw new PrunusError('PR0544', `${top} does not go on ${board}: ${why}.`, fix);
    }
    const read = (name: string) => readFile(join(cwd, name), 'utf8');
    const { fmax, utilization } = JSON.parse(await read('report.json')) as {
      fmax: Record<string, { achieved: number }>;
      utilization: Placement['used'];
    };
    const clockMHz = Math.min(...Object.values(fmax).map((f) => f.achieved));
    const used = Object.fromEntries(Object.entries(utilization).filter(([, u]) => u.used > 0));
    return { board, seed: routed.seed, clockMHz, used, bitstream: await read('placed.asc') };
  });
}

/** nextpnr with the first of the seeds with which it ends by itself. */
async function routedPlacement(
  cwd: string,
  board: Board,
  first: number,
): Promise<{ readonly exitCode: number; readonly stderr: string; readonly seed: number } | undefined> {
  const chip = [`--${board}`, '--package', packages[board], '--freq', '50', '--timing-allow-fail'];
  const to = ['--json', 'placed.json', '--asc', 'placed.asc', '--report', 'report.json'];
  for (let seed = first; seed < first + attempts; seed++) {
    const stuck = new AbortController();
    // A line of the router begins with the number of its iterations.
    const onErrorLine = (line: string): void => {
      if (Number(/^Info:\s+(\d+) \|/.exec(line)?.[1]) > hopeless) stuck.abort();
    };
    const run = { cwd, mayFail: true, signal: stuck.signal, onErrorLine };
    try {
      // oxlint-disable-next-line no-await-in-loop -- the next seed is for where this one fails
      return { ...(await runTool('nextpnr-ice40', [...chip, '--seed', `${seed}`, ...to], run)), seed };
    } catch (error) {
      if (!stuck.signal.aborted) throw error;
    }
  }
  return undefined;
}

const harnessName = 'prunus_harness';

/** One pin in, one pin out: both shift registers take a bit a cycle, and an output's bit is added to the one that passes by. */
function harness(design: NetModule): string {
  let [inputs, outputs] = [0, 0];
  const pins = portSignals(design).map(({ name, input, field }) => {
    const width = fieldWidth(field);
    const from = input ? inputs : outputs;
    if (input) inputs += width;
    else outputs += width;
    return `    .${name}(${input ? 'given' : 'result'}[${from + width - 1}:${from}])`;
  });
  return `module ${harnessName} (input wire clk, input wire rst_n, input wire in, output wire out);
  reg [${inputs}:0] given;
  reg [${outputs}:0] passing;
  wire [${outputs}:0] result;
  assign result[${outputs}] = 1'b0;
  assign out = passing[${outputs}];
  always @(posedge clk) begin
    given <= {given[${Math.max(0, inputs - 1)}:0], in};
    passing <= {passing[${Math.max(0, outputs - 1)}:0], 1'b0} ^ result;
  end
  ${design.name} design (
${['    .clk(clk)', '    .rst_n(rst_n)', ...pins].join(',\n')}
  );
endmodule
`;
}
