/** One run of learning, from the texts to the folder with its results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrunusError } from '../errors.ts';
import type { ThresholdFile } from '../workload/threshold-file.ts';
import { writeCheckpoint } from './checkpoint.ts';
import type { Encoder } from './encoder.ts';
import type { Curves, Epoch, Step } from './curves.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { acceleratorFor, evaluateHardware } from './hardware.ts';
import { Network } from './network.ts';
import type { LearnParameters } from './parameters.ts';
import { phasesOf } from './phases.ts';
import { collectScores, quantileThresholds } from './quantile.ts';
import type { Task } from './tasks.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { train } from './train.ts';

export interface LearnRequest {
  readonly encoder: Encoder;
  readonly task: Task;
  readonly parameters: LearnParameters;
  readonly seed: number;
  /** Where results and checkpoints go. */
  readonly out: string;
  /** A preset of an accelerator that the result is also evaluated with; none for none. */
  readonly accelerator?: string | undefined;
  /** A BLAS library of the machine to multiply matrices with; TensorFlow.js' own kernel without. */
  readonly blas?: string | undefined;
  /** The command line, for the file of thresholds. */
  readonly command?: string | undefined;
  readonly onStep?: ((step: Step, done: number, total: number) => void) | undefined;
  readonly onStage?: ((stage: string) => void) | undefined;
}

export interface LearnReport {
  readonly model: string;
  readonly task: string;
  readonly seed: number;
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
  readonly parameters: LearnParameters;
  /** A list a layer, one a head, in units of q.k / sqrt(dim). */
  readonly thresholds: readonly (readonly number[])[];
  /** On the test part, all with the trained weights. */
  readonly test: {
    readonly dense: Evaluation;
    /** One quantile threshold for all heads that prunes as much as what was learned. */
    readonly quantile: Evaluation;
    readonly learned: Evaluation;
    readonly hardware: Evaluation | null;
  };
  readonly accelerator: string | null;
  /** The library that multiplied matrices, where it was not TensorFlow.js. */
  readonly blas: string | null;
  readonly last: Epoch | null;
}

/** What a run leaves beside its files. */
export interface Learned {
  readonly report: LearnReport;
  readonly curves: Curves;
  /** `layer0.head0` and so on, in the order of the thresholds. */
  readonly heads: readonly string[];
}

const quantileSample = 128;

/** Throws what `train` and `loadTensorFlow` throw, and PR0707 when the folder cannot be written. */
export async function learn(request: LearnRequest): Promise<Learned> {
  const { encoder, task, parameters: p, seed, out, accelerator, blas } = request;
  const tf = await loadTensorFlow(blas);
  const network = new Network(tf, encoder, task.classes.length, p);
  const run = { model: encoder.name, task: task.name, classes: task.classes, seed, parameters: p, blas };
  request.onStage?.('training');
  const curves = await train({
    network,
    train: task.train,
    validation: task.validation,
    parameters: p,
    phases: phasesOf(p),
    seed,
    checkpoint: join(out, 'checkpoint'),
    identity: JSON.stringify(run),
    onStep: request.onStep,
  });
  const thresholds = network.thresholdsPerHead();
  request.onStage?.('testing');
  const mode = p.method === 'none' ? 'dense' : 'hard';
  const learned = evaluate(network, task.test, mode, p.batch);
  const hardware = accelerator === undefined ? null : inHardware(network, request, accelerator);
  const scores = collectScores(network, task.train.slice(0, quantileSample), p.batch);
  network.setThresholds(quantileThresholds(scores, learned.pruning, 'network'));
  const quantile = evaluate(network, task.test, mode, p.batch);
  const dense = evaluate(network, task.test, 'dense', p.batch);
  network.setThresholds(thresholds);
  const report: LearnReport = {
    model: encoder.name,
    task: task.name,
    seed,
    examples: { train: task.train.length, validation: task.validation.length, test: task.test.length },
    parameters: p,
    thresholds,
    test: { dense, quantile, learned, hardware },
    accelerator: accelerator ?? null,
    blas: blas ?? null,
    last: curves.epochs.at(-1) ?? null,
  };
  const heads = encoder.layers.flatMap(({ name }) =>
    Array.from({ length: encoder.heads }, (_, h) => `${name}.head${h}`),
  );
  writeResults(request, network, { report, curves, heads });
  network.dispose();
  return { report, curves, heads };
}

function inHardware(network: Network, { task, parameters: p }: LearnRequest, preset: string): Evaluation {
  const longest = Math.max(2, ...task.test.map((e) => e.ids.length));
  const designs = network.encoder.layers.map(({ dim }) => acceleratorFor(preset, longest, dim));
  const { heads: _, ...found } = evaluateHardware(network, task.test, designs, {
    prune: p.method !== 'none',
    batchSize: p.batch,
  });
  return found;
}

/** Thresholds as `prunus run --threshold` reads them. */
export function thresholdFile(
  encoder: Pick<Encoder, 'name' | 'layers'>,
  thresholds: readonly (readonly number[])[],
  about: ThresholdFile['about'],
): ThresholdFile {
  return {
    kind: 'prunus-thresholds',
    version: 1,
    model: encoder.name,
    about,
    layers: encoder.layers.map(({ name, dim }, n) => ({ name, dim, thresholds: [...thresholds[n]] })),
  };
}

function writeResults(request: LearnRequest, network: Network, { report, curves, heads }: Learned): void {
  const { encoder, task, parameters: p, seed, out, command } = request;
  const { learned, dense, hardware } = report.test;
  const about = {
    task: task.name,
    seed,
    method: p.method,
    pruning: learned.pruning,
    accuracy: learned.accuracy,
    accuracyWithoutPruning: dense.accuracy,
    ...(hardware && { accuracyInHardware: hardware.accuracy }),
    weights: 'weights: the thresholds belong to them',
    ...(command !== undefined && { command }),
  };
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const write = (name: string, text: string) => {
    try {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, name), text);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new PrunusError(
        'PR0707',
        `${join(out, name)}: cannot be written (${code}).`,
        'choose another folder with --out.',
      );
    }
  };
  if (p.method !== 'none') write('thresholds.json', json(thresholdFile(encoder, report.thresholds, about)));
  write(
    'loss.csv',
    csv(
      ['step', 'phase', 'epoch', 'loss', 'kept'],
      curves.steps.map((s) => [s.step, s.phase, s.epoch, s.loss, s.kept]),
    ),
  );
  write(
    'epochs.csv',
    csv(
      [
        'phase',
        'epoch',
        'validation_accuracy',
        'validation_loss',
        'validation_calibrated_loss',
        'validation_pruning',
        ...heads,
      ],
      curves.epochs.map((e) => [
        e.phase,
        e.epoch,
        e.validationAccuracy,
        e.validationLoss,
        e.validationCalibratedLoss,
        e.validationPruning,
        ...e.thresholds.flat(),
      ]),
    ),
  );
  write('report.json', json(report));
  writeCheckpoint(join(out, 'weights'), { about: { ...about, classes: task.classes }, tensors: network.snapshot() });
}

const csv = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
