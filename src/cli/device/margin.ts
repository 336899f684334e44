/** `prunus device margin` */
import { z } from 'zod';
import { type Deviation, marginReport, type MarginReport } from '../../explore/device/margin.ts';
import type { Action } from '../action.ts';
import { checkOptions, realNumber, wholeNumber } from '../options.ts';
import { progressBar } from '../progress.ts';
import { counted, grouped, table } from '../table.ts';
import { aboutHeads, deviceHeads, headOptions, headsText, percent } from './heads.ts';
import { jsonText, writeReport } from './output.ts';

const schema = z.object({ ...headOptions, chips: wholeNumber(2, 1000), recall: realNumber(0, 1) });

export const margin: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const { chips, seed, recall, out, json } = options;
  const examined = await deviceHeads(given, { ...options, select: 'threshold' });
  const { sized, devices, tensors, heads } = examined;
  const bar = await progressBar('chips', chips * (1 + Object.keys(devices.alone).length));
  let report: MarginReport;
  try {
    report = marginReport({ devices, heads, chips, seed, recall, onProgress: (done) => bar.at(done) });
  } finally {
    bar.end();
  }
  const data = {
    ...aboutHeads(examined, options.set, seed),
    ...report,
  };
  if (out !== undefined) {
    const { guardPlot, marginPlot } = await import('../../report/device-plots.ts');
    writeReport(out, {
      'report.json': jsonText(data),
      'margin.svg': await marginPlot(sized.label, report),
      'guard.svg': await guardPlot(sized.label, report),
    });
  }
  const head = `${sized.label}: ${headsText(tensors, report.keptFraction)}; ${counted(chips, 'chip')}, seed ${seed}\n`;
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${head}${text(report)}${out ? written(out) : ''}`);
  return 0;
};

const written = (out: string): string => `${out}: report.json, margin.svg, guard.svg\n`;

function text({ pairs, deviation, alone, within, flipRate, wanted, guard }: MarginReport): string {
  const sources = Object.entries(alone).map(([name, d]) => [`  ${name} alone`, deviationText(d)]);
  const [without] = guard;
  const rows = [
    ['error of a score in the array', `${deviationText(deviation)}; q.k/sqrt(dim), root mean squares`],
    ...(sources.length > 1 ? sources : []),
    [
      'pairs nearer to the threshold',
      `${within.map((w, n) => `${percent(w)} within ${n + 1}`).join(', ')} such errors`,
    ],
    ['decisions that flip', `${percent(flipRate.value, 2)} of ${grouped(pairs)} pairs (${range(flipRate)})`],
    ['recall without guard band', `${percent(without!.recall.value, 2)} (${range(without!.recall)})`],
    [
      `guard band for ${percent(wanted.recall)} recall`,
      wanted.guard === null
        ? 'none up to four spreads'
        : `${score(wanted.guard)}, keeps ${percent(wanted.kept!)} of the pairs`,
    ],
  ];
  return table(rows, '  ');
}

const score = (x: number): string => x.toPrecision(3);
const deviationText = ({ spread, systematic }: Deviation): string =>
  `${score(spread)} of spread, ${score(systematic)} alike on every chip`;
const range = ({ low, high }: { low: number; high: number }): string => `${percent(low, 2)} to ${percent(high, 2)}`;
