/** The soft threshold and the count of kept pairs: values and gradients against the closed forms of papers.md 2.1. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { learnParameters } from '../../src/learn/parameters.ts';
import { softCount, softThreshold } from '../../src/learn/soft-threshold.ts';
import { loadTensorFlow, type TensorFlow } from '../../src/learn/tensorflow.ts';

const p = learnParameters.parse({});
const { sharpness: s, depth: c, countSharpness: k, countOffset: alpha } = p;
/** The distance, in parts of 500 of the expected value; below 1 in each test. */
const off = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / (2e-3 * Math.max(1, Math.abs(expected)));

let tf: TensorFlow;
beforeAll(async () => {
  tf = await loadTensorFlow();
});

const scalarOf = (x: Tensor): number => x.dataSync()[0]!;
const threshold = 0.4;
const points = [-3, -0.2, 0.1, 0.35, 0.395, 0.405, 0.45, 0.6, 1.5, 8];

describe('the soft threshold', () => {
  test('constants are the documented ones', () => {
    expect([s, c, k, alpha]).toEqual([10, 1000, 100, 1]);
  });

  test.each(points)('at %d: value, derivative by the score and by the threshold', (x) => {
    const bend = Math.tanh(s * (x - threshold));
    const slope = 1 - bend ** 2;
    const above = x >= threshold;
    const run = (a: Tensor, b: Tensor) => softThreshold(tf, a, b, p);
    expect(off(scalarOf(run(tf.scalar(x), tf.scalar(threshold))), above ? x * bend : c * bend)).toBeLessThan(1);
    const [byScore, byThreshold] = tf.grads((a: Tensor, b: Tensor) => run(a, b))([
      tf.scalar(x),
      tf.scalar(threshold),
    ]) as [Tensor, Tensor];
    expect(off(scalarOf(byScore), above ? bend + s * x * slope : c * s * slope)).toBeLessThan(1);
    expect(off(scalarOf(byThreshold), above ? -s * x * slope : -c * s * slope)).toBeLessThan(1);
  });

  test('a score at the threshold is kept: the upper branch, not the lower one', () => {
    expect(scalarOf(softThreshold(tf, tf.scalar(2), tf.scalar(2), p))).toBe(0);
    const [byScore] = tf.grads((a: Tensor, b: Tensor) => softThreshold(tf, a, b, p))([tf.scalar(2), tf.scalar(2)]);
    expect(off(scalarOf(byScore!), s * 2)).toBeLessThan(1);
  });

  test('the sign of the lower branch: what is pruned goes to -c, not to +c', () => {
    expect(scalarOf(softThreshold(tf, tf.scalar(-5), tf.scalar(0), p))).toBe(-c);
  });

  test('a threshold collects the gradient of all its scores', () => {
    const scores = tf.tensor1d([0.45, 0.5, 0.41]);
    const one = (x: number) => {
      const bend = Math.tanh(s * (x - threshold));
      return -s * x * (1 - bend ** 2);
    };
    const byThreshold = tf.grad((t: Tensor) => tf.sum(softThreshold(tf, scores, t, p)))(tf.scalar(threshold));
    expect(off(scalarOf(byThreshold), one(0.45) + one(0.5) + one(0.41))).toBeLessThan(1);
  });
});

describe('the count of kept pairs', () => {
  test.each([-1000, -999.02, -999, -998.98, -500, 0, 12])('at y = %d', (y) => {
    const value = 1 / (1 + Math.exp(-k * (y + c - alpha)));
    expect(off(scalarOf(softCount(tf, tf.scalar(y), p)), value)).toBeLessThan(1);
    const slope = scalarOf(tf.grad((x: Tensor) => softCount(tf, x, p))(tf.scalar(y)));
    // float32 has 6e-5 left between numbers near 1000, of which k makes 6e-3.
    expect(Math.abs(slope - k * value * (1 - value))).toBeLessThan(0.02 * k);
  });
});

test('products of transposed matrices are those of the library, gradients too', () => {
  const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const b = tf.tensor2d([1, -1, 2, 0, 3, 1], [2, 3]);
  expect([...tf.matMul(a, b, true, false).dataSync()]).toEqual([1, 11, 6, 2, 13, 9, 3, 15, 12]);
  expect([...tf.matMul(a, b, false, true).dataSync()]).toEqual([5, 9, 11, 21]);
  const [byA, byB] = tf.grads((x: Tensor, y: Tensor) => tf.sum(tf.matMul(x, y, false, true)))([a, b]) as [
    Tensor,
    Tensor,
  ];
  expect([...byA.dataSync()]).toEqual([1, 2, 3, 1, 2, 3]);
  expect([...byB.dataSync()]).toEqual([5, 7, 9, 5, 7, 9]);
});
