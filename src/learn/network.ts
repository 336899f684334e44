/** An encoder with a classifier behind it, as TensorFlow.js computes it; attention is pruned hard, softly or not at all. */
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Batch } from './batches.ts';
import { type Encoder, type EncoderLayer, frozen, type Weight } from './encoder.ts';
import type { LearnParameters } from './parameters.ts';
import { softCount, softThreshold } from './soft-threshold.ts';
import type { TensorFlow } from './tensorflow.ts';

/** `dense` keeps all; `soft` is differentiable; `hard` keeps the scores that reach the threshold, as the hardware does. */
export type Mode = 'dense' | 'soft' | 'hard';

export type SoftConstants = Pick<
  LearnParameters,
  'sharpness' | 'depth' | 'countSharpness' | 'countOffset' | 'countReaches'
>;

export interface Projections {
  /** `[batch, heads, tokens, dim]`. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

export interface Masks {
  /** 1 where a token is one: `[batch, 1, 1, tokens]` of keys, `[batch, 1, tokens, tokens]` of pairs. */
  readonly keys: Tensor;
  readonly pairs: Tensor;
  /** `[batch, tokens, 1]`, 1 / length where a token is one. */
  readonly mean: Tensor;
}

export interface Attended {
  /** `[batch * tokens, heads * dim]` */
  readonly context: Tensor;
  /** Pairs kept by each head, `[heads]`; those that the soft count says, if soft. */
  readonly kept: Tensor;
}

/** What a batch comes to. */
export interface Outcome {
  /** `[batch, width]`, rows of length 1. */
  readonly embedding: Tensor;
  /** `[batch, classes]` */
  readonly logits: Tensor;
  /** What each layer gives, `[batch * tokens, width]`. */
  readonly states: readonly Tensor[];
  /** Pairs kept by each layer's heads. */
  readonly kept: readonly Tensor[];
  readonly masks: Masks;
}

const normEpsilon = 1e-6;

export class Network {
  readonly tf: TensorFlow;
  readonly encoder: Encoder;
  readonly classes: number;
  /** What is trained but the thresholds, by name; `head.kernel` and `head.bias` are the classifier's. */
  readonly weights: ReadonlyMap<string, Variable>;
  /** One a layer, `[heads]` or `[1]`, in units of q.k / sqrt(dim). */
  thresholds: readonly Variable[];
  private readonly constants: SoftConstants;

  /** The classifier starts at zero. */
  constructor(tf: TensorFlow, encoder: Encoder, classes: number, constants: SoftConstants) {
    this.tf = tf;
    this.encoder = encoder;
    this.classes = classes;
    this.constants = constants;
    const weights = new Map<string, Variable>();
    for (const [name, { shape, data }] of encoder.weights) {
      if (!frozen.includes(name)) weights.set(name, variable(tf, shape, data));
    }
    const [, width] = encoder.weights.get('sentence.kernel')!.shape;
    weights.set('head.kernel', variable(tf, [width, classes], new Float32Array(width * classes)));
    weights.set('head.bias', variable(tf, [classes], new Float32Array(classes)));
    this.weights = weights;
    this.thresholds = encoder.layers.map(() => variable(tf, [encoder.heads], new Float32Array(encoder.heads)));
  }

  /** Sets the thresholds: a list a layer, of one or one a head. */
  setThresholds(values: readonly (readonly number[])[]): void {
    for (const old of this.thresholds) old.dispose();
    this.thresholds = values.map((layer) => variable(this.tf, [layer.length], Float32Array.from(layer)));
  }

  /** One a head, a list a layer. */
  thresholdsPerHead(): number[][] {
    const { heads } = this.encoder;
    return this.thresholds.map((layer) => {
      const values = [...layer.dataSync()];
      return values.length === heads ? values : Array.from({ length: heads }, () => values[0]);
    });
  }

  masks({ size, tokens, lengths }: Batch): Masks {
    const { tf } = this;
    const valid = Float32Array.from({ length: size * tokens }, (_, n) =>
      n % tokens < lengths[Math.floor(n / tokens)] ? 1 : 0,
    );
    const share = valid.map((v, n) => v / lengths[Math.floor(n / tokens)]);
    const keys = tf.tensor4d(valid, [size, 1, 1, tokens]);
    return {
      keys,
      pairs: tf.mul(keys, tf.reshape(keys, [size, 1, tokens, 1])),
      mean: tf.tensor3d(share, [size, tokens, 1]),
    };
  }

  /** What the first layer sees: `[batch * tokens, width]`. */
  enter({ size, tokens, inputs }: Batch): Tensor {
    return this.tf.tensor2d(inputs, [size * tokens, inputs.length / size / tokens]);
  }

  project(layer: EncoderLayer, x: Tensor, { size, tokens }: Batch): Projections {
    const { tf, encoder } = this;
    const normed = this.norm(`${layer.name}.norm`, x);
    const part = (name: string) =>
      tf.transpose(
        tf.reshape(this.dense(`${layer.name}.${name}`, normed), [size, tokens, encoder.heads, layer.dim]),
        [0, 2, 1, 3],
      );
    return { query: part('query'), key: part('key'), value: part('value') };
  }

  /** `[batch, heads, tokens, tokens]`: q.k / sqrt(dim). */
  scores(layer: EncoderLayer, { query, key }: Projections): Tensor {
    return this.tf.mul(this.tf.matMul(query, key, false, true), 1 / Math.sqrt(layer.dim));
  }

