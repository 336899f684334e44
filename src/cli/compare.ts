/** `prunus compare` */
import { z } from 'zod';
import { loadAttention } from '../workload/tensors.ts';
import type { Action } from './action.ts';
import { hasCodebook } from './codebook.ts';
import { findDesign } from './designs.ts';
import { checkOptions, common, realNumber, wholeNumber, word } from './options.ts';
import { attention, complain } from './run.ts';
import { reportData, type ReportData } from './run-report.ts';
import { grouped, sizesText, table } from './table.ts';

const file = z.string('a file is needed').min(1);
const schema = z.object({
  ...common,
  q: file,
  k: file,
  v: file,
  keep: realNumber(0, 1),
  select: word(['rank', 'threshold']).optional(),
  codebook: file,
  layer: z.string().min(1).optional(),
  causal: z.boolean().default(false),
  validLength: wholeNumber(1, 16383).optional(),
  engine: word(['golden', 'rtl', 'both']),
  seed: wholeNumber(0, 2 ** 32 - 1),
});

export const compare: Action = async (raw, ...given) => {
  const options = checkOptions(schema, raw);
  const tensors = loadAttention(options);
  const setting = { ...options, scheme: 'best', wavesHead: 0 };
  const rows: { pruned: ReportData; dense: ReportData }[] = [];
  let code = 0;
  for (const label of given) {
    const design = await findDesign(label);
    const { codebook, select } = hasCodebook(design) ? options : {};
    const pruned = await attention(design, tensors, { ...setting, select, codebook });
    const dense = await attention(design, tensors, {
      ...setting,
      codebook: undefined,
      keep: undefined,
      select: undefined,
      dense: true,
    });
    code = Math.max(code, complain(pruned.report, options, tensors), complain(dense.report, options, tensors));
    rows.push({
      pruned: reportData(pruned.sized, tensors, options, pruned.report),
      dense: reportData(dense.sized, tensors, options, dense.report),
    });
  }
  if (options.json) {
    const designs = rows.map(({ pruned, dense }) => ({
      ...pruned,
      dense_cycles: dense.cycles,
      speedup: speedupOf(pruned, dense),
    }));
    process.stdout.write(`${JSON.stringify({ keep: options.keep, designs })}\n`);
  } else process.stdout.write(text(rows));
  return code;
};

const speedupOf = (pruned: ReportData, dense: ReportData): number | null =>
  pruned.cycles === null || dense.cycles === null ? null : dense.cycles / pruned.cycles;

function text(rows: readonly { pruned: ReportData; dense: ReportData }[]): string {
  const number = (x: number | null) => (x === null ? '-' : grouped(x));
  const percent = (x: number | null | undefined) => (x === null || x === undefined ? '-' : `${(100 * x).toFixed(1)} %`);
  const head = [
    'design',
    'kept',
    'cycles',
    'not pruned',
    'speedup',
    'attention kept',
    'of the best',
    'cosine',
    'keys fetched',
  ];
  const lines = rows.map(({ pruned: p, dense: d }) => [
    p.design,
    percent(p.kept_fraction),
    number(p.cycles),
    number(d.cycles),
    speedupOf(p, d)?.toFixed(2) ?? '-',
    percent(p.relevance?.chosen.mass),
    percent(p.relevance && p.relevance.chosen.mass / p.relevance.oracle.mass),
    p.error.dense.cosine.toFixed(5),
    number(p.keys_fetched),
  ]);
  const [{ pruned: first }] = rows as [(typeof rows)[number]];
  const by = first.counted_by === 'rtl' ? 'counted in the RTL' : 'predicted by the timing models';
  return `${sizesText(first)}; cycles ${by}\n${table([head, ...lines])}`;
}
