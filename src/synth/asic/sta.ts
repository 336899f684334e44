/** OpenSTA over a mapped design: its script, and what it prints, as data. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PrunusError } from '../../errors.ts';
import { runTool } from '../../sim/processes.ts';
import { requireTool } from '../../sim/tools.ts';
import { inTemporaryFolder } from '../../sim/workspace.ts';

export interface StaInput {
  readonly top: string;
  readonly verilog: string;
  /** The cells, and one of each macro. */
  readonly liberties: readonly string[];
  readonly sdc: string;
  /** Instances, joined by `/`, the power of whose cells is wanted; empty for none. */
  readonly power: readonly string[];
}

export interface Endpoint {
  readonly from: string;
  readonly to: string;
  /** ns */
  readonly slack: number;
}

export interface PathStep {
  readonly pin: string;
  readonly cell: string;
  /** ns, of this step. */
  readonly delay: number;
}

/** W at the clock of the constraints. */
export interface CellPower {
  /** The cell's path, joined by `/`, and its type. */
  readonly cell: string;
  readonly type: string;
  /** With all signals at rest but the clock. */
  readonly rest: number;
  /** What one transition a cycle of every signal adds. */
  readonly transition: number;
  readonly leakage: number;
}

export interface StaOutput {
  readonly version: string;
  /** The worst path to every endpoint, worst first. */
  readonly endpoints: readonly Endpoint[];
  /** Cells along the worst path of all. */
  readonly path: readonly PathStep[];
  readonly power: readonly CellPower[];
}

/**
 * Power of single cells, by OpenSTA's own `instance_power`: `report_power -instances` prints rounded figures. At rest, and with one transition
 * a cycle everywhere; it is linear in between. `set_power_activity -pins` does not work in OpenSTA 2.0.17, and what it propagates starts
 * from the ports whatever registers are said to do, so that cells are weighed outside of it.
 */
const powerScript = (instances: readonly string[]): string => `
proc powers {} {
  global cells
  set all {}
  foreach cell $cells {
    lassign [sta::instance_power $cell [sta::cmd_corner]] internal switching leakage
    lappend all [expr {$internal + $switching}] $leakage
  }
  return $all
}
set cells {}
foreach i {${instances.map((i) => (i === '' ? '*' : `${i}/*`)).join(' ')}} { lappend cells {*}[get_cells $i] }
set_power_activity -global -activity 0.0
set rest [powers]
set_power_activity -global -activity 1.0
set active [powers]
set file [open power.txt w]
foreach cell $cells {r leakage} $rest {a same} $active { puts $file "[get_full_name $cell] [get_property $cell ref_name] $r $a $leakage" }
close $file
`;

const script = ({
  top,
  liberties,
  power,
}: StaInput): string => `${liberties.map((_, i) => `read_liberty ${i}.lib\n`).join('')}read_verilog design.v
link_design ${top}
read_sdc design.sdc
report_checks -path_delay max -format summary -digits 4 -group_count 1000000 -endpoint_count 1 > endpoints.txt
report_checks -path_delay max -format full -digits 4 > path.txt
${power.length > 0 ? powerScript(power) : ''}`;

/** Throws PR0510 without OpenSTA, PR0545 when it fails. */
export async function runSta(input: StaInput): Promise<StaOutput> {
  const program = requireTool('sta');
  return inTemporaryFolder(async (cwd) => {
    const files: Record<string, string> = {
      'design.v': input.verilog,
      'design.sdc': input.sdc,
      'run.tcl': script(input),
    };
    input.liberties.forEach((text, i) => (files[`${i}.lib`] = text));
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(cwd, name), text)));
    const version = (await runTool(program, ['-version'], { timeoutMs: 20_000 })).stdout.trim();
    const { stdout, stderr } = await runTool(program, ['-exit', '-no_splash', 'run.tcl'], { cwd, mayFail: true });
    // It ends with 0 whatever happened.
    const said = `${stdout}\n${stderr}`.split('\n').find((l) => /^Error|syntax error/.test(l));
    if (said !== undefined) throw new PrunusError('PR0545', `OpenSTA failed: ${said}`);
    const read = (name: string) => readFile(join(cwd, name), 'utf8');
    return {
      version: `OpenSTA ${version}`,
      endpoints: endpointsOf(await read('endpoints.txt')),
      path: stepsOf(await read('path.txt')),
      power: input.power.length > 0 ? powersOf(await read('power.txt')) : [],
    };
  });
}

/** Lines such as `a/_1_/Q (DFFPOSX1)  b/_2_/D (DFFPOSX1)  -0.9000`. */
export const endpointsOf = (text: string): Endpoint[] =>
  [...text.matchAll(/^(\S+) \(\S+\) +(\S+) \(\S+\) +(-?[\d.]+)/gm)]
    .map(([, from, to, slack]) => ({ from: from!, to: to!, slack: Number(slack) }))
    .toSorted((a, b) => a.slack - b.slack);

/** The steps up to the arrival of the data. */
export function stepsOf(text: string): PathStep[] {
  const [arriving = ''] = text.split('data arrival time');
  return [...arriving.matchAll(/^ +(-?[\d.]+) +-?[\d.]+ [\^v] (\S+) \((\S+)\)$/gm)].map(([, delay, pin, cell]) => ({
    pin: pin!,
    cell: cell!,
    delay: Number(delay),
  }));
}

const powersOf = (text: string): CellPower[] =>
  [...text.matchAll(/^(\S+) (\S+) (\S+) (\S+) (\S+)$/gm)].map(([, cell, type, ...numbers]) => {
    const [rest, active, leakage] = numbers.map(Number) as [number, number, number];
    return { cell: cell!, type: type!, rest, transition: active - rest, leakage };
  });
