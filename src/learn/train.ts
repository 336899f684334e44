/**
 * Training: the classifier is fitted to the embeddings of the unchanged model, then the phases follow. A run is a function of the
 * examples, the parameters and the seed; one that goes on from its checkpoint gives what an uninterrupted one gives.
 */
import { PrunusError } from '../errors.ts';
import { Random } from '../explore/verify/random.ts';
import { type Example, recombined, shuffledBatches } from './batches.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Curves, Epoch, Step } from './curves.ts';
import { evaluate } from './evaluate.ts';
import type { Network } from './network.ts';
import { Optimiser } from './optimiser.ts';
import type { LearnParameters } from './parameters.ts';
import type { Phase } from './phases.ts';
import { fitHead, startThresholds } from './start.ts';
import { Teacher } from './teacher.ts';

export interface TrainRequest {
  readonly network: Network;
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly parameters: LearnParameters;
  readonly phases: readonly Phase[];
  readonly seed: number;
  /** Where checkpoints go, one an epoch; an earlier one of the same run is gone on from. */
  readonly checkpoint?: string | undefined;
  /** What run this is; a checkpoint of another one is refused. */
  readonly identity?: string | undefined;
  readonly onStep?: ((step: Step, done: number, total: number) => void) | undefined;
}

/** Trains the network in place. Throws PR0813 when the loss is no longer a number or has grown out of bounds, PR0814. */
export async function train(request: TrainRequest): Promise<Curves> {
  const { network, phases, parameters, checkpoint } = request;
  const run = new Run(request);
  const stored = checkpoint === undefined ? undefined : readCheckpoint(checkpoint);
  try {
    if (stored) run.goOn(stored);
    else fitHead(network, request.train, parameters);
    for (const [index, phase] of phases.entries()) {
      if (index < run.phase) continue;
      // oxlint-disable-next-line no-await-in-loop -- one phase builds on the one before
      await run.train(index, phase);
    }
    return run.curves;
  } finally {
    run.dispose();
  }
}

class Run {
  phase = 0;
  readonly curves: { steps: Step[]; epochs: Epoch[] } = { steps: [], epochs: [] };
  private epoch = 0;
  private stored: Checkpoint | undefined;
  private teacher: Teacher | undefined;
  private readonly request: TrainRequest;

  constructor(request: TrainRequest) {
    this.request = request;
  }

  goOn(stored: Checkpoint): void {
    const { network, checkpoint, identity = '' } = this.request;
    const { about, tensors } = stored;
    if (about['identity'] !== identity) {
      const message = `${checkpoint}: is the checkpoint of a run with other parameters, another task or seed.`;
      throw new PrunusError('PR0814', message, 'choose another folder, or remove it to start anew.');
    }
    network.restore(tensors);
    this.phase = about['phase'] as number;
    this.epoch = about['epoch'] as number;
    const { steps, epochs } = about['curves'] as Curves;
    this.curves.steps.push(...steps);
    this.curves.epochs.push(...epochs);
    this.stored = stored;
    this.teacher = Teacher.from(network, tensors);
  }

  async train(index: number, phase: Phase): Promise<void> {
    const { network, train: examples, parameters: p, phases, seed } = this.request;
    const first = index === this.phase ? this.epoch : 0;
    if (first >= phase.epochs) return;
    if (first === 0 && phase.thresholds) startThresholds(network, examples, p);
    if (phase.mode !== 'dense' && p.distil + p.distilStates > 0) this.teacher ??= Teacher.of(network);
    const labelled = this.teacher === undefined || p.held === 'training';
    const optimiser = new Optimiser(network, p, phase);
    if (first > 0 && this.stored) await optimiser.load(this.stored.tensors);
    const total = phases.reduce((n, { epochs }) => n + epochs, 0) * Math.ceil(examples.length / p.batch);
    const before = phases.slice(0, index).reduce((n, { epochs }) => n + epochs, 0);
    for (let epoch = first; epoch < phase.epochs; epoch++) {
      const made = new Random(seed, 2000 + before + epoch);
      for (const part of shuffledBatches(examples, p.batch, seed, before + epoch)) {
        const texts = labelled ? part : recombined(part, p.tokens, made);
        const { loss, kept } = optimiser.step(texts, this.teacher, labelled);
        const step: Step = { phase: phase.name, epoch, step: this.curves.steps.length, loss, kept };
        this.refuseDivergence(step);
        this.curves.steps.push(step);
        this.request.onStep?.(step, this.curves.steps.length, total);
      }
      const { validation } = this.request;
      const found = evaluate(network, validation, phase.mode === 'dense' ? 'dense' : 'hard', p.batch);
      this.curves.epochs.push({
        phase: phase.name,
        epoch,
        thresholds: network.thresholdsPerHead(),
        validationAccuracy: found.accuracy,
        validationLoss: found.loss,
        validationCalibratedLoss: found.calibratedLoss,
        validationPruning: found.pruning,
      });
      // oxlint-disable-next-line no-await-in-loop -- epochs follow each other
      await this.save(index, epoch + 1, optimiser);
    }
    optimiser.dispose();
  }

  dispose(): void {
    this.teacher?.dispose();
  }

  /** A phase has a loss of its own; one that begins near 0 may still come to what guessing costs. */
  private refuseDivergence({ loss, step, phase }: Step): void {
    const { parameters: p, checkpoint, network } = this.request;
    const first = this.curves.steps.find((s) => s.phase === phase)?.loss ?? loss;
    if (Number.isFinite(loss) && loss <= p.divergence * Math.max(first, Math.log(network.classes))) return;
    const what = Number.isFinite(loss)
      ? `the loss has grown from ${first.toFixed(3)} to ${loss.toFixed(3)}`
      : 'the loss is no longer a number';
    const last = this.curves.epochs.length;
    const kept =
      checkpoint !== undefined && last > 0
        ? ` The last good checkpoint, after ${last} epochs, is in ${checkpoint}.`
        : '';
    const fix = 'lower weightRate, pruneRate, settleRate or thresholdRate.';
    throw new PrunusError('PR0813', `step ${step} (${phase}): ${what}.${kept}`, fix);
  }

  /** Going on from the state as written is what an interrupted run does too. */
  private async save(phase: number, epoch: number, optimiser: Optimiser): Promise<void> {
    const { network, checkpoint, identity = '' } = this.request;
    const state = await optimiser.state();
    if (checkpoint !== undefined) {
      const { curves } = this;
      const about = { identity, phase, epoch, curves };
      const tensors = new Map([...network.snapshot(), ...state, ...(this.teacher?.snapshot() ?? [])]);
      writeCheckpoint(checkpoint, { about, tensors });
    }
    await optimiser.load(state);
  }
}