  /** A query that keeps nothing gives zeros, as in hardware. */
  attend(index: number, p: Projections, masks: Masks, mode: Mode, { size, tokens }: Batch): Attended {
    const { tf, constants } = this;
    const { depth } = constants;
    const layer = this.encoder.layers[index];
    const scores = this.scores(layer, p);
    const threshold = tf.reshape(this.thresholds[index], [1, -1, 1, 1]);
    let y = scores;
    let count: Tensor = tf.onesLike(scores);
    if (mode === 'soft') {
      y = softThreshold(tf, scores, threshold, constants);
      const counted =
        constants.countReaches === 'all' ? y : softThreshold(tf, constant(tf, scores), threshold, constants);
      count = softCount(tf, counted, constants);
    } else if (mode === 'hard') {
      const keep = tf.greaterEqual(scores, threshold);
      y = tf.where(keep, scores, tf.fill(scores.shape, -depth));
      count = tf.cast(keep, 'float32');
    }
    const visible = tf.add(y, tf.mul(tf.sub(masks.keys, 1), 1e9));
    // -c / 2 stands between what is kept and what is not: it has weight only where nothing is kept.
    const nothing = -depth / 2;
    const largest = constant(tf, tf.maximum(tf.max(visible, -1, true), nothing));
    const powers = tf.mul(tf.exp(tf.sub(visible, largest)), masks.keys);
    const sum = tf.add(tf.sum(powers, -1, true), tf.exp(tf.sub(nothing, largest)));
    const mixed = tf.matMul(tf.div(powers, sum), p.value);
    const context = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [size * tokens, -1]);
    return { context, kept: tf.sum(tf.mul(count, masks.pairs), [0, 2, 3]) };
  }

  /** What follows attention in a layer. */
  finish({ name, projected }: EncoderLayer, x: Tensor, context: Tensor): Tensor {
    const { tf } = this;
    const residual = projected ? this.dense(`${name}.residual`, x) : x;
    const sum = tf.add(this.dense(`${name}.output`, context), residual);
    const hidden = tf.relu(this.dense(`${name}.expand`, this.norm(`${name}.feed.norm`, sum)));
    return tf.add(this.dense(`${name}.contract`, hidden), sum);
  }

  /** `[batch, width]`, rows of length 1. */
  embedding(x: Tensor, masks: Masks, { size, tokens }: Batch): Tensor {
    const { tf } = this;
    const mean = tf.sum(tf.mul(tf.reshape(x, [size, tokens, -1]), masks.mean), 1);
    const out = tf.tanh(this.dense('sentence', mean));
    return tf.div(out, tf.sqrt(tf.sum(tf.square(out), -1, true)));
  }

  logits(embedding: Tensor): Tensor {
    return this.dense('head', embedding);
  }

  /** The whole network. */
  run(batch: Batch, mode: Mode): Outcome {
    const masks = this.masks(batch);
    let x = this.enter(batch);
    const kept: Tensor[] = [];
    const states: Tensor[] = [];
    this.encoder.layers.forEach((layer, index) => {
      const attended = this.attend(index, this.project(layer, x, batch), masks, mode, batch);
      kept.push(attended.kept);
      x = this.finish(layer, x, attended.context);
      states.push(x);
    });
    const embedding = this.embedding(x, masks, batch);
    return { embedding, logits: this.logits(embedding), states, kept, masks };
  }

  crossEntropy(logits: Tensor, labels: Int32Array): Scalar {
    const { tf } = this;
    const wanted = tf.oneHot(tf.tensor1d(labels, 'int32'), this.classes);
    return tf.mean(tf.sub(tf.logSumExp(logits, -1), tf.sum(tf.mul(wanted, logits), -1)));
  }

  /** Everything that is trained, copied; thresholds as `thresholds.LAYER`. */
  snapshot(): Map<string, Weight> {
    const copy = (v: Variable): Weight => ({ shape: v.shape, data: Float32Array.from(v.dataSync()) });
    const all = new Map([...this.weights].map(([name, v]) => [name, copy(v)]));
    this.encoder.layers.forEach(({ name }, n) => all.set(`thresholds.${name}`, copy(this.thresholds[n])));
    return all;
  }

  /** Another one that knows the same. */
  copy(): Network {
    const { tf, encoder, classes, constants } = this;
    const other = new Network(tf, encoder, classes, constants);
    other.restore(this.snapshot());
    return other;
  }

  restore(snapshot: ReadonlyMap<string, Weight>): void {
    const { tf } = this;
    for (const [name, v] of this.weights) {
      const { shape, data } = snapshot.get(name)!;
      tf.tidy(() => v.assign(tf.tensor(data, [...shape])));
    }
    this.setThresholds(this.encoder.layers.map(({ name }) => [...snapshot.get(`thresholds.${name}`)!.data]));
  }

  dispose(): void {
    for (const v of [...this.weights.values(), ...this.thresholds]) v.dispose();
  }

  private dense(name: string, x: Tensor): Tensor {
    const { tf, weights } = this;
    return tf.add(tf.matMul(x, weights.get(`${name}.kernel`)!), weights.get(`${name}.bias`)!);
  }

  private norm(name: string, x: Tensor): Tensor {
    const { tf, weights } = this;
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const spread = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), normEpsilon));
    return tf.add(tf.mul(tf.div(centred, spread), weights.get(`${name}.scale`)!), weights.get(`${name}.bias`)!);
  }
}

const variable = (tf: TensorFlow, shape: readonly number[], data: Float32Array): Variable =>
  tf.tidy(() => tf.variable(tf.tensor(data, [...shape])));

/** The same value, through which no gradient goes. */
function constant(tf: TensorFlow, x: Tensor): Tensor {
  return tf.customGrad((given) => ({ value: tf.clone(given as Tensor), gradFunc: () => [tf.zerosLike(x)] }))(x);
}
