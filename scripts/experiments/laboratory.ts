/** A task, a network and a seed, and what experiments do with them: train a branch, look at it, keep what was found. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PrunusError } from '../../src/errors.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/learn/checkpoint.ts';
import { evaluate } from '../../src/learn/evaluate.ts';
import { acceleratorFor, evaluateHardware } from '../../src/learn/hardware.ts';
import { Network } from '../../src/learn/network.ts';
import type { LearnParameters } from '../../src/learn/parameters.ts';
import { loadTask } from '../../src/learn/tasks.ts';
import { loadTensorFlow } from '../../src/learn/tensorflow.ts';
import { phasesOf } from '../../src/learn/phases.ts';
import { train, type TrainRequest } from '../../src/learn/train.ts';
import { useLiteEncoder } from '../../src/learn/use-lite/encoder.ts';
import { openUseLite } from '../../src/learn/use-lite/package.ts';
import type { Asked, Result, Row } from './results.ts';

const preset = 'leopard-ae';

/** What the unpruned network depends on. */
const beforePruning = [
  'weightRate',
  'tuneEpochs',
  'batch',
  'headSteps',
  'headRate',
  'tokens',
  'fold',
  'trainExamples',
  'validationExamples',
  'testExamples',
  'divergence',
] as const satisfies readonly (keyof LearnParameters)[];

/** Where training leaves a checkpoint, and what it is of. */
type Kept = Required<Pick<TrainRequest, 'checkpoint' | 'identity'>>;

export type Weights = ReturnType<Network['snapshot']>;

export interface Examined {
  /** The part that figures are of: the validation part, for choosing, in place of the test part. */
  readonly validation: boolean;
  /** Whether there are figures in hardware arithmetic, too. */
  readonly hardware: boolean;
  /** A library to multiply matrices with. */
  readonly blas: string | undefined;
}

/** The weights and thresholds that were learned last; too large to keep in the repository. */
const weightsOf = ({ task, seed, parameters: { fold } }: Asked) =>
  join('rtl-out', 'learn', `${task}${fold > 0 ? `-fold${fold}` : ''}-${seed}`);

/** The task and an untrained network, and the accelerator of each of its layers. */
export async function openTask({ task: taskName, parameters: p }: Asked, blas?: string) {
  const tf = await loadTensorFlow(blas);
  const { weights, tokenise } = openUseLite();
  const task = loadTask(taskName, tokenise, p);
  const network = new Network(tf, useLiteEncoder(weights), task.classes.length, p);
  const designs = network.encoder.layers.map(({ dim }) => acceleratorFor(preset, p.tokens, dim));
  return { task, network, designs };
}

/** Puts what an experiment has left into a network; throws when there is nothing. */
export function restoreLearned(network: Network, asked: Asked): void {
  const file = weightsOf(asked);
  const stored = readCheckpoint(file);
  if (!stored) throw new PrunusError('PR0814', `${file}: there is no checkpoint.`, 'run the experiment first.');
  network.restore(stored.tensors);
}

export class Laboratory {
  readonly p: LearnParameters;
  readonly network: Network;
  readonly task: Awaited<ReturnType<typeof openTask>>['task'];

  private readonly asked: Asked;
  private readonly examined: Examined;
  private readonly designs: Awaited<ReturnType<typeof openTask>>['designs'];
  private readonly begin = performance.now();
  private readonly rows: Record<string, Row> = {};
  private readonly thresholds: Record<string, number[][]> = {};
  private readonly validation: Record<string, number> = {};

  private constructor(asked: Asked, examined: Examined, opened: Awaited<ReturnType<typeof openTask>>) {
    this.asked = asked;
    this.p = asked.parameters;
    this.examined = examined;
    this.task = opened.task;
    this.network = opened.network;
    this.designs = opened.designs;
  }

  /** With the classifier fitted to the unchanged model. */
  static async open(asked: Asked, examined: Examined): Promise<Laboratory> {
    const laboratory = new Laboratory(asked, examined, await openTask(asked, examined.blas));
    await train({ ...laboratory.common, parameters: laboratory.p, phases: [] });
    laboratory.say('classifier fitted');
    return laboratory;
  }

