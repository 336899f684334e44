/** Holding the pruned network to what it said without pruning. */
import { expect, test } from 'vitest';
import { Random } from '../../src/explore/verify/random.ts';
import { makeBatch, recombined } from '../../src/learn/batches.ts';
import { Network } from '../../src/learn/network.ts';
import type { LearnInput } from '../../src/learn/parameters.ts';
import { distance, Teacher } from '../../src/learn/teacher.ts';
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

test('a teacher goes on saying what the network said, whatever becomes of that', () => {
  const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
  const wanted = embeddings(network, 'dense');
  const teacher = Teacher.of(network);
  const kept = Teacher.from(network, new Map(teacher.snapshot()))!;
  for (const weight of network.weights.values()) tf.tidy(() => weight.assign(tf.mul(weight, 1.5)));
  expect(apart(embeddings(network, 'dense'), wanted)).toBeGreaterThan(1e-3);
  const batch = makeBatch(network.encoder, task.train);
  for (const one of [teacher, kept]) {
    const said = tf.tidy(() => one.teach(batch).embedding.arraySync() as number[][]);
    expect(apart(said, wanted)).toBe(0);
    one.dispose();
  }
  expect(Teacher.from(network, network.snapshot())).toBeUndefined();
});

test('distance: of embeddings a mean over texts, of states in parts of the lesson, without what is behind a text', () => {
  // Two texts of 1 and 2 tokens, states of one element; what stands at the first text's second token counts for nothing.
  const masks = {
    keys: tf.tensor4d([1, 0, 1, 1], [2, 1, 1, 2]),
    pairs: tf.ones([2, 1, 2, 2]),
    mean: tf.tensor3d([1, 0, 0.5, 0.5], [2, 2, 1]),
  };
  const saying = (embedding: number[][], first: number[], second: number[]) => ({
    masks,
    embedding: tf.tensor2d(embedding),
    states: [first, second].map((states) => tf.tensor2d(states, [4, 1])),
  });
  const lesson = saying(
    [
      [1, 0],
      [0, 1],
    ],
    [3, 50, 0, 4],
    [1, 0, 1, 1],
  );
  const said = saying(
    [
      [1, 0],
      [0, -1],
    ],
    [3, 99, 2, 3],
    [1, 7, 1, 1],
  );
  const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
  const of = (distil: number, distilStates: number) =>
    tf.tidy(() => distance(network, said, lesson, { distil, distilStates }).dataSync()[0]);
  expect(of(1, 0)).toBeCloseTo(4 / 2, 6);
  expect(of(0, 1)).toBeCloseTo((4 + 1) / (9 + 16), 6);
  expect(of(3, 5)).toBeCloseTo(3 * 2 + 5 * 0.2, 5);
});

test.each(['distil', 'distilStates'])('the pruned network stays nearer to the unpruned one with %s', async (name) => {
  const settings = { tuneEpochs: 0, epochs: 4, pruning: 0.6, distil: 0, distilStates: 0 };
  const teacher = embeddings((await trained({ ...settings, epochs: 0 })).network, 'dense');
  const away = async (weight: number) =>
    apart(embeddings((await trained({ ...settings, [name]: weight })).network, 'hard'), teacher);
  expect(await away(20)).toBeLessThan(0.7 * (await away(0)));
});

test('recombined texts: the beginning of each, then the end of one of them, cut to the tokens', () => {
  const examples = Array.from({ length: 6 }, (_, e) => ({
    ids: Array.from({ length: e + 1 }, (_, n) => 10 * e + n),
    label: e % 2,
  }));
  for (let seed = 0; seed < 50; seed++) {
    const made = recombined(examples, 5, new Random(seed, 0));
    expect(made).toHaveLength(examples.length);
    made.forEach(({ ids }, e) => {
      expect(ids.length).toBeLessThanOrEqual(5);
      const source = (id: number) => Math.floor(id / 10);
      const from = ids.findIndex((id, n) => source(id) !== e || id !== 10 * e + n);
      expect(from).not.toBe(0);
      if (from < 0) return;
      const end = ids.slice(from);
      const whole = examples[source(end[0]!)]!.ids;
      const at = whole.indexOf(end[0]!);
      expect(end).toEqual(whole.slice(at, at + end.length));
      expect(ids.length === 5 || at + end.length === whole.length).toBe(true);
    });
  }
});

test('labels have no part in it where the network is held on recombined texts', async () => {
  const settings = { headSteps: 0, tuneEpochs: 0, epochs: 2, distilStates: 5 };
  const losses = async (held: 'training' | 'recombined', flip: boolean) => {
    const parameters = tinyParameters({ ...settings, held });
    const network = new Network(tf, tinyEncoder(), 2, parameters);
    const examples = task.train.map(({ ids, label }, n) => ({ ids, label: flip && n % 3 === 0 ? 1 - label : label }));
    const run = { network, train: examples, validation: task.validation, parameters, seed: 1 };
    return (await train({ ...run, phases: [pruning(parameters)] })).steps.map(({ loss }) => loss);
  };
  expect(await losses('recombined', true)).toEqual(await losses('recombined', false));
  expect(await losses('training', true)).not.toEqual(await losses('training', false));
  expect(await losses('recombined', false)).not.toEqual(await losses('training', false));
});

test.each(['training', 'recombined'] as const)(
  'interrupted and gone on with, it is still held to what the network said before pruning, on %s texts',
  async (held) => {
    const whole = await trained({ distil: 5, held });
    const folder = scratch();
    await expect(trained({ distil: 5, held }, folder, 15)).rejects.toThrow('interrupted');
    const resumed = await trained({ distil: 5, held }, folder);
    expect(resumed.curves).toEqual(whole.curves);
  },
);
