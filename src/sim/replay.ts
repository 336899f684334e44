/** A folder that replays a failure with Verilator, g++ and make alone: RTL to edit, stimulus, what was expected. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { CaseResult, SimCase, SimItem } from './cases.ts';
import { compareResults, type Expected, printMismatch } from './compare.ts';
import { compileFlags, driverFiles } from './compiler.ts';
import { pairPackets } from './packets.ts';
import { programmingBytes, programmingFile } from './programming.ts';
import { encodeStimulus } from './stimulus.ts';
import { renderSim, simTemplate } from './templates.ts';
import { isVerilog, type SimTop, type StreamPortDesc } from './top.ts';
import { harnessOf, verilatorFlags } from './verilator.ts';
import { writeFiles } from './workspace.ts';

const makefileView = z.strictObject({
  top: z.string(),
  firstCase: z.int(),
  rtl: z.string(),
  verilatorFlags: z.string(),
  compileFlags: z.string(),
  programming: z.string(),
});

export interface Replay {
  readonly top: SimTop;
  /** All cases of the batch up to the failing one since the last that was reset, or simply all. */
  readonly cases: readonly SimCase[];
  readonly results: readonly CaseResult[];
  readonly expected: readonly Expected[];
  /** Verilog macros that the build had. */
  readonly defines?: readonly string[] | undefined;
  /** Said first in the README: how the failure came about (seed, parameters). */
  readonly about?: string | undefined;
}

/** Writes the folder (made if need be; files in it are overwritten) and returns its path. */
export async function writeReplay(folder: string, replay: Replay): Promise<string> {
  const { top, cases, results, expected } = replay;
  const comparison = compareResults(top, results, expected);
  const defines = (replay.defines ?? []).map((d) => `+define+${d}`);
  await mkdir(folder, { recursive: true });
  const makefile = await renderSim('Makefile.hbs', makefileView, {
    top: top.top,
    firstCase: Math.max(0, comparison.mismatches[0]?.case ?? 0),
    rtl: top.files
      .filter(isVerilog)
      .map((f) => f.path)
      .join(' '),
    verilatorFlags: [...verilatorFlags, ...defines].join(' '),
    compileFlags: compileFlags.join(' '),
    programming: cases.some((c) => c.programming) ? ` +programming=$(ABSOLUTE)/${programmingFile}` : '',
  });
  await writeFiles(join(folder, 'rtl'), top.files);
  await writeFiles(folder, [
    { path: 'Makefile', text: makefile },
    ...driverFiles.map((path) => ({ path, text: simTemplate(path) })),
    { path: 'harness.cpp', text: await harnessOf(top, replay.defines) },
    { path: 'expected.txt', text: expectedText(top, results, expected) },
    { path: 'README.txt', text: readme(replay, comparison.mismatches.map(printMismatch), comparison.mismatchCount) },
  ]);
  await writeFile(join(folder, 'stimulus.bin'), encodeStimulus(top, cases));
  const programming = programmingBytes(cases);
  if (programming) await writeFile(join(folder, programmingFile), programming);
  return folder;
}

function readme(replay: Replay, mismatches: readonly string[], count: number): string {
  const shown = count > mismatches.length ? [...mismatches, `... and ${count - mismatches.length} more`] : mismatches;
  return [
    `Replay of a simulation of ${replay.top.top}, ${replay.cases.length} case(s).`,
    ...(replay.about ? [replay.about] : []),
    '',
    `Differences between expected and got when this was written: ${count}`,
    ...shown.map((m) => `  ${m}`),
    '',
    'make replay                       builds rtl/, runs stimulus.bin, shows what differs from expected.txt',
    'make waves WINDOW=100:200 CASE=0  also writes waves.fst of these cycles of one case',
    '',
    'Items that may come in any order stand in expected.txt in the order in which they came; after an edit that changes',
    'the order, lines may only have swapped places. Output wires that nothing was expected of stand there as they were.',
    '',
  ].join('\n');
}

/** The lines that `sim --text` would print, had all been well. */
function expectedText(top: SimTop, results: readonly CaseResult[], expected: readonly Expected[]): string {
  const lines: string[] = [];
  expected.forEach((want, c) => {
    const result = results[c];
    for (const s of top.outputs) {
      const items = inOrderOfArrival(s, want.streams[s.name] ?? [], result);
      items.forEach((item, i) =>
        lines.push(`case ${c} ${s.name}[${i}]${s.fields.map((f) => ` ${f.name}=${text(item[f.name])}`).join('')}`),
      );
    }
    for (const w of top.outputWires)
      lines.push(`case ${c} wire ${w.name}=${want.wires?.[w.name] ?? result?.wires[w.name] ?? ''}`);
    lines.push(`case ${c} status ok`);
  });
  return `${lines.join('\n')}\n`;
}

const text = (value: number | ArrayLike<number> | undefined): string =>
  typeof value === 'number' ? `${value}` : Array.prototype.join.call(value ?? []);

/** Items of a packet stream in the order in which their counterparts came, `last` staying where it was. */
function inOrderOfArrival(
  s: StreamPortDesc,
  items: readonly SimItem[],
  result: CaseResult | undefined,
): readonly SimItem[] {
  const got = result?.outputs[s.name];
  if (s.order === 'exact' || !got) return items;
  const fields = s.fields.filter((f) => f.name !== 'last');
  const order = [...pairPackets(fields, got, items)].flatMap((p) =>
    p.pairs.filter(([e]) => e >= 0).toSorted(([, a], [, b]) => (a < 0 ? Infinity : a) - (b < 0 ? Infinity : b)),
  );
  return order.map(([e], i) => ({ ...items[e]!, last: items[i]!['last']! }));
}
