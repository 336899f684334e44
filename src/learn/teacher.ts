/** What the network said without pruning, before pruning began: learning may hold the pruned one to it. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Example, inOrder, makeBatch } from './batches.ts';
import type { Weight } from './encoder.ts';
import type { Network } from './network.ts';
import type { TensorFlow } from './tensorflow.ts';

export class Teacher {
  /** `[examples, width]`, in the order of the examples. */
  readonly embeddings: Weight;
  private readonly places: ReadonlyMap<Example, number>;

  constructor(examples: readonly Example[], embeddings: Weight) {
    this.embeddings = embeddings;
    this.places = new Map(examples.map((example, n) => [example, n]));
  }

  /** The embeddings that the network gives now. */
  static of(network: Network, examples: readonly Example[], batchSize: number): Teacher {
    const { tf, encoder } = network;
    const places = new Map(examples.map((example, n) => [example, n]));
    let width = 0;
    let data = new Float32Array(0);
    for (const part of inOrder(examples, batchSize)) {
      const found = tf.tidy(() => network.run(makeBatch(encoder, part), 'dense').embedding.dataSync());
      if (width === 0) {
        width = found.length / part.length;
        data = new Float32Array(examples.length * width);
      }
      part.forEach((example, e) => data.set(found.subarray(e * width, (e + 1) * width), places.get(example)! * width));
    }
    return new Teacher(examples, { shape: [examples.length, width], data });
  }

  /** `[batch, width]` */
  batch(tf: TensorFlow, examples: readonly Example[]): Tensor {
    const [, width] = this.embeddings.shape;
    const data = new Float32Array(examples.length * width);
    examples.forEach((example, e) => {
      const at = this.places.get(example)! * width;
      data.set(this.embeddings.data.subarray(at, at + width), e * width);
    });
    return tf.tensor2d(data, [examples.length, width]);
  }
}
