/** `prunus learn` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { presets } from '../architectures/names.ts';
import { checkParameters } from '../dsl/parameters.ts';
import { ProblemsError } from '../errors.ts';
import { type Learned, learn as learnThresholds, type LearnReport } from '../learn/learn.ts';
import { learnParameters } from '../learn/parameters.ts';
import { loadTask } from '../learn/tasks.ts';
import { useLiteEncoder } from '../learn/use-lite/encoder.ts';
import { openUseLite } from '../learn/use-lite/package.ts';
import { learningCurves } from '../report/learning-curves.ts';
import type { Action } from './action.ts';
import { checkOptions, common, settings, wholeNumber } from './options.ts';
import { type Bar, progressBar, say } from './progress.ts';
import { applySettings } from './settings.ts';
import { grouped, table } from './table.ts';

const schema = z.object({
  ...common,
  ...settings,
  task: z.string().min(1),
  out: z.string().min(1),
  seed: wholeNumber(0, 2 ** 32 - 1),
  accelerator: z.string(),
});

export const learn: Action = async (raw) => {
  const options = checkOptions(schema, raw);
  const accelerator = acceleratorOf(options.accelerator);
  const { value: parameters, problems } = checkParameters(
    learnParameters,
    applySettings(learnParameters, 'learn', {}, options.set, { all: 'docs/learn.md' }),
    'learn',
  );
  if (problems.length > 0 || !parameters) throw new ProblemsError(problems);
  const { weights, tokenise } = openUseLite();
  const task = loadTask(options.task, tokenise, parameters);
  let bar: Bar | undefined;
  let opening: Promise<void> | undefined;
  const open = async (total: number) => {
    bar = await progressBar('steps', total);
  };
  let learned: Learned;
  try {
    learned = await learnThresholds({
      encoder: useLiteEncoder(weights),
      task,
      parameters,
      seed: options.seed,
      out: options.out,
      accelerator,
      command: commandLine(options),
      onStage: say,
      onStep: ({ phase, loss, kept }, done, total) => {
        opening ??= open(total);
        bar?.at(done, `${phase}, loss ${loss.toFixed(3)}, kept ${(100 * kept).toFixed(0)} %`);
      },
    });
  } finally {
    await opening;
    bar?.end();
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

const commandLine = (o: z.output<typeof schema>): string =>
  ['prunus learn --task', o.task, '--seed', `${o.seed}`, ...o.set.flatMap((s) => ['--set', s]), '--out', o.out].join(
    ' ',
  );

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
