/**
 * Training: the classifier is fitted to the embeddings of the unchanged model, then weights are tuned without pruning, then
 * thresholds and weights (or one of them) are trained with soft pruning, then weights get used to the hard comparison. A run is a function of the examples, the parameters and
 * the seed; one that goes on from its checkpoint gives what an uninterrupted one gives.
 */
import type { AdamOptimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { PrunusError } from '../errors.ts';
import { type Example, inOrder, makeBatch, shuffledBatches } from './batches.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Weight } from './encoder.ts';
import { evaluate } from './evaluate.ts';
import type { Mode, Network } from './network.ts';
import { Teacher } from './teacher.ts';
import type { LearnParameters } from './parameters.ts';
import { collectScores, quantileThresholds } from './quantile.ts';

/** What is trained, and how attention is pruned meanwhile. */
export interface Phase {
  readonly name: string;
  readonly epochs: number;
  readonly mode: Mode;
  readonly weights: boolean;
  readonly thresholds: boolean;
}

export const tuning = ({ tuneEpochs }: LearnParameters): Phase => ({
  name: 'tune',
  epochs: tuneEpochs,
  mode: 'dense',
  weights: true,
  thresholds: false,
});

export const pruning = ({ epochs, method }: LearnParameters): Phase => ({
  name: method === 'none' ? 'tune on' : 'prune',
  epochs,
  mode: method === 'none' ? 'dense' : 'soft',
  weights: method !== 'thresholds',
  thresholds: method !== 'none',
});

/** Weights get used to the hard comparison; without pruning they get as many epochs. */
export const settling = ({ settleEpochs, method }: LearnParameters): Phase => ({
  name: method === 'none' ? 'tune on' : 'settle',
  epochs: method === 'thresholds' ? 0 : settleEpochs,
  mode: method === 'none' ? 'dense' : 'hard',
  weights: true,
  thresholds: false,
});

/** All phases of a run. */
export const phasesOf = (p: LearnParameters): Phase[] => [tuning(p), pruning(p), settling(p)];

/** One step: a point of the loss curve. */
export interface Step {
  readonly phase: string;
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  /** Soft count; 1 without pruning. */
  readonly kept: number;
}

/** One epoch: a point of the threshold curves. */
export interface Epoch {
  readonly phase: string;
  readonly epoch: number;
  /** A list a layer, one a head. */
  readonly thresholds: readonly (readonly number[])[];
  readonly validationAccuracy: number;
  readonly validationLoss: number;
  readonly validationPruning: number;
}

export interface Curves {
  readonly steps: readonly Step[];
  readonly epochs: readonly Epoch[];
}

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
  if (stored) run.goOn(stored);
  else fitHead(network, request.train, parameters);
  for (const [index, phase] of phases.entries()) {
    if (index < run.phase) continue;
    // oxlint-disable-next-line no-await-in-loop -- one phase builds on the one before
    await run.train(index, phase);
  }
  return run.curves;
}

/** In a checkpoint. */
const teacherName = 'teacher';

/** Examples whose scores the thresholds start from. */
const thresholdSample = 256;

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
    const taught = tensors.get(teacherName);
    if (taught) this.teacher = new Teacher(this.request.train, taught);
  }

  async train(index: number, phase: Phase): Promise<void> {
    const { network, train: examples, parameters: p, phases, seed } = this.request;
    const first = index === this.phase ? this.epoch : 0;
    if (first >= phase.epochs) return;
    if (first === 0 && phase.thresholds) startThresholds(network, examples, p);
    if (phase.mode !== 'dense' && p.distil > 0) this.teacher ??= Teacher.of(network, examples, p.batch);
    const trained = new Trained(network, p, phase);
    if (first > 0 && this.stored) await trained.load(this.stored.tensors);
    const total = phases.reduce((n, { epochs }) => n + epochs, 0) * Math.ceil(examples.length / p.batch);
    const before = phases.slice(0, index).reduce((n, { epochs }) => n + epochs, 0);
    for (let epoch = first; epoch < phase.epochs; epoch++) {
      for (const part of shuffledBatches(examples, p.batch, seed, before + epoch)) {
        const { loss, kept } = trained.step(part, this.teacher);
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
        validationPruning: found.pruning,
      });
      // oxlint-disable-next-line no-await-in-loop -- epochs follow each other
      await this.save(index, epoch + 1, trained);
    }
    trained.dispose();
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
    const fix = 'lower weightRate, pruneRate or thresholdRate.';
    throw new PrunusError('PR0813', `step ${step} (${phase}): ${what}.${kept}`, fix);
  }

  /** Going on from the state as written is what an interrupted run does too. */
  private async save(phase: number, epoch: number, trained: Trained): Promise<void> {
    const { network, checkpoint, identity = '' } = this.request;
    const state = await trained.state();
    if (checkpoint !== undefined) {
      const { curves } = this;
      const about = { identity, phase, epoch, curves };
      const tensors = new Map([...network.snapshot(), ...state]);
      if (this.teacher) tensors.set(teacherName, this.teacher.embeddings);
      writeCheckpoint(checkpoint, { about, tensors });
    }
    await trained.load(state);
  }
}

