/**
 * `prunus estimate` on designs that it was not calibrated with: area and memory bits against Yosys, cycles against the RTL. Mapped modules
 * come from the cache where they are in it.
 */
import { architectures } from '../src/architectures/registry.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { instanceCounts, type Netlist } from '../src/dsl/netlist.ts';
import { type EmittedFile, selectFiles } from '../src/emit/design.ts';
import { estimateArea } from '../src/estimate/area.ts';
import { countersOf } from '../src/explore/counters.ts';
import { expectedHead, headCase } from '../src/explore/head-design.ts';
import { headTrial } from '../src/explore/verify/cases.ts';
import { designFiles } from '../src/sim/design-files.ts';
import { simTop } from '../src/sim/from-design.ts';
import { openSimulation } from '../src/sim/simulation.ts';
import { synthesize } from '../src/synth/design.ts';
import { targetOf } from '../src/synth/targets.ts';
import { openYosys, type Yosys } from '../src/synth/yosys.ts';
import { architectureOf, type Group } from './context.ts';
import { calibrationDesigns, type EstimatedDesign, estimatedDesigns, seeds } from './estimated-designs.ts';
import { type Figure, median } from './figure.ts';

/** Of each architecture. */
const count = 4;
const headsEach = 2;

interface Errors {
  readonly name: string;
  /** Percent. */
  readonly area: number;
  /** Of the modules that are in no design that the calibration has seen, whatever their name. */
  readonly newArea: number;
  /** Of the area, in percent. */
  readonly newShare: number;
  readonly bits: number;
  readonly cycles: number;
}

export const estimate: Group = async function* ({ quick, progress }) {
  const yosys = await openYosys();
  const seen = seenModules();
  const all: Errors[] = [];
  for (const design of estimatedDesigns(seeds.heldOut, quick ? 1 : count)) {
    all.push(await errorsOf(design, seen, yosys));
    progress(`estimate: ${all.length} designs, ${design.architecture} ${all.at(-1)!.area.toFixed(2)} %`);
  }
  const percent = (name: string, of: (e: Errors) => number, atMost?: number): Figure => ({
    name: `estimate, ${name}, median error of ${all.length} held-out designs`,
    value: median(all.map(of)),
    unit: 'percent',
    ...(atMost === undefined ? {} : { target: { atMost } }),
    note: `largest ${Math.max(...all.map(of)).toFixed(2)} %`,
  });
  yield percent('area', (e) => e.area, 10);
  const share = median(all.map((e) => e.newShare));
  yield { ...percent('area of modules not seen before', (e) => e.newArea), note: `${share.toFixed(0)} % of the area` };
  yield percent('memory bits', (e) => e.bits, 0);
  yield percent('cycles', (e) => e.cycles, 0);
  if (!quick) {
    const { netlist } = elaborate(architectures.sprint.make({ corelets: 1 }), 'sprint_s');
    const { area } = await areaErrors(netlist, seen, yosys);
    yield { name: 'estimate, area of sprint-s, of 64 elements instead of 8', value: area, unit: 'percent' };
  }
  await yosys.close();
};

/** The text of every module that was calibrated with, under no name. */
function seenModules(): ReadonlySet<string> {
  const made = estimatedDesigns(seeds.calibration, calibrationDesigns).flatMap(({ architecture, parameters }) => {
    const { netlist } = elaborate(architectures[architecture].make(parameters as never), 'estimated');
    return selectFiles(designFiles(netlist), 'asic').map(nameless);
  });
  return new Set(made);
}
const nameless = ({ text, module }: EmittedFile): string => text.replaceAll(new RegExp(`\\b${module}\\b`, 'g'), '');

const relative = (estimated: number, measured: number): number =>
  measured === estimated ? 0 : (100 * Math.abs(estimated - measured)) / measured;

async function areaErrors(netlist: Netlist, seen: ReadonlySet<string>, yosys: Yosys) {
  const files = designFiles(netlist);
  const { report } = await synthesize(netlist, { yosys, target: targetOf('generic'), files });
  const { modules } = estimateArea(netlist, files);
  const unseen = new Set(selectFiles(files, 'asic').flatMap((f) => (seen.has(nameless(f)) ? [] : [f.module])));
  const sum = (
    of: readonly { module: string; instances: number; area?: number | undefined }[],
    isNew: boolean,
  ): number => of.reduce((n, m) => n + (!isNew || unseen.has(m.module) ? m.instances * (m.area ?? 0) : 0), 0);
  const of = (isNew: boolean) => relative(sum(modules, isNew), sum(report.modules, isNew));
  return {
    area: of(false),
    newArea: of(true),
    newShare: (100 * sum(report.modules, true)) / sum(report.modules, false),
  };
}

async function errorsOf(
  { architecture, parameters }: EstimatedDesign,
  seen: ReadonlySet<string>,
  yosys: Yosys,
): Promise<Errors> {
  const { netlist } = elaborate(architectures[architecture].make(parameters as never), 'estimated');
  const files = designFiles(netlist);
  const { sramBits, arrayBits } = estimateArea(netlist, files).total;
  return {
    name: architecture,
    ...(await areaErrors(netlist, seen, yosys)),
    bits: relative(sramBits + arrayBits, await memoryBits(netlist, files, yosys)),
    cycles: await cyclesError({ architecture, parameters }),
  };
}

/** Bits of all arrays as Yosys reads them, but for those of analog arrays, which are no memories in the ASIC. */
async function memoryBits(netlist: Netlist, files: readonly EmittedFile[], yosys: Yosys): Promise<number> {
  const analog = new Set(
    netlist.modules.flatMap((m) => (m.body.kind === 'leaf' && m.body.storage?.technology === 'reram' ? [m.name] : [])),
  );
  const text = selectFiles(files, 'emulation').map((f) => f.text);
  const script = `read_verilog design.v\nhierarchy -check -top ${netlist.top}\ntee -q -o stat.json stat -json\n`;
  const { files: made } = await yosys.run(script, { 'design.v': text.join('\n') }, ['stat.json']);
  // Yosys 0.23 prints text into the JSON of a design with levels.
  const found = [...made['stat.json']!.matchAll(/"\\\\(\w+)": \{[^}]*?"num_memory_bits": +(\d+)/g)];
  const counts = instanceCounts(netlist);
  return found
    .filter(([, name]) => !analog.has(name!))
    .reduce((n, [, name, bits]) => n + counts.get(name!)! * Number(bits), 0);
}

/** Cycles of a head, by the timing model that `prunus estimate` asks, and in the RTL. */
async function cyclesError({ architecture, parameters }: EstimatedDesign): Promise<number> {
  const design = architectureOf(architecture, parameters);
  const heads = Array.from({ length: headsEach }, (_, i) => headTrial(design, seeds.heldOut, i).head);
  const simulation = await openSimulation(simTop(design.netlist));
  const results = await simulation.run(heads.map((head, i) => headCase(design, head, { reset: i === 0 })));
  const predict = design.machine!.predictor();
  return Math.max(
    ...heads.map((head, i) =>
      relative(predict(head, expectedHead(design, head).output!).cycles, countersOf(results[i]!).cycles),
    ),
  );
}
