/** `prunus demo`, which `npm start` calls: the main job on tensors that come with the package. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadAttention } from '../workload/tensors.ts';
import type { Action } from './action.ts';
import { type Design, findDesign } from './designs.ts';
import { writeDesign } from './generate.ts';
import { checkOptions, common, realNumber } from './options.ts';
import { say } from './progress.ts';
import { attention, complain } from './run.ts';
import { reportData, type ReportData } from './run-report.ts';
import { grouped, sizesText, table } from './table.ts';

const schema = z.object({ ...common, keep: realNumber(0, 1), out: z.string().min(1).optional() });

const root = fileURLToPath(new URL('../../', import.meta.url));

export const demo: Action = async (raw) => {
  const options = checkOptions(schema, raw);
  const path = (name: string) => join(root, 'examples', 'tensors', 'use-lite', `l0_${name}.npy`);
  const tensors = loadAttention({ q: path('q'), k: path('k'), v: path('v') });
  const design = await findDesign('sprint-s');
  const out = options.out ?? join(root, 'rtl-out', 'sprint-s');
  say('running SPRINT-S in Verilator (the first time, the simulation is built)');
  const setting = { causal: false, engine: 'both' as const, seed: 1, scheme: 'best', wavesHead: 0 };
  const pruned = await attention(design, tensors, { ...setting, keep: options.keep });
  const dense = await attention(design, tensors, setting);
  const manifest = await writeDesign(pruned.sized, out, false);
  const lint = await lintWarnings(pruned.sized);
  const withPruning = reportData(pruned.sized, tensors, setting, pruned.report);
  const without = reportData(dense.sized, tensors, setting, dense.report);
  const speedup = (without.cycles ?? 0) / (withPruning.cycles ?? 1);
  if (options.json) {
    const data = {
      pruned: withPruning,
      dense: without,
      speedup,
      lint_warnings: lint?.length ?? null,
      verilog: { out, ...manifest },
    };
    process.stdout.write(`${JSON.stringify(data)}\n`);
  } else process.stdout.write(story(withPruning, without, speedup, lint, out, manifest.top));
  const worst = Math.max(complain(pruned.report, options, tensors), complain(dense.report, options, tensors));
  return lint && lint.length > 0 ? 1 : worst;
};

/** Complaints about the synthesizable files and about those for simulation; undefined without the tools. */
async function lintWarnings({ part, name }: Design): Promise<readonly string[] | undefined> {
  const [{ lintVerilog }, { findTool }, { simTop }, { elaborate }] = await Promise.all([
    import('../sim/lint.ts'),
    import('../sim/tools.ts'),
    import('../sim/from-design.ts'),
    import('../dsl/elaborate.ts'),
  ]);
  if (!findTool('verilator') || !findTool('iverilog')) return undefined;
  const { netlist } = elaborate(part, name);
  const both = await Promise.all(
    (['simulation', 'emulation'] as const).map((flow) => {
      const { files, top } = simTop(netlist, flow);
      return lintVerilog(files, { top });
    }),
  );
  return both.flat().map((m) => `${m.tool} ${m.file ?? ''}:${m.line ?? ''} ${m.text}`);
}

function story(
  pruned: ReportData,
  dense: ReportData,
  speedup: number,
  lint: readonly string[] | undefined,
  out: string,
  top: string,
): string {
  const n = (x: number | null) => (x === null ? '?' : grouped(x));
  const percent = (x: number | null) => (x === null ? '?' : `${(100 * x).toFixed(1)} %`);
  const mismatches = (pruned.mismatches ?? 0) + (dense.mismatches ?? 0);
  const words = (pruned.words ?? 0) + (dense.words ?? 0);
  const rows = [
    ['kept', `${percent(pruned.kept_fraction)} of the query-key pairs`],
    ['cycles', `${n(pruned.cycles)} pruned, ${n(dense.cycles)} with pruning off: ${speedup.toFixed(2)} times faster`],
    ['stalled', `${n(pruned.stall_cycles)} pruned, ${n(dense.stall_cycles)} with pruning off`],
    ['keys', `${n(pruned.keys_fetched)} fetched, ${n(pruned.keys_reused)} found on chip`],
    ['values', `${n(pruned.values_fetched)} fetched, ${n(pruned.values_reused)} found on chip`],
    ['mismatches', `${n(mismatches)} of ${n(words)} words, RTL in Verilator against the golden model`],
    ['error, pruned', errorText(pruned)],
    ['error, all kept', errorText(dense)],
    [
      'lint',
      lint ? `${lint.length} warnings (verilator -Wall, iverilog -Wall)` : 'not run: verilator or iverilog is missing',
    ],
    ['Verilog', `${out} (top ${top}, file list ${top}.f)`],
  ];
  const head = `SPRINT-S on Universal Sentence Encoder Lite, layer 0: ${sizesText(pruned)}\n`;
  return `${head}${table(rows, '  ')}${(lint ?? [])
    .slice(0, 10)
    .map((l) => `  ${l}\n`)
    .join('')}`;
}

const errorText = ({ error }: ReportData): string =>
  `cosine ${error.dense.cosine.toFixed(5)} against float32 attention over everything, largest difference ${error.dense.max_abs.toPrecision(3)}`;
