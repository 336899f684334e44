/**
 * What scores of few bits are like, on texts of the training part with nothing pruned: the threshold of each head that keeps a
 * fraction of the pairs, and the noise that does as much harm as the bits that are missing.
 *
 * Equivalent noise: the score s of b bits is regressed on the exact one x (both q.k of quantised codes), s = a x + c + u; its noise is
 * the deviation of u / a. A gain is no noise: a threshold takes it up. One number a layer, as a design has one read noise. It is added
 * to scores of `noisyBits` bits, whose own is taken out of its square.
 */
import { Random } from '../../explore/verify/random.ts';
import { prepareHead } from '../../workload/quantise.ts';
import type { HeadTensors } from '../../workload/tensors.ts';
import { exactScore, memoryScore } from '../../workload/thresholds.ts';
import { type Example, inOrder, makeBatch } from '../batches.ts';
import { exampleTensors } from '../hardware.ts';
import type { Network } from '../network.ts';

/** Bits of query and key in memory. */
export const precisions = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export type Precision = (typeof precisions)[number];

/** Bits of the scores to which noise is added: of 8, the behavioural array cannot have the noise of 1 (PR0301). */
export const noisyBits = 7;

/** Scores in which noise is all that counts: bits, and read noise as a fraction of the largest sum. */
export const chance = { bits: 4, readSigma: 0.5 } as const;

/** The largest sum of so many bits in memory, in units of q.k of the codes: what a design's read noise is a fraction of. */
export const fullScale = (bits: Precision, dim: number): number =>
  (2 ** bits - 1) ** 2 * dim * memoryScore({ queryBits: bits, keyBits: bits }).unit;

/** A list a layer, with one a head. */
export type Thresholds = readonly (readonly number[])[];

export interface Calibration {
  /** In units of the real score. */
  readonly exact: Thresholds;
  readonly bits: Readonly<Record<Precision, Thresholds>>;
  /** For scores with the noise that is equivalent to so many bits. */
  readonly noisy: Readonly<Record<Precision, Thresholds>>;
  readonly random: Thresholds;
  readonly noise: Readonly<Record<Precision, readonly Noise[]>>;
}

/** Of one layer: standard deviations. */
export interface Noise {
  /** Equivalent to some bits: in units of q.k/sqrt(dim), root mean square over queries. */
  readonly score: number;
  /** What is added to scores of `noisyBits` bits: in units of q.k of the codes. */
  readonly added: number;
}

/** Real scores of one head of one layer, by what they are computed with; pairs in one order. */
interface Samples {
  readonly exact: number[];
  readonly bits: Record<Precision, number[]>;
  /** The real score of one unit of q.k, a pair. */
  readonly scale: number[];
}

/** Of one layer, all heads: sums for the regression of scores of b bits on exact ones, in units of q.k. */
class Regression {
  private n = 0;
  private readonly sums = { x: 0, s: 0, xx: 0, xs: 0, ss: 0 };

  add(x: number, s: number): void {
    const { sums } = this;
    this.n++;
    sums.x += x;
    sums.s += s;
    sums.xx += x * x;
    sums.xs += x * s;
    sums.ss += s * s;
  }

  /** Deviation of what is left of s, in units of x. */
  get noise(): number {
    const { n, sums } = this;
    const xx = sums.xx - sums.x ** 2 / n;
    const xs = sums.xs - (sums.x * sums.s) / n;
    const ss = sums.ss - sums.s ** 2 / n;
    const gain = xs / xx;
    return Math.sqrt(Math.max(0, ss - gain * xs) / n) / gain;
  }
}

export const perPrecision = <T>(make: (bits: Precision) => T): Record<Precision, T> =>
  Object.fromEntries(precisions.map((bits) => [bits, make(bits)])) as Record<Precision, T>;

