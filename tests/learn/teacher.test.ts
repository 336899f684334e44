/** Holding the pruned network to what it said without pruning. */
import { expect, test } from 'vitest';
import { makeBatch } from '../../src/learn/batches.ts';
import { Network } from '../../src/learn/network.ts';
import type { LearnInput } from '../../src/learn/parameters.ts';
import { Teacher } from '../../src/learn/teacher.ts';
import { loadTensorFlow } from '../../src/learn/tensorflow.ts';
import { pruning, tuning } from '../../src/learn/phases.ts';
import { train } from '../../src/learn/train.ts';
import { scratch, tinyEncoder, tinyParameters, tinyTask } from './tiny.ts';

const tf = await loadTensorFlow();
const task = tinyTask();

async function trained(given: LearnInput, checkpoint?: string, stopAt?: number) {
  const parameters = tinyParameters(given);
  const network = new Network(tf, tinyEncoder(), 2, parameters);
  const { train: examples, validation } = task;
  const run = { network, train: examples, validation, parameters, seed: 1, checkpoint };
  const phases = [tuning(parameters), pruning(parameters)];
  const onStep = (_: unknown, done: number) => {
    if (done === stopAt) throw new Error('interrupted');
  };
  return { network, curves: await train({ ...run, phases, onStep }) };
}

const embeddings = (network: Network, mode: 'dense' | 'hard') =>
  tf.tidy(() => network.run(makeBatch(network.encoder, task.train), mode).embedding.arraySync() as number[][]);

const apart = (a: number[][], b: number[][]) =>
  a.flatMap((row, n) => row.map((x, c) => (x - b[n]![c]!) ** 2)).reduce((sum, d) => sum + d, 0) / a.length;

test('a teacher knows every text by its embedding without pruning', () => {
  const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
  const wanted = embeddings(network, 'dense');
  const teacher = Teacher.of(network, task.train, 8);
  const some = [task.train[7]!, task.train[0]!];
  const batch = tf.tidy(() => teacher.batch(tf, some).arraySync() as number[][]);
  expect(apart(batch, [wanted[7]!, wanted[0]!])).toBeLessThan(1e-10);
});

test('the pruned network stays nearer to the unpruned one with the distance in the loss', async () => {
  const settings = { tuneEpochs: 0, epochs: 4, pruning: 0.6 };
  const teacher = embeddings((await trained({ ...settings, epochs: 0 })).network, 'dense');
  const away = async (distil: number) =>
    apart(embeddings((await trained({ ...settings, distil })).network, 'hard'), teacher);
  expect(await away(20)).toBeLessThan(0.7 * (await away(0)));
});

test('interrupted and gone on with, it is still held to what the network said before pruning', async () => {
  const whole = await trained({ distil: 5 });
  const folder = scratch();
  await expect(trained({ distil: 5 }, folder, 15)).rejects.toThrow('interrupted');
  const resumed = await trained({ distil: 5 }, folder);
  expect(resumed.curves).toEqual(whole.curves);
});
