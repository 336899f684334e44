/** How good a network is at its task, and how much it prunes. */
import { calibratedLoss } from './calibration.ts';
import { type Example, inOrder, makeBatch } from './batches.ts';
import type { Mode, Network } from './network.ts';

export interface Evaluation {
  readonly examples: number;
  readonly correct: number;
  /** Fraction. */
  readonly accuracy: number;
  readonly loss: number;
  /** The loss at the temperature that suits the logits best. */
  readonly calibratedLoss: number;
  /** Pairs of real tokens dropped, of all of them, over all heads. */
  readonly pruning: number;
  /** The same of each layer. */
  readonly layerPruning: readonly number[];
}

/** In float; `mode` is `hard` or `dense`. */
export function evaluate(network: Network, examples: readonly Example[], mode: Mode, batchSize: number): Evaluation {
  const { tf, encoder } = network;
  const tally = new Tally(encoder.layers.length);
  for (const part of inOrder(examples, batchSize)) {
    const batch = makeBatch(encoder, part);
    tf.tidy(() => {
      const { logits, kept, masks } = network.run(batch, mode);
      const pairs = tf.sum(masks.pairs).dataSync()[0] * encoder.heads;
      const loss = network.crossEntropy(logits, batch.labels).dataSync()[0];
      tally.add(
        logits.dataSync(),
        batch.labels,
        loss,
        kept.map((k) => tf.sum(k).dataSync()[0]),
        pairs,
      );
    });
  }
  return tally.result();
}

/** Adds up batches. */
export class Tally {
  private examples = 0;
  private correct = 0;
  private readonly logits: number[][] = [];
  private readonly labels: number[] = [];
  private loss = 0;
  private pairs = 0;
  private readonly kept: number[];

  constructor(layers: number) {
    this.kept = new Array<number>(layers).fill(0);
  }

  add(logits: ArrayLike<number>, labels: Int32Array, loss: number, kept: readonly number[], pairs: number): void {
    const classes = logits.length / labels.length;
    labels.forEach((label, e) => {
      const own = Array.from({ length: classes }, (_, c) => logits[e * classes + c]);
      this.logits.push(own);
      this.labels.push(label);
      if (own.indexOf(Math.max(...own)) === label) this.correct++;
    });
    this.examples += labels.length;
    this.loss += loss * labels.length;
    this.pairs += pairs;
    kept.forEach((k, n) => (this.kept[n] += k));
  }

  result(): Evaluation {
    const { examples, correct, loss, pairs, kept } = this;
    const layerPruning = kept.map((k) => 1 - k / pairs);
    return {
      examples,
      correct,
      accuracy: correct / examples,
      loss: loss / examples,
      calibratedLoss: calibratedLoss(this.logits, this.labels),
      pruning: layerPruning.reduce((a, b) => a + b, 0) / layerPruning.length,
      layerPruning,
    };
  }
}
