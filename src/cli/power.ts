/** `prunus power` */
import { z } from 'zod';

import { headActivity, type PowerReport, powerReport } from '../explore/power.ts';
import { prepare } from '../explore/prepare.ts';
import { instancesOf } from '../flow/design.ts';
import { requireTool } from '../sim/tools.ts';
import { readLibrary } from '../synth/asic/library.ts';
import { cellModels } from '../synth/asic/models.ts';
import { timeDesign } from '../synth/asic/timing.ts';
import { synthesize } from '../synth/design.ts';
import { libraryCells } from '../synth/liberty.ts';
import { defaultClock, targetOf } from '../synth/targets.ts';
import { openYosys } from '../synth/yosys.ts';
import type { Action } from './action.ts';
import { checkWork, workOf, workOptions } from './asked-work.ts';
import { findDesign } from './designs.ts';
import { checkOptions, common, realNumber, settings, wholeNumber } from './options.ts';
import { progressBar, say } from './progress.ts';
import { sizedTo } from './run.ts';
import { table } from './table.ts';

const schema = z.object({
  ...common,
  ...settings,
  ...workOptions,
  lib: z.string().min(1).default('osu018'),
  clock: realNumber(0.001, 10_000).optional(),
  head: wholeNumber(0, 4095),
});

export const power: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  checkWork(options);
  const { clock = defaultClock } = options;
  // What is missing is said before minutes of work.
  requireTool('sta');
  requireTool('iverilog');
  const library = readLibrary(options.lib);
  const design = await findDesign(given, options.set);
  const work = workOf(design, options);
  const { sized, heads, tensors, setting } = await sizedTo(design, work.tensors, work.settings);
  const { head } = prepare(heads, tensors, options.head, setting);
  const { netlist } = heads;
  const yosys = await openYosys();
  const bar = await progressBar('synth', netlist.modules.filter((m) => m.body.kind === 'leaf').length);
  try {
    const onProgress = (done: number, _: number, module: string) => bar.at(done, module);
    const synthesis = await synthesize(netlist, { yosys, target: targetOf('liberty', library, clock), onProgress });
    bar.end();
    const mapped = new Set(synthesis.report.modules.filter((m) => m.cells > 0).map((m) => m.module));
    const leaves = instancesOf(netlist).flatMap((i) => (mapped.has(i.module.name) ? [i.path] : []));
    const timing = await timeDesign(netlist, synthesis, leaves, { yosys, library, clock });
    say('simulating the head, gate by gate');
    const activity = await headActivity(heads, head, synthesis, await cellModels(library, yosys));
    const report = powerReport(netlist, timing.power, libraryCells(library, options.lib), activity, clock);
    const asked: Asked = {
      design: sized.label,
      workload: work.text,
      head: options.head,
      library: options.lib,
      tool: timing.report.tool,
    };
    process.stdout.write(options.json ? `${JSON.stringify({ ...asked, ...report })}\n` : textOf(asked, report));
    return 0;
  } finally {
    bar.end();
    await yosys.close();
  }
};

interface Asked {
  readonly design: string;
  readonly workload: string;
  readonly head: number;
  readonly library: string;
  readonly tool: string;
}

const mW = (w: number): string => (w * 1e3).toFixed(3);
const nJ = (j: number): string => (j * 1e9).toFixed(1);

function textOf({ design, workload, head, library, tool }: Asked, r: PowerReport): string {
  const rows = r.instances.map((i) => [
    i.instance || 'top',
    i.component,
    `${i.cells}`,
    mW(i.clock + i.registers + i.logic + i.leakage),
    mW(i.clock),
    mW(i.registers),
    mW(i.logic),
    i.registerActivity.toFixed(3),
    i.activity.toFixed(3),
  ]);
  const { total } = r;
  const sum = ['all', '', '', mW(total.all), mW(total.clock), mW(total.registers), mW(total.logic), '', ''];
  const names = ['instance', '', 'cells', 'mW', 'clock', 'registers', 'logic', 'activity of registers', 'of all'];
  const macros = r.macros.map((m) => [
    m.instance,
    m.component,
    `${m.reads}`,
    `${m.writes}`,
    `${m.evaluations}`,
    nJ(m.energy),
  ]);
  return [
    `${design}: ${workload}, head ${head}: ${r.cycles} cycles at ${r.clock} MHz, cells of ${library} (${tool}), before layout\n`,
    table([names, ...rows, sum], '  '),
    macros.length > 0
      ? `memories and arrays, by CACTI and NVSim at 65 nm\n${table([['', '', 'reads', 'writes', 'evaluations', 'nJ'], ...macros], '  ')}`
      : '',
    `energy of the head: cells ${nJ(r.cellEnergy)} nJ, memories and arrays ${nJ(r.macroEnergy)} nJ\n`,
  ].join('');
}
