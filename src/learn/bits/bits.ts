/**
 * SPRINT's precision experiment (its Figure 5) on a model at hand: attention by SPRINT's golden model with scores of 1 to 8 bits in
 * memory, kept keys recomputed exactly, and what becomes of the accuracy of a task and of the attention. Thresholds are found on
 * texts of the training part; figures are of the test part.
 *
 * | series | score in memory | threshold of a head |
 * |---|---|---|
 * | `own` | b bits of query and key | keeps the fraction, of scores of b bits |
 * | `exact` | the same | keeps the fraction, of exact scores: the paper's, whose learned thresholds know nothing of b |
 * | `alone` | the same, and nothing is recomputed: the softmax takes the scores of b bits as well; b below 8 | as `own` |
 * | `noise` | 7 bits and read noise, as much as b bits stand for (`calibrate.ts`); b below 7 | keeps the fraction, of such scores |
 *
 * Beside them stand `dense`, nothing pruned; `reference`, pruned by exact scores (LeOPArd's golden model); and `random`, pruned by
 * noise alone, which says how much the task cares for what is pruned.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { keptMass } from '../../explore/relevance.ts';
import { openResultLines } from '../../explore/result-lines.ts';
import type { HeadDesign } from '../../explore/head-design.ts';
import { type Interval, shareInterval } from '../../numerics/statistics.ts';
import { coarseCodes } from '../../workload/thresholds.ts';
import type { Encoder } from '../encoder.ts';
import { acceleratorFor, evaluateHardware } from '../hardware.ts';
import { Network } from '../network.ts';
import type { LearnParameters } from '../parameters.ts';
import { tuning } from '../phases.ts';
import type { Task } from '../tasks.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { train } from '../train.ts';
import {
  type Calibration,
  calibrate,
  chance,
  fullScale,
  noisyBits,
  perPrecision,
  type Precision,
  precisions,
  type Thresholds,
} from './calibrate.ts';

export interface BitsRequest {
  readonly encoder: Encoder;
  readonly task: Task;
  readonly parameters: LearnParameters;
  readonly seed: number;
  /** Library of the machine that multiplies matrices; TensorFlow.js' own kernel without. */
  readonly blas?: string | undefined;
  /** Fraction of the pairs. */
  readonly keep: number;
  /** Where results are kept; none: nowhere. */
  readonly folder?: string | undefined;
  readonly onStage?: ((stage: string) => void) | undefined;
  /** Of texts, over all points. */
  readonly onProgress?: ((done: number, total: number, note: string) => void) | undefined;
}

export type Series = 'dense' | 'reference' | 'random' | 'own' | 'alone' | 'exact' | 'noise';

interface Measured {
  readonly series: Series;
  /** Of no meaning for the three that have one point only. */
  readonly bits: Precision;
  readonly examples: number;
  readonly correct: number;
  /** Pairs kept, mean over layers. */
  readonly kept: number;
  /** Mean over queries, heads, layers and texts of the softmax share that the kept keys have, in float. */
  readonly mass: number;
}

export interface BitsPoint extends Measured {
  /** Wilson's interval. */
  readonly accuracy: Interval;
}

export interface BitsReport {
  readonly model: string;
  readonly task: string;
  readonly seed: number;
  readonly keep: number;
  readonly examples: { readonly train: number; readonly test: number };
  /** Of the class that most test texts have. */
  readonly chance: number;
  readonly points: readonly BitsPoint[];
  /** By bits: standard deviation of the equivalent noise by layer, in units of q.k/sqrt(dim). */
  readonly noise: Readonly<Record<Precision, readonly number[]>>;
}

/** Texts that thresholds are found on. */
const calibrationTexts = 256;

interface Point {
  readonly series: Series;
  readonly bits: Precision;
  readonly designs: () => HeadDesign[];
  readonly thresholds: Thresholds | undefined;
  /** All that the accelerator is told of a code of q or k is its upper `bits` bits. */
  readonly coarse?: boolean;
}

