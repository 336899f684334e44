/** The network as it was before pruning began: learning may hold the pruned one to it. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from './batches.ts';
import type { Weight } from './encoder.ts';
import type { Network, Outcome } from './network.ts';
import type { LearnParameters } from './parameters.ts';

/** What a network says of a batch. */
export type Lesson = Pick<Outcome, 'embedding' | 'states' | 'masks'>;

/** In a checkpoint. */
const prefix = 'teacher.';

export class Teacher {
  private readonly network: Network;

  private constructor(network: Network) {
    this.network = network;
  }

  /** Knows what the student knows now. */
  static of(student: Network): Teacher {
    return new Teacher(student.copy());
  }

  /** The one that went into a checkpoint, if any did. */
  static from(student: Network, tensors: ReadonlyMap<string, Weight>): Teacher | undefined {
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    if (own.length === 0) return undefined;
    const network = student.copy();
    network.restore(new Map(own.map(([name, weight]) => [name.slice(prefix.length), weight])));
    return new Teacher(network);
  }

  /** For a checkpoint. */
  snapshot(): [name: string, weight: Weight][] {
    return [...this.network.snapshot()].map(([name, weight]) => [prefix + name, weight]);
  }

  teach(batch: Batch): Lesson {
    return this.network.run(batch, 'dense');
  }

  dispose(): void {
    this.network.dispose();
  }
}

/**
 * How far a network is from the lesson: the squared distance of the embeddings, a mean over the texts, times `distil`; the squared
 * distance of each layer's states, in parts of the lesson's own squares, over all real tokens, times `distilStates`.
 */
export function distance(
  { tf }: Network,
  said: Lesson,
  lesson: Lesson,
  { distil, distilStates }: Pick<LearnParameters, 'distil' | 'distilStates'>,
): Scalar {
  const { masks } = lesson;
  const [size, tokens] = masks.mean.shape;
  const real = tf.reshape(masks.keys, [size * tokens!, 1]);
  const square = (x: Tensor): Tensor => tf.sum(tf.mul(tf.square(x), real));
  const ofEmbeddings = tf.mean(tf.sum(tf.squaredDifference(said.embedding, lesson.embedding), -1));
  const ofStates = lesson.states.map((wanted, layer) =>
    tf.div(square(tf.sub(said.states[layer], wanted)), square(wanted)),
  );
  return tf.add(tf.mul(ofEmbeddings, distil), tf.mul(tf.addN(ofStates), distilStates)) as Scalar;
}