export function calibrate(
  network: Network,
  examples: readonly Example[],
  options: { readonly keep: number; readonly batchSize: number; readonly seed: number },
): Calibration {
  const { encoder } = network;
  const samples = encoder.layers.map(() =>
    Array.from({ length: encoder.heads }, (): Samples => ({ exact: [], bits: perPrecision(() => []), scale: [] })),
  );
  const fits = encoder.layers.map(() => perPrecision(() => new Regression()));
  eachHead(network, examples, options.batchSize, (layer, head, tensors, tokens, dim) => {
    const quantised = prepareHead(tensors, { tokens, dim, validLength: tokens, causal: false });
    const exact = exactScore(28).scores(quantised);
    const own = samples[layer]![head]!;
    const real = (score: number, i: number) => score * quantised.scoreScale[i]! + quantised.scoreOffset[i]!;
    exact.forEach((x, n) => {
      const i = Math.floor(n / tokens);
      own.exact.push(real(x, i));
      own.scale.push(quantised.scoreScale[i]!);
    });
    for (const bits of precisions) {
      const { scores, unit } = memoryScore({ queryBits: bits, keyBits: bits });
      scores(quantised).forEach((m, n) => {
        own.bits[bits].push(real(m * unit, Math.floor(n / tokens)));
        fits[layer]![bits].add(exact[n]!, m * unit);
      });
    }
  });
  const r = new Random(options.seed, 0);
  const withNoise = (head: Samples, bits: Precision, sigma: number) =>
    head.bits[bits].map((s, n) => s + r.gaussian() * sigma * head.scale[n]!);
  const cut = (of: (head: Samples, layer: number) => readonly number[]): Thresholds =>
    samples.map((layer, n) => layer.map((head) => upper(of(head, n), options.keep)));
  const noise = perPrecision((bits) =>
    samples.map((layer, n) => {
      const codes = fits[n]![bits].noise;
      const added = Math.sqrt(Math.max(0, codes ** 2 - fits[n]![noisyBits].noise ** 2));
      const scales = layer.flatMap((head) => head.scale);
      const squares = scales.reduce((sum, scale) => sum + scale ** 2, 0) / scales.length;
      return { score: codes * Math.sqrt(squares), added };
    }),
  );
  return {
    exact: cut((head) => head.exact),
    bits: perPrecision((bits) => cut((head) => head.bits[bits])),
    noisy: perPrecision((bits) => cut((head, layer) => withNoise(head, noisyBits, noise[bits][layer]!.added))),
    random: cut((head, layer) =>
      withNoise(head, chance.bits, chance.readSigma * fullScale(chance.bits, encoder.layers[layer]!.dim)),
    ),
    noise,
  };
}

/** The value that this fraction is at or above, midway to the next one below. */
function upper(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).toSorted();
  const at = sorted.length - Math.round(fraction * sorted.length);
  if (at <= 0) return sorted[0]! - 1;
  if (at >= sorted.length) return sorted.at(-1)! + 1;
  return (sorted[at - 1]! + sorted[at]!) / 2;
}

/** Heads of the network without pruning. */
function eachHead(
  network: Network,
  examples: readonly Example[],
  batchSize: number,
  visit: (layer: number, head: number, tensors: HeadTensors, tokens: number, dim: number) => void,
): void {
  const { tf, encoder } = network;
  for (const part of inOrder(examples, batchSize)) {
    const batch = makeBatch(encoder, part);
    tf.tidy(() => {
      const masks = network.masks(batch);
      let x = network.enter(batch);
      encoder.layers.forEach((layer, n) => {
        const projections = network.project(layer, x, batch);
        const { query, key, value } = projections;
        for (const tensors of exampleTensors(batch, [query, key, value], encoder.heads, layer.dim)) {
          for (let h = 0; h < encoder.heads; h++) visit(n, h, tensors.head(h), tensors.tokens, layer.dim);
        }
        x = network.finish(layer, x, network.attend(n, projections, masks, 'dense', batch).context);
      });
    });
  }
}
