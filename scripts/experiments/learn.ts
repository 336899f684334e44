/**
 * Learned thresholds against their baselines, on one task and seed:
 *
 *     npm run experiments -- --task sentiment --seeds 1,2,3,4,5 [--set name=value]
 *     npm run experiments -- --task sentiment --seeds 1 --rtl
 *     npm run experiments -- --table
 *
 * A seed that has its result, at this `pruning`, in `scripts/experiments/results` is not run again. `--both` learns thresholds and
 * weights together alone, without quantiles and without thresholds by themselves; `--alone 0.5,0.6` learns thresholds by themselves, on the
 * weights of the unpruned model, for each of these values of `pruning`. `--rtl` runs sentences through the RTL with the
 * model that such a run has left in `rtl-out/learn`; `--table` prints the results as `docs/learn.md` has them; `--validation` looks at
 * the validation part instead of the test part, for choosing, and keeps nothing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCheckpoint, writeCheckpoint } from '../../src/learn/checkpoint.ts';
import { evaluate, type Evaluation } from '../../src/learn/evaluate.ts';
import { acceleratorFor, checkRtl, evaluateHardware, type RtlCheck } from '../../src/learn/hardware.ts';
import { Network } from '../../src/learn/network.ts';
import { learnParameters, type LearnParameters } from '../../src/learn/parameters.ts';
import { collectScores, quantileThresholds } from '../../src/learn/quantile.ts';
import { loadTask } from '../../src/learn/tasks.ts';
import { loadTensorFlow } from '../../src/learn/tensorflow.ts';
import { phasesOf, train } from '../../src/learn/train.ts';
import { useLiteEncoder } from '../../src/learn/use-lite/encoder.ts';
import { openUseLite } from '../../src/learn/use-lite/package.ts';
import { printTable } from './table.ts';

const results = join(import.meta.dirname, 'results');
/** The weights and thresholds that were learned last; too large to keep in the repository. */
const weightsOf = (task: string, seed: number) => join('rtl-out', 'learn', `${task}-${seed}`);
const preset = 'leopard-ae';
/** Of the quantile curve. */
const fractions = [0.6, 0.7, 0.8, 0.9];
const rtlSentences = 8;

export interface Row {
  readonly accuracy: number;
  readonly pruning: number;
  readonly loss: number;
  readonly hardware?: { readonly accuracy: number; readonly pruning: number } | undefined;
}

export interface Result {
  readonly task: string;
  readonly seed: number;
  readonly part: string;
  readonly parameters: LearnParameters;
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
  /** By name: `none`, `quantile 0.7`, `quantile 0.7 a head`, `thresholds`, `both`. */
  readonly rows: Record<string, Row>;
  readonly thresholds: Record<string, readonly (readonly number[])[]>;
  /** Accuracy on the validation part. */
  readonly validation: Record<string, number>;
  readonly seconds: number;
}

const row = ({ accuracy, pruning: rate, loss }: Evaluation, hardware?: Evaluation): Row => ({
  accuracy,
  pruning: rate,
  loss,
  ...(hardware && { hardware: { accuracy: hardware.accuracy, pruning: hardware.pruning } }),
});

interface Options {
  readonly validation: boolean;
  readonly hardware: boolean;
  /** Nothing but the unpruned model and thresholds and weights together. */
  readonly bothOnly: boolean;
  /** Nothing but the unpruned model and thresholds alone, for each of these values of `pruning`. */
  readonly alone: readonly number[];
}

