/** `prunus device bits` */
import { z } from 'zod';
import { bitsExperiment, type BitsPoint, type BitsReport } from '../../learn/bits/bits.ts';
import type { Action } from '../action.ts';
import { openLearning } from '../learning.ts';
import { checkOptions, common, library, realNumber, settings, wholeNumber } from '../options.ts';
import { lateBar, say } from '../progress.ts';
import { grouped, table } from '../table.ts';
import { percent } from './heads.ts';
import { jsonText, writeReport } from './output.ts';

const schema = z.object({
  ...common,
  ...settings,
  task: z.string().min(1),
  keep: realNumber(0.01, 1),
  examples: wholeNumber(1, 100_000),
  seed: wholeNumber(0, 2 ** 32 - 1),
  out: z.string().min(1).optional(),
  ...library,
});

export const bits: Action = async (raw) => {
  const options = checkOptions(schema, raw);
  const { keep, seed, out, json, examples } = options;
  const learning = openLearning(options.task, options.set, examples);
  const bar = lateBar('texts');
  let report: BitsReport;
  try {
    report = await bitsExperiment({
      ...learning,
      seed,
      blas: options.blas,
      keep,
      folder: out,
      onStage: say,
      onProgress: bar.at,
    });
  } finally {
    await bar.end();
  }
  if (out !== undefined) {
    const { accuracyPlot, massPlot } = await import('../../report/bits-plots.ts');
    writeReport(out, {
      'report.json': jsonText(report),
      'accuracy.svg': await accuracyPlot(report),
      'attention.svg': await massPlot(report),
    });
  }
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : text(report, out));
  return 0;
};

const names = {
  dense: 'nothing pruned',
  reference: 'pruned by exact scores',
  random: 'pruned by chance',
  own: 'bits',
  alone: 'bits, nothing recomputed',
  exact: 'bits, threshold of exact scores',
  noise: 'noise of as many bits',
} as const;

function text(
  { model, task, examples, keep, seed, chance, points, noise }: BitsReport,
  out: string | undefined,
): string {
  const noiseText = (p: BitsPoint) => noise[p.bits].map((sigma) => sigma.toPrecision(2)).join(', ');
  const rows = points.map((p) => [
    names[p.series],
    ['own', 'alone', 'exact', 'noise'].includes(p.series) ? `${p.bits}` : '',
    percent(p.kept),
    percent(p.mass),
    `${percent(p.accuracy.value)} (${percent(p.accuracy.low)} to ${percent(p.accuracy.high)})`,
    p.series === 'noise' ? noiseText(p) : '',
  ]);
  const head = ['', 'bits', 'kept', 'attention', 'accuracy, 95 % interval', 'sigma by layer, q.k/sqrt(dim)'];
  return (
    `${model}, ${task}, seed ${seed}: ${grouped(examples.test)} texts, thresholds for ${percent(keep)} of the pairs; the larger class has ${percent(chance)}\n` +
    table([head, ...rows], '  ') +
    (out === undefined ? '' : `${out}: report.json, accuracy.svg, attention.svg, results so far\n`)
  );
}
