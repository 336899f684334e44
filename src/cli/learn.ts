/** `prunus learn` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { presets } from '../architectures/names.ts';
import { ProblemsError } from '../errors.ts';
import { type Learned, learn as learnThresholds, type LearnReport } from '../learn/learn.ts';
import { learningCurves } from '../report/learning-curves.ts';
import type { Action } from './action.ts';
import { openLearning } from './learning.ts';
import { checkOptions, common, library, settings, wholeNumber } from './options.ts';
import { lateBar, say } from './progress.ts';
import { grouped, table } from './table.ts';

const schema = z.object({
  ...common,
  ...settings,
  task: z.string().min(1),
  out: z.string().min(1),
  seed: wholeNumber(0, 2 ** 32 - 1),
  accelerator: z.string(),
  ...library,
});

export const learn: Action = async (raw) => {
  const options = checkOptions(schema, raw);
  const accelerator = acceleratorOf(options.accelerator);
  const learning = openLearning(options.task, options.set);
  const bar = lateBar('steps');
  let learned: Learned;
  try {
    learned = await learnThresholds({
      ...learning,
      seed: options.seed,
      out: options.out,
      accelerator,
      blas: options.blas,
      command: commandLine(options),
      onStage: say,
      onStep: ({ phase, loss, kept }, done, total) =>
        bar.at(done, total, `${phase}, loss ${loss.toFixed(3)}, kept ${(100 * kept).toFixed(0)} %`),
    });
  } finally {
    await bar.end();
  }
  const { report, curves, heads } = learned;
  for (const [name, svg] of await learningCurves(curves, heads)) writeFileSync(join(options.out, name), svg);
  process.stdout.write(
    options.json ? `${JSON.stringify({ ...report, out: options.out })}\n` : textOf(report, options.out),
  );
  return 0;
};

function acceleratorOf(given: string): string | undefined {
  if (given === 'none') return undefined;
  const names = presets().map((p) => p.name);
  if (names.includes(given)) return given;
  const message = `'${given}': one of ${names.join(', ')} or none is needed.`;
  throw new ProblemsError([{ code: 'PR0706', path: '--accelerator', message }]);
}

const commandLine = ({ task, seed, set, blas, out }: z.output<typeof schema>): string =>
  [
    `prunus learn --task ${task} --seed ${seed}`,
    ...set.map((s) => `--set ${s}`),
    ...(blas === undefined ? [] : [`--blas ${blas}`]),
    `--out ${out}`,
  ].join(' ');

function textOf({ model, task, seed, examples, thresholds, test, accelerator }: LearnReport, out: string): string {
  const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
  const row = (name: string, e: LearnReport['test']['dense']) => [name, percent(e.pruning), percent(e.accuracy)];
  const rows = [
    ['', 'pruned', 'accuracy'],
    row('no pruning', test.dense),
    row('one quantile threshold', test.quantile),
    row('learned thresholds', test.learned),
    ...(test.hardware ? [row(`the same in ${accelerator}`, test.hardware)] : []),
  ];
  const lists = thresholds.map((layer, n) => `  layer ${n}: ${layer.map((t) => t.toFixed(3)).join(', ')}\n`);
  return [
    `${model}, ${task}, seed ${seed}: trained on ${grouped(examples.train)} examples, tested on ${grouped(examples.test)}\n`,
    table(rows, '  '),
    'thresholds of the heads, q.k/sqrt(dim):\n',
    ...lists,
    `${out}: thresholds.json, weights, report.json; loss.csv, epochs.csv and, as plots, loss.svg, thresholds.svg, validation.svg\n`,
  ].join('');
}
