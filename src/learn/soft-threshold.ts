/** The differentiable stand-ins for pruning: a threshold that lets gradients through, and a count of what is kept. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LearnParameters } from './parameters.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * x tanh(s (x - Th)) where x >= Th, c tanh(s (x - Th)) elsewhere: about x where it is kept and about -c where it is not.
 * c is positive here. (Code that writes the lower branch with -c has to be given a negative c.)
 */
export function softThreshold(
  tf: TensorFlow,
  x: Tensor,
  threshold: Tensor,
  { sharpness, depth }: Pick<LearnParameters, 'sharpness' | 'depth'>,
): Tensor {
  const above = tf.sub(x, threshold);
  const bend = tf.tanh(tf.mul(above, sharpness));
  return tf.where(tf.greaterEqual(above, 0), tf.mul(x, bend), tf.mul(bend, depth));
}

/** sigmoid(k (y + c - alpha)): about 1 for a kept score and about 0 for a pruned one. */
export function softCount(
  tf: TensorFlow,
  y: Tensor,
  { depth, countSharpness, countOffset }: Pick<LearnParameters, 'depth' | 'countSharpness' | 'countOffset'>,
): Tensor {
  return tf.sigmoid(tf.mul(tf.add(y, depth - countOffset), countSharpness));
}