async function experiment(taskName: string, seed: number, p: LearnParameters, options: Options): Promise<Result> {
  const begin = performance.now();
  const say = (text: string) =>
    console.error(`${taskName} seed ${seed}, ${((performance.now() - begin) / 1000).toFixed(0)} s: ${text}`);
  const tf = await loadTensorFlow();
  const { weights, tokenise } = openUseLite();
  const task = loadTask(taskName, tokenise, p);
  const examined = options.validation ? task.validation : task.test;
  const network = new Network(tf, useLiteEncoder(weights), task.classes.length, p);
  const designs = network.encoder.layers.map(({ dim }) => acceleratorFor(preset, p.tokens, dim));
  const rows: Record<string, Row> = {};
  const thresholds: Record<string, number[][]> = {};
  const validation: Record<string, number> = {};
  const look = (name: string, mode: 'dense' | 'hard', hardware: boolean) => {
    const inHardware =
      hardware && options.hardware
        ? evaluateHardware(network, examined, designs, { prune: mode === 'hard', batchSize: p.batch })
        : undefined;
    rows[name] = row(evaluate(network, examined, mode, p.batch), inHardware);
    say(`${name}: ${JSON.stringify(rows[name])}`);
  };
  const common = { network, train: task.train, validation: task.validation, seed };

  await train({ ...common, parameters: p, phases: [] });
  say('classifier fitted');
  const fitted = network.snapshot();
  const branch = async (name: string, from: typeof fitted, changes: Partial<LearnParameters>) => {
    network.restore(from);
    const own = { ...p, headSteps: 0, ...changes };
    const { epochs } = await train({ ...common, parameters: own, phases: phasesOf(own) });
    thresholds[name] = network.thresholdsPerHead();
    validation[name] = epochs.at(-1)!.validationAccuracy;
    say(`${name}: validation ${JSON.stringify(epochs.map((e) => [e.validationAccuracy, e.validationPruning]))}`);
  };

  // The unpruned model; quantile thresholds without retraining are put on it, and learning goes on from it.
  await branch('none', fitted, { method: 'none', epochs: 0, settleEpochs: 0 });
  const unpruned = network.snapshot();
  look('none', 'dense', true);
  for (const pruning of options.alone) {
    const name = `thresholds ${pruning}`;
    await branch(name, unpruned, { method: 'thresholds', tuneEpochs: 0, epochs: 1, pruning, start: pruning - 0.02 });
    look(name, 'hard', true);
  }
  if (!options.bothOnly && options.alone.length === 0) {
    const scores = collectScores(network, task.train.slice(0, 128), p.batch);
    for (const sharing of ['network', 'head'] as const) {
      for (const fraction of fractions) {
        network.setThresholds(quantileThresholds(scores, fraction, sharing));
        look(`quantile ${fraction}${sharing === 'head' ? ' a head' : ''}`, 'hard', fraction === 0.7);
      }
    }
    await branch('thresholds', unpruned, { method: 'thresholds', tuneEpochs: 0, epochs: 1 });
    look('thresholds', 'hard', true);
  }
  if (options.alone.length === 0) {
    await branch('both', unpruned, { method: 'both', tuneEpochs: 0 });
    look('both', 'hard', true);
  }

  if (!options.validation) {
    writeCheckpoint(weightsOf(taskName, seed), { about: { task: taskName, seed }, tensors: network.snapshot() });
  }
  network.dispose();
  return {
    task: taskName,
    seed,
    part: options.validation ? 'validation' : 'test',
    parameters: p,
    examples: { train: task.train.length, validation: task.validation.length, test: task.test.length },
    rows,
    thresholds,
    validation,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** What the experiments change of the defaults: the mails' numbers and lengths, so that they end within hours on two cores. */
const chosen: Readonly<Record<string, Partial<LearnParameters>>> = {
  spam: { trainExamples: 800, validationExamples: 200, testExamples: 800, tokens: 32 },
};

/** Sentences of the test part through the model of a finished experiment, attention in RTL and golden model. */
async function rtl(taskName: string, seed: number, p: LearnParameters): Promise<Record<string, RtlCheck>> {
  const stored = readCheckpoint(weightsOf(taskName, seed));
  if (!stored) throw new Error(`${weightsOf(taskName, seed)}: run the experiment first`);
  const tf = await loadTensorFlow();
  const { weights, tokenise } = openUseLite();
  const task = loadTask(taskName, tokenise, p);
  const network = new Network(tf, useLiteEncoder(weights), task.classes.length, p);
  network.restore(stored.tensors);
  const designs = network.encoder.layers.map(({ dim }) => acceleratorFor(preset, p.tokens, dim));
  const sample = task.test.slice(0, rtlSentences);
  const { heads } = evaluateHardware(network, sample, designs, { prune: true, batchSize: 1, keepHeads: true });
  const found: Record<string, RtlCheck> = {};
  for (const [n, design] of designs.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one simulator at a time
    found[network.encoder.layers[n].name] = await checkRtl(design, heads[n]);
  }
  return found;
}

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'sentiment' },
    seeds: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    rtl: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    validation: { type: 'boolean', default: false },
    'no-hardware': { type: 'boolean', default: false },
    both: { type: 'boolean', default: false },
    alone: { type: 'string', default: '' },
  },
});
if (values.table) {
  const all = readdirSync(results).filter((name) => name.endsWith('.json'));
  printTable(all.map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')) as Result));
} else {
  const given = values.set.map((setting) => setting.split('='));
  const set = Object.fromEntries(given.map(([k, v]) => [k!, Number.isNaN(Number(v)) ? v : Number(v)]));
  const p = learnParameters.parse({ ...chosen[values.task], ...set });
  const alone = values.alone.split(',').filter(Boolean).map(Number);
  mkdirSync(results, { recursive: true });
  for (const seed of values.seeds.split(',').map(Number)) {
    const file = join(results, `${values.task}-${alone.length > 0 ? 'thresholds' : p.pruning}-${seed}.json`);
    if (values.rtl) {
      // oxlint-disable-next-line no-await-in-loop -- one simulator at a time
      console.log(JSON.stringify(await rtl(values.task, seed, p), null, 1));
      continue;
    }
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : undefined;
    const left = alone.filter((pruning) => before?.rows[`thresholds ${pruning}`] === undefined);
    if (!values.validation && before && left.length === 0) continue;
    const options = {
      validation: values.validation,
      hardware: !values['no-hardware'],
      bothOnly: values.both,
      alone: left,
    };
    // oxlint-disable-next-line no-await-in-loop -- one run uses one core
    const result = await experiment(values.task, seed, p, options);
    const rows = { ...before?.rows, ...result.rows };
    if (!values.validation) writeFileSync(file, `${JSON.stringify({ ...result, rows }, null, 1)}\n`);
  }
}
