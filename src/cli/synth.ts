/** `prunus synth` */
import { basename } from 'node:path';
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { PrunusError } from '../errors.ts';
import { requireTool } from '../sim/tools.ts';
import { genericModels } from '../synth/cells.ts';
import { type Synthesis, type SynthesisReport, synthesize } from '../synth/design.ts';
import { readLibrary } from '../synth/asic/library.ts';
import { timeDesign, type TimingReport } from '../synth/asic/timing.ts';
import { boards, placeDesign, type Placement } from '../synth/place.ts';
import { defaultClock, type Target, targetNames, targetOf } from '../synth/targets.ts';
import { openYosys, yosysKinds } from '../synth/yosys.ts';
import type { Action } from './action.ts';
import { findDesign } from './designs.ts';
import { checkOptions, common, realNumber, settings, wholeNumber, word } from './options.ts';
import { replaceFolder } from './output-folder.ts';
import { progressBar } from './progress.ts';
import { shortName, timingText } from './timing-text.ts';
import { grouped, table } from './table.ts';

const schema = z.object({
  ...common,
  ...settings,
  target: word(targetNames),
  lib: z.string().min(1).optional(),
  yosys: word(yosysKinds).optional(),
  sta: z.boolean().default(false),
  clock: realNumber(0.001, 10_000).optional(),
  place: z.boolean().default(false),
  board: word(boards).default('hx8k'),
  seed: wholeNumber(0, 2 ** 31 - 1).prefault('1'),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
});

export const synth: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const target = chosenTarget(options);
  const { part, name, label } = await findDesign(given, options.set);
  const { netlist } = elaborate(part, name);
  const yosys = await openYosys(options.yosys);
  const bar = await progressBar('synth', netlist.modules.filter((m) => m.body.kind === 'leaf').length);
  try {
    const onProgress = (done: number, _: number, module: string) => bar.at(done, module);
    const synthesis = await synthesize(netlist, { yosys, target, onProgress });
    bar.end();
    const placement = options.place
      ? await placeDesign(netlist, synthesis, { yosys, board: options.board, seed: options.seed })
      : undefined;
    const timing = options.sta
      ? (
          await timeDesign(netlist, synthesis, [], {
            yosys,
            library: target.liberty!,
            clock: options.clock ?? defaultClock,
          })
        ).report
      : undefined;
    if (options.out !== undefined) write(options.out, synthesis, target, placement, options.force);
    const { report } = synthesis;
    const placed = placement && { ...placement, bitstream: undefined };
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ design: label, out: options.out, ...report, placement: placed, timing })}\n`,
      );
    } else {
      process.stdout.write(textOf(label, report, placement, timing, options.out));
    }
    return 0;
  } finally {
    bar.end();
    await yosys.close();
  }
};

function chosenTarget({
  target,
  lib,
  place,
  sta,
  clock,
}: {
  target: Target['name'];
  lib?: string | undefined;
  place: boolean;
  sta: boolean;
  clock?: number | undefined;
}): Target {
  if (place && target !== 'ice40') {
    throw new PrunusError(
      'PR0708',
      `--place is for iCE40, and the target is ${target}.`,
      'say --target ice40, or leave --place out.',
    );
  }
  if (target !== 'liberty') {
    const option = lib === undefined ? (sta ? '--sta' : clock === undefined ? undefined : '--clock') : '--lib';
    if (option === undefined) return targetOf(target);
    throw new PrunusError(
      'PR0708',
      `${option} belongs to --target liberty, and the target is ${target}.`,
      'leave one of them out.',
    );
  }
  if (lib === undefined)
    throw new PrunusError('PR0708', '--target liberty needs a library.', 'name its file with --lib, or osu018.');
  const text = readLibrary(lib);
  if (sta) requireTool('sta');
  return targetOf(target, text, clock);
}

function write(
  out: string,
  { report, netlist }: Synthesis,
  target: Target,
  placement: Placement | undefined,
  force: boolean,
): void {
  const models = target.name === 'generic' ? [{ path: 'cells.v', text: genericModels() }] : [];
  const files = [...netlist.map(({ module, text }) => ({ path: `netlist/${module}.v`, text })), ...models];
  const manifest = { generator: 'prunus', format: 1, kind: 'synthesis', files: files.map((f) => f.path), ...report };
  const images = placement ? [{ path: `${report.top}.asc`, text: placement.bitstream }] : [];
  const own = [
    { path: 'manifest.json', text: `${JSON.stringify(manifest, undefined, 2)}\n` },
    { path: `${report.top}_netlist.f`, text: files.map((f) => `${f.path}\n`).join('') },
  ];
  const library = target.liberty === undefined ? [] : [{ path: 'cells.lib', text: target.liberty }];
  replaceFolder(out, [...own, ...files, ...library, ...images], force);
}

const whole = (n: number): string => grouped(Math.round(n));

function textOf(
  label: string,
  report: SynthesisReport,
  placement: Placement | undefined,
  timing: TimingReport | undefined,
  out: string | undefined,
): string {
  const { total, modules, macros, unit } = report;
  const cells = unit !== undefined;
  const head = cells
    ? ['module', '', 'cells', unit === 'gate equivalents' ? 'GE' : 'area', 'registers', 'share']
    : ['module', '', 'LUTs', 'registers', 'block RAMs', 'DSPs', 'memories'];
  const rows = modules
    .filter((m) => m.cells > 0)
    .map((m) => {
      const left = [shortName(m.module, report.top), `x ${m.instances}`];
      if (cells) {
        const share = `${((100 * m.instances * m.area!) / total.area!).toFixed(1)} %`;
        return [...left, whole(m.cells), whole(m.area!), whole(m.registers), share];
      }
      const memories = m.memories.map((of) => `${of.name}: ${of.kind}`).join(', ');
      return [...left, whole(m.luts + m.ramLuts), whole(m.registers), whole(m.blockRams), whole(m.dsps), memories];
    });
  const sum = cells
    ? ['all instances', '', whole(total.cells), whole(total.area!), whole(total.registers), '']
    : [
        'all instances',
        '',
        whole(total.luts + total.ramLuts),
        whole(total.registers),
        whole(total.blockRams),
        whole(total.dsps),
        '',
      ];
  const count = modules.reduce((n, m) => n + m.instances, 0);
  const lines = [
    `${label} on ${report.target} (${report.tool}): ${modules.length} kinds of leaf modules, ${count} instances\n`,
    table([head, ...rows, sum], '  '),
  ];
  if (macros.length > 0) {
    const macroRows = macros.map((m) => [
      shortName(m.module, report.top),
      `x ${m.instances}`,
      m.words === undefined ? 'crossbars' : `${m.words} x ${m.width} bits`,
    ]);
    lines.push('left to macros, no part of the sums\n', table(macroRows, '  '));
  }
  if (placement) lines.push(placementText(placement));
  if (timing) lines.push(timingText(timing, report.top));
  if (out !== undefined) lines.push(`netlist in ${basename(out) === out ? `${out}/` : out}\n`);
  return lines.join('');
}

function placementText({ board, seed, clockMHz, used }: Placement): string {
  const rows = Object.entries(used).map(([name, u]) => [
    name,
    `${grouped(u.used)} of ${grouped(u.available)}`,
    `${((100 * u.used) / u.available).toFixed(0)} %`,
  ]);
  return `placed and routed on ${board}, seed ${seed}: ${clockMHz.toFixed(1)} MHz\n${table(rows, '  ')}`;
}