  /** Learns from `from` on with some parameters changed; with `kept`, what was learned is there for later runs. */
  async branch(name: string, from: Weights, changes: Partial<LearnParameters>, kept?: Kept): Promise<void> {
    this.network.restore(from);
    const parameters = { ...this.p, headSteps: 0, ...changes };
    const { epochs } = await train({ ...this.common, ...kept, parameters, phases: phasesOf(parameters) });
    this.thresholds[name] = this.network.thresholdsPerHead();
    this.validation[name] = epochs.at(-1)!.validationAccuracy;
    this.say(`${name}: validation ${JSON.stringify(epochs.map((e) => [e.validationAccuracy, e.validationPruning]))}`);
  }

  /**
   * The model that all pruning starts from: its weights trained, nothing pruned. Looks at it, too; throws when that is not `known`, which
   * the rows of an earlier run are compared with.
   */
  async unpruned(known: Row | undefined): Promise<Weights> {
    const changes = { method: 'none', epochs: 0, settleEpochs: 0 } as const;
    await this.branch('none', this.network.snapshot(), changes, this.keptUnpruned());
    this.look('none', 'dense', true);
    if (known && JSON.stringify(known) !== JSON.stringify(this.rows['none'])) {
      const message = `seed ${this.asked.seed}: the result that is there began with another unpruned network, ${JSON.stringify(known)}.`;
      throw new PrunusError('PR0814', message, 'remove that result, so that all of its rows are run again.');
    }
    return this.network.snapshot();
  }

  /** The unpruned network does not depend on how others are pruned: one for all experiments of a seed. */
  private keptUnpruned(): Kept {
    const { task, seed } = this.asked;
    const p = Object.fromEntries(beforePruning.map((name) => [name, this.p[name]]));
    const identity = JSON.stringify({ task, seed, blas: this.examined.blas, ...p });
    const digest = createHash('sha256').update(identity).digest('hex').slice(0, 12);
    return { identity, checkpoint: join('rtl-out', 'learn', `unpruned-${task}-${seed}-${digest}`) };
  }

  /** What the network is worth as it is, a row of the table. */
  look(name: string, mode: 'dense' | 'hard', inHardware: boolean): void {
    const { network, examined, p } = this;
    const part = examined.validation ? this.task.validation : this.task.test;
    const hardware =
      inHardware && examined.hardware
        ? evaluateHardware(network, part, this.designs, { prune: mode === 'hard', batchSize: p.batch })
        : undefined;
    const { accuracy, pruning, loss, calibratedLoss } = evaluate(network, part, mode, p.batch);
    this.rows[name] = {
      accuracy,
      pruning,
      loss,
      calibratedLoss,
      ...(hardware && { hardware: { accuracy: hardware.accuracy, pruning: hardware.pruning } }),
    };
    this.say(`${name}: ${JSON.stringify(this.rows[name])}`);
  }

  /** Keeps the weights for `--rtl`. */
  keepWeights(): void {
    if (this.examined.validation) return;
    const { task, seed } = this.asked;
    writeCheckpoint(weightsOf(this.asked), { about: { task, seed }, tensors: this.network.snapshot() });
  }

  /** What was found; the network is gone afterwards. */
  close(): Result {
    const { asked, examined, task, rows, thresholds, validation } = this;
    this.network.dispose();
    return {
      ...asked,
      part: examined.validation ? 'validation' : 'test',
      ...(examined.blas !== undefined && { blas: examined.blas }),
      examples: { train: task.train.length, validation: task.validation.length, test: task.test.length },
      rows,
      thresholds,
      validation,
      seconds: (performance.now() - this.begin) / 1000,
    };
  }

  private get common() {
    return { network: this.network, train: this.task.train, validation: this.task.validation, seed: this.asked.seed };
  }

  private say(text: string): void {
    const seconds = ((performance.now() - this.begin) / 1000).toFixed(0);
    console.error(`${this.asked.task} seed ${this.asked.seed}, ${seconds} s: ${text}`);
  }
}
