/** Benches of components, and whole designs, with the netlist of gates in place of the Verilog, in Icarus if nothing else is said. */
import type { Netlist } from '../../src/dsl/netlist.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import type { EmittedFile } from '../../src/emit/design.ts';
import { type ComponentCheck, prepareCheck, runCheck } from '../../src/explore/component-check/check.ts';
import type { HeadDesign } from '../../src/explore/head-design.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { compareResults, printMismatch } from '../../src/sim/compare.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { type Engine, openSimulation } from '../../src/sim/simulation.ts';
import { synthesize } from '../../src/synth/design.ts';
import { gateLevelFiles } from '../../src/synth/gate-level.ts';
import { targetOf } from '../../src/synth/targets.ts';
import type { Yosys } from '../../src/synth/yosys.ts';

/** Every file of a design, its leaves made of gates. */
export async function gatesOf(yosys: Yosys, netlist: Netlist): Promise<EmittedFile[]> {
  const files = designFiles(netlist);
  return gateLevelFiles(await synthesize(netlist, { yosys, target: targetOf('generic'), files }), files);
}

interface GateCheck {
  /** To the text of every file. */
  readonly change?: (text: string) => string;
  readonly engine?: Engine;
}
const inIcarus: Engine = 'icarus';
/** What a bench may take: gates are slow in Icarus. */
const timeoutMs = 1_800_000;

/** What goes wrong in the first `count` trials of a check, one line each; gates in Icarus take their time. */
export async function checkGates(yosys: Yosys, check: ComponentCheck, count: number, options: GateCheck = {}) {
  const { change = (t) => t, engine = inIcarus } = options;
  const { trials, cases, expected } = prepareCheck(check);
  const few = <T>(list: readonly T[]): T[] => list.slice(0, count);
  const prepared = {
    check: { ...check, inspect: () => [] },
    trials: few(trials),
    cases: few(cases),
    expected: few(expected),
  };
  const files = await gatesOf(yosys, elaborate(check.part).netlist);
  return runCheck(prepared, { engine, timeoutMs, files: files.map((f) => ({ ...f, text: change(f.text) })) });
}

/** The same of random heads of a whole design, against the functional model. */
export async function headGates(yosys: Yosys, design: HeadDesign, heads: number) {
  const subject = headSubject(design, 1);
  const trials = Array.from({ length: heads }, (_, i) => subject.trial(i));
  const expected = trials.map(subject.expected);
  const top = simTop(design.netlist, 'simulation', await gatesOf(yosys, design.netlist));
  const simulation = await openSimulation(top, { engine: inIcarus });
  const results = await simulation.run(trials.map((trial, i) => subject.simCase(trial, expected[i]!, i === 0)));
  const { mismatches, words } = compareResults(top, results, expected, 8);
  return { problems: mismatches.map(printMismatch), words };
}