/** The variables of a phase with their optimisers: weights and thresholds learn at rates of their own. */
class Trained {
  private readonly network: Network;
  private readonly p: LearnParameters;
  private readonly phase: Phase;
  private readonly groups: readonly {
    readonly name: string;
    readonly rate: number;
    readonly variables: readonly Variable[];
    optimiser: AdamOptimizer;
  }[];

  constructor(network: Network, p: LearnParameters, phase: Phase) {
    const { tf } = network;
    this.network = network;
    this.p = p;
    this.phase = phase;
    const group = (name: string, rate: number, variables: readonly Variable[]) => ({
      name,
      rate,
      variables,
      optimiser: tf.train.adam(rate),
    });
    const weightRate = phase.mode === 'dense' ? p.weightRate : p.pruneRate;
    this.groups = [
      ...(phase.weights ? [group('weights', weightRate, [...network.weights.values()])] : []),
      ...(phase.thresholds ? [group('thresholds', p.thresholdRate, network.thresholds)] : []),
    ];
  }

  step(examples: readonly Example[], teacher: Teacher | undefined): { loss: number; kept: number } {
    const { network, p, phase, groups } = this;
    const { tf, encoder } = network;
    const batch = makeBatch(encoder, examples);
    return tf.tidy(() => {
      let kept = 1;
      const { value, grads } = tf.variableGrads(
        () => {
          const run = network.run(batch, phase.mode);
          const task = network.crossEntropy(run.logits, batch.labels);
          const pairs = tf.mul(tf.sum(run.masks.pairs), encoder.heads * encoder.layers.length);
          const fraction = tf.div(
            run.kept.reduce<Tensor>((sum, layer) => tf.add(sum, tf.sum(layer)), tf.scalar(0)),
            pairs,
          );
          kept = fraction.dataSync()[0];
          const losses: Tensor[] = [task];
          if (teacher) {
            const away = tf.squaredDifference(run.embedding, teacher.batch(tf, examples));
            losses.push(tf.mul(tf.mean(tf.sum(away, -1)), p.distil));
          }
          if (phase.mode === 'soft') losses.push(tf.mul(tf.relu(tf.sub(fraction, 1 - p.pruning)), p.lambda));
          return tf.addN(losses) as Scalar;
        },
        groups.flatMap((g) => g.variables),
      );
      const loss = value.dataSync()[0];
      if (Number.isFinite(loss)) {
        for (const { optimiser, variables } of groups) {
          optimiser.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] })));
        }
      }
      return { loss, kept };
    });
  }

  /** The optimisers' moments. */
  async state(): Promise<Map<string, Weight>> {
    const all = new Map<string, Weight>();
    for (const { name, optimiser } of this.groups) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      const weights = await optimiser.getWeights();
      weights.forEach(({ tensor }, n) =>
        all.set(`adam.${name}.${n}`, { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) }),
      );
      weights[0]!.tensor.dispose(); // the count of steps is made for the asking
    }
    return all;
  }

  async load(state: ReadonlyMap<string, Weight>): Promise<void> {
    const { tf } = this.network;
    for (const group of this.groups) {
      const { name } = group;
      group.optimiser.dispose();
      group.optimiser = tf.train.adam(group.rate);
      const tensors: { name: string; tensor: Tensor }[] = [];
      for (let n = 0; state.has(`adam.${name}.${n}`); n++) {
        const { shape, data } = state.get(`adam.${name}.${n}`)!;
        tensors.push({
          name: `${n}`,
          tensor: n === 0 ? tf.tensor(data, [...shape], 'int32') : tf.tensor(data, [...shape]),
        });
      }
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await group.optimiser.setWeights(tensors);
      for (const { tensor } of tensors) tensor.dispose();
    }
  }

  dispose(): void {
    for (const { optimiser } of this.groups) optimiser.dispose();
  }
}

/** A quantile of the scores. One threshold a layer takes the mean of its heads' quantiles. */
export function startThresholds(network: Network, examples: readonly Example[], p: LearnParameters): void {
  const scores = collectScores(network, examples.slice(0, thresholdSample), p.batch);
  const found = quantileThresholds(scores, p.start, p.startFrom);
  const mean = (layer: readonly number[]) => layer.reduce((a, b) => a + b) / layer.length;
  network.setThresholds(p.granularity === 'head' ? found : found.map((layer) => [mean(layer)]));
}

/** Fits the classifier to the embeddings of the model as it is. */
function fitHead(network: Network, examples: readonly Example[], p: LearnParameters): void {
  if (p.headSteps === 0) return;
  const { tf, encoder } = network;
  const ordered = inOrder(examples, p.batch);
  const labels = Int32Array.from(ordered.flat(), (e) => e.label);
  const embeddings = tf.concat2d(
    ordered.map((part) => tf.tidy(() => network.run(makeBatch(encoder, part), 'dense').embedding as never)),
    0,
  );
  const optimiser = tf.train.adam(p.headRate);
  const variables = ['head.kernel', 'head.bias'].map((name) => network.weights.get(name)!);
  for (let step = 0; step < p.headSteps; step++) {
    optimiser.minimize(() => network.crossEntropy(network.logits(embeddings), labels), false, variables);
  }
  optimiser.dispose();
  embeddings.dispose();
}
