/** What is to notice a fault: the benches of the components that use the template, small whole designs, linters and synthesis. */
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import type { LeafBody, Netlist } from '../../src/dsl/netlist.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { emitDesign, selectFiles } from '../../src/emit/design.ts';
import { prepareCheck, type PreparedCheck, runCheck } from '../../src/explore/component-check/check.ts';
import { type HeadDesign, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { compareResults, type Expected, printMismatch } from '../../src/sim/compare.ts';
import type { SimCase } from '../../src/sim/cases.ts';
import { readTemplate } from '../../src/sim/design-files.ts';
import { type SimFlow, simTop } from '../../src/sim/from-design.ts';
import { checkSynthesis, lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import { allChecks } from '../../tests/component/checks/all.ts';
import type { Mutant } from './mutants.ts';

export interface Detector {
  readonly name: string;
  /** Templates whose text it simulates. */
  readonly templates: ReadonlySet<string>;
  /** What it says against a template's text, first line; undefined when it sees nothing wrong. Throws when nothing can be built. */
  readonly run: (mutant: Mutant | undefined, cacheDir: string) => Promise<string | undefined>;
}

/** Templates that are simulated: of a leaf with a behavioural model that one, in the simulation flow. */
function templatesOf(netlist: Netlist, flow: SimFlow): Set<string> {
  const files = netlist.modules.flatMap(({ body }) => {
    if (body.kind !== 'leaf') return [];
    const leaf: LeafBody = body;
    const template = flow === 'simulation' ? (leaf.forms.behavioural ?? leaf.template) : leaf.template;
    return 'file' in template ? [template.file] : [];
  });
  return new Set(files);
}

const readerOf = (mutant: Mutant | undefined) => (file: string) =>
  file === mutant?.template ? mutant.text : readTemplate(file);

function componentDetectors(): Detector[] {
  return allChecks().map(({ check, flow }): Detector => {
    const { netlist } = elaborate(check.part);
    let prepared: PreparedCheck | undefined;
    return {
      name: `${check.name} bench${flow === 'emulation' ? ' (ideal form)' : ''}`,
      templates: templatesOf(netlist, flow),
      run: async (mutant, cacheDir) => {
        prepared ??= prepareCheck(check);
        const files = emitDesign(netlist, readerOf(mutant));
        return (await runCheck(prepared, { files, flow, cacheDir })).problems[0];
      },
    };
  });
}

/** Small designs that between them have every feature. */
const designs = {
  roomy: { tokens: 24, dim: 8, corelets: 2, outputBeats: 2, tile: { rows: 4, columns: 4 } },
  tight: {
    tokens: 20,
    dim: 15,
    corelets: 1,
    bufferBytes: 64,
    outputBeats: 4,
    tile: { cellBits: 3, dacBits: 5 },
    memory: { channels: 2, banks: 2, tCL: 3, tRCD: 2, tRP: 4, tBURST: 2, rowTokens: 2, queue: 2 },
  },
  probable: {
    tokens: 9,
    dim: 3,
    corelets: 2,
    outputBeats: 3,
    normalisation: 'probability',
    probabilityRounding: 'truncate',
  },
} as const;

function headDetectors(): Detector[] {
  return Object.entries(designs).map(([name, parameters]): Detector => {
    const design = headDesign(sprint(parameters), `mutated_${name}`, machines.sprint)!;
    let prepared: { cases: SimCase[]; expected: Expected[] } | undefined;
    return {
      name: `whole design (${name})`,
      templates: templatesOf(design.netlist, 'simulation'),
      run: async (mutant, cacheDir) => {
        prepared ??= prepareHeads(design);
        const top = simTop(design.netlist, 'simulation', emitDesign(design.netlist, readerOf(mutant)));
        const simulation = await openSimulation(top, { cacheDir });
        const results = await simulation.run(prepared.cases, { timeoutMs: 120_000 });
        const { mismatches } = compareResults(top, results, prepared.expected, 1);
        return mismatches[0] && printMismatch(mismatches[0]);
      },
    };
  });
}

function prepareHeads(design: HeadDesign): { cases: SimCase[]; expected: Expected[] } {
  const subject = headSubject(design, 1);
  const trials = Array.from({ length: 40 }, (_, i) => headTrial(design, 1, i));
  const expected = trials.map((t) => subject.expected(t));
  const cases = trials.map((t, i) => ({ ...subject.simCase(t, expected[i]!, i === 0), maxIdleCycles: 3000 }));
  return { cases, expected };
}

/** The linters and Yosys on the leaves of small designs that are made from the template. */
function toolDetectors(): Detector[] {
  return Object.entries(designs).map(([name, parameters]): Detector => {
    const { netlist } = elaborate(sprint(parameters), `mutated_${name}`);
    const templates = templatesOf(netlist, 'emulation');
    return {
      name: 'lint and synthesis',
      templates,
      run: async (mutant) => {
        const files = selectFiles(emitDesign(netlist, readerOf(mutant)), 'emulation');
        for (const [i, { body }] of netlist.modules.entries()) {
          if (body.kind !== 'leaf' || !('file' in body.template) || body.template.file !== mutant?.template) continue;
          const [file] = files.slice(i, i + 1);
          const messages = [
            ...(await lintVerilog([file!], { top: file!.module })),
            ...(await checkSynthesis([file!], file!.module, { quick: true })),
          ];
          if (messages[0]) return `${messages[0].tool}: ${messages[0].text}`;
        }
        return undefined;
      },
    };
  });
}

/** Benches first: they are quicker. Tools last: what they notice need not be a wrong result. */
export const allDetectors = (): Detector[] => [...componentDetectors(), ...headDetectors(), ...toolDetectors()];