/** Throws what `train` throws, and PR0605 and PR0707 of the folder. */
export async function bitsExperiment(request: BitsRequest): Promise<BitsReport> {
  const { encoder, task, parameters: p, seed, blas, keep, folder, onStage, onProgress } = request;
  const tf = await loadTensorFlow(blas);
  const network = new Network(tf, encoder, task.classes.length, p);
  onStage?.('fitting the classifier');
  const identity = { model: encoder.name, task: task.name, seed, parameters: p, blas };
  await train({
    network,
    train: task.train,
    validation: task.validation,
    parameters: p,
    phases: [tuning(p)],
    seed,
    checkpoint: folder === undefined ? undefined : join(folder, 'checkpoint'),
    identity: JSON.stringify(identity),
  });
  onStage?.('finding thresholds');
  const found = calibrate(network, task.train.slice(0, calibrationTexts), { keep, batchSize: p.batch, seed });
  const points = pointsOf(network, task, found);
  const lines =
    folder === undefined
      ? undefined
      : openResultLines<Measured>(
          folder,
          'bits',
          { version: 2, identity, keep, weights: weightsHash(network), texts: task.test },
          { ...identity, keep },
        );
  const measured: Measured[] = [];
  const total = points.length * task.test.length;
  for (const [n, point] of points.entries()) {
    const known = lines?.found.find((m) => m.series === point.series && m.bits === point.bits);
    const before = n * task.test.length;
    const note = `${point.series} ${point.bits}`;
    const result = known ?? measure(network, task, p, seed, point, (done) => onProgress?.(before + done, total, note));
    if (!known) lines?.add(result);
    measured.push(result);
    onProgress?.(before + task.test.length, total, note);
  }
  network.dispose();
  const labels = task.classes.map((_, c) => task.test.filter((e) => e.label === c).length);
  return {
    model: encoder.name,
    task: task.name,
    seed,
    keep,
    examples: { train: task.train.length, test: task.test.length },
    chance: Math.max(...labels) / task.test.length,
    points: measured.map((m) => ({ ...m, accuracy: shareInterval(m.correct, m.examples) })),
    noise: perPrecision((b) => found.noise[b].map((layer) => layer.score)),
  };
}

function pointsOf({ encoder }: Network, task: Task, found: Calibration): Point[] {
  const longest = Math.max(2, ...task.test.map((e) => e.ids.length));
  const memory = (bits: Precision, noise: (layer: number, dim: number) => number) => () =>
    encoder.layers.map(({ dim }, n) =>
      acceleratorFor('sprint-s', longest, dim, {
        tile: { cellBits: bits, dacBits: bits },
        device: { readSigma: noise(n, dim) },
      }),
    );
  const none = () => 0;
  const exact = () => encoder.layers.map(({ dim }) => acceleratorFor('leopard-ae', longest, dim));
  return [
    { series: 'dense', bits: 8, designs: memory(8, none), thresholds: undefined },
    { series: 'reference', bits: 8, designs: exact, thresholds: found.exact },
    {
      series: 'random',
      bits: chance.bits,
      designs: memory(chance.bits, () => chance.readSigma),
      thresholds: found.random,
    },
    ...precisions.flatMap((bits): Point[] => [
      { series: 'own', bits, designs: memory(bits, none), thresholds: found.bits[bits] },
      ...(bits < 8
        ? [{ series: 'alone' as const, bits, designs: memory(bits, none), thresholds: found.bits[bits], coarse: true }]
        : []),
      { series: 'exact', bits, designs: memory(bits, none), thresholds: found.exact },
      ...(bits < noisyBits
        ? [
            {
              series: 'noise' as const,
              bits,
              designs: memory(noisyBits, (layer, dim) => found.noise[bits][layer]!.added / fullScale(noisyBits, dim)),
              thresholds: found.noisy[bits],
            },
          ]
        : []),
    ]),
  ];
}

function measure(
  network: Network,
  task: Task,
  p: LearnParameters,
  seed: number,
  { series, bits, designs, thresholds, coarse = false }: Point,
  onProgress: (examples: number) => void,
): Measured {
  let [mass, heads] = [0, 0];
  if (thresholds) network.setThresholds(thresholds);
  const { examples, correct, pruning } = evaluateHardware(network, task.test, designs(), {
    prune: thresholds !== undefined,
    batchSize: p.batch,
    seed,
    onHead: (layer, tensors, length, kept) => {
      const { dim } = network.encoder.layers[layer]!;
      mass += keptMass(tensors, { tokens: length, dim, length, causal: false }, kept);
      heads++;
    },
    onProgress,
    ...(coarse && {
      change: (head) => ({ ...head, q: coarseCodes(head.q, bits), k: coarseCodes(head.k, bits) }),
    }),
  });
  return { series, bits, examples, correct, kept: 1 - pruning, mass: mass / heads };
}

function weightsHash(network: Network): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of network.snapshot()) {
    if (!name.startsWith('thresholds')) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
