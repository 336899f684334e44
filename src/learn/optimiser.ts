/** One step of gradient descent: the loss of a phase, and what is updated by it. */
import type { AdamOptimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { type Example, makeBatch } from './batches.ts';
import type { Weight } from './encoder.ts';
import type { Network } from './network.ts';
import type { LearnParameters } from './parameters.ts';
import type { Phase } from './phases.ts';
import { distance, type Teacher } from './teacher.ts';

/** The variables of a phase with their optimisers: weights and thresholds learn at rates of their own. */
export class Optimiser {
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
    const rates = { dense: p.weightRate, soft: p.pruneRate, hard: p.settleRate };
    this.groups = [
      ...(phase.weights ? [group('weights', rates[phase.mode], [...network.weights.values()])] : []),
      ...(phase.thresholds ? [group('thresholds', p.thresholdRate, network.thresholds)] : []),
    ];
  }

  /** `labelled`: whether the labels of the examples are to be learned. */
  step(examples: readonly Example[], teacher: Teacher | undefined, labelled: boolean): { loss: number; kept: number } {
    const { network, p, phase, groups } = this;
    const { tf, encoder } = network;
    const batch = makeBatch(encoder, examples);
    return tf.tidy(() => {
      const lesson = teacher?.teach(batch);
      let kept = 1;
      const { value, grads } = tf.variableGrads(
        () => {
          const run = network.run(batch, phase.mode);
          const pairs = tf.mul(tf.sum(run.masks.pairs), encoder.heads * encoder.layers.length);
          const fraction = tf.div(
            run.kept.reduce<Tensor>((sum, layer) => tf.add(sum, tf.sum(layer)), tf.scalar(0)),
            pairs,
          );
          kept = fraction.dataSync()[0];
          const losses: Tensor[] = labelled ? [network.crossEntropy(run.logits, batch.labels)] : [];
          if (lesson) losses.push(distance(network, run, lesson, p));
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
