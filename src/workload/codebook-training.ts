/**
 * Codebooks from recorded tensors: the keys of a head, quantised as the design takes them, are clustered subspace by subspace (k-means,
 * k-means++ seeds), in codes, where distances are what the crossbars find. Keys are centred, as softmax does not see one vector added
 * to all; with `balanced` mixing (`codebook-mix.ts`) distances count by what they do to q.k.
 *
 * Error: PR0460 options that cannot be.
 */
import { kmeans } from 'ml-kmeans';
import { Matrix } from 'ml-matrix';
import { PrunusError } from '../errors.ts';
import { mix as hash } from '../numerics/random.ts';
import { balancedMix, codebookScheme, mixedTensors } from './codebook-mix.ts';
import { type CodebookFile, type CodebookHead, type CodebookLayer, isPowerOfTwo } from './codebook-file.ts';
import { prepareHead, type QuantisedHead } from './quantise.ts';
import type { AttentionTensors } from './tensors.ts';

export interface CodebookOptions {
  readonly subspaces: number;
  /** A power of two, 2 to 256. */
  readonly centroids: number;
  readonly mixing: 'none' | 'balanced';
  /** How far errors are weighted by the queries: 0 to 1/2. Default 0.35; without effect on `none`. */
  readonly power?: number | undefined;
  /** Unsigned, 32 bits. Default 1. */
  readonly seed?: number | undefined;
  /** Whose layers they are. Default `tensors`. */
  readonly model?: string | undefined;
}

export interface TrainingLayer {
  readonly name: string;
  readonly tensors: AttentionTensors;
  /** Tokens before padding. Default all. */
  readonly validLength?: number | undefined;
}

/** Picked by hand from 0.25, 0.35 and 0.5, which differ little: `docs/hardsea.md`. */
const defaultPower = 0.35;

/** Codebooks of a model's layers. The same tensors and options give the same codebooks. Throws PR0460. */
export function trainCodebooks(layers: readonly TrainingLayer[], options: CodebookOptions): CodebookFile {
  const { model = 'tensors', subspaces, centroids, mixing, power = defaultPower, seed = 1 } = options;
  return {
    kind: 'prunus-codebook',
    version: 1,
    model,
    about: { subspaces, centroids, mixing, ...(mixing === 'balanced' ? { power } : {}), seed },
    layers: layers.map((layer) => trainLayer(layer, { ...options, power, seed })),
  };
}

type Settled = CodebookOptions & { readonly power: number; readonly seed: number };

function trainLayer({ name, tensors, validLength = tensors.tokens }: TrainingLayer, options: Settled): CodebookLayer {
  const { subspaces, centroids, mixing, power } = options;
  const { tokens, dim, heads } = tensors;
  checkOptions(options, tensors, validLength);
  const indices = Array.from({ length: heads }, (_, h) => h);
  const seeds = indices.map((h) => hash((options.seed ^ hash(h + 1)) >>> 0));
  const rows = (x: ArrayLike<number>): Matrix =>
    Matrix.from1DArray(validLength, dim, Array.from(x).slice(0, validLength * dim));
  const mixes = indices.map((h) => {
    if (mixing === 'none') return null;
    const { q, k } = tensors.head(h);
    return balancedMix(rows(q), rows(k), { subspaces, power, seed: seeds[h]! }).to1DArray().map(short);
  });
  const mixed = { name, heads: mixes.map((mix) => ({ centroids: [], queries: [], mix })) };
  const taken = mixedTensors(tensors, mixed);
  const scheme = codebookScheme(mixed);
  return {
    name,
    dim,
    subspaces,
    centroids,
    heads: indices.map((h): CodebookHead => {
      const quantised = prepareHead(taken.head(h), { tokens, dim, validLength }, scheme);
      return { ...trainHead(quantised, validLength, options, seeds[h]!), mix: mixes[h]! };
    }),
  };
}

/** Seven digits: what a float32 has. */
const short = (x: number): number => Number(x.toPrecision(7));

function trainHead(
  { q, k, keyScale, dim }: QuantisedHead,
  length: number,
  { subspaces, centroids }: CodebookOptions,
  seed: number,
): Omit<CodebookHead, 'mix'> {
  const size = dim / subspaces;
  const out: Omit<CodebookHead, 'mix'> = { centroids: [], queries: [] };
  for (let m = 0; m < subspaces; m++) {
    const part = (x: ArrayLike<number>): number[][] =>
      Array.from({ length }, (_, i) => Array.from({ length: size }, (_element, d) => x[i * dim + m * size + d]!));
    const found = cluster(part(k), centroids, hash((seed ^ hash(m + 1)) >>> 0));
    out.queries.push(
      ...meanQueries(part(q), found)
        .flat()
        .map((x) => short(x / 127)),
    );
    out.centroids.push(...found.flatMap((c) => c.map((x, d) => short(x * keyScale[m * size + d]!))));
  }
  return out;
}

/** As many centroids as asked for; with fewer different points than that, some twice. */
function cluster(points: number[][], count: number, seed: number): number[][] {
  const different = [...new Map(points.map((x) => [x.join(), x])).values()];
  if (different.length <= count) return Array.from({ length: count }, (_, c) => different[c % different.length]!);
  return kmeans(points, count, { seed, initialization: 'kmeans++', maxIterations: 100 }).centroids;
}

/** The mean of the queries nearest to each centroid, which are those that the crossbars take for it; of all for a centroid that has none. */
function meanQueries(queries: readonly number[][], centroids: readonly number[][]): number[][] {
  const distance = (query: number[], c: number[]): number => query.reduce((sum, x, d) => sum + (x - c[d]!) ** 2, 0);
  const nearest = queries.map((query) => {
    const all = centroids.map((c) => distance(query, c));
    return all.indexOf(Math.min(...all));
  });
  const mean = (some: readonly number[][]): number[] =>
    centroids[0]!.map((_, d) => some.reduce((sum, query) => sum + query[d]!, 0) / some.length);
  return centroids.map((_, c) => {
    const own = queries.filter((_query, i) => nearest[i] === c);
    return mean(own.length > 0 ? own : queries);
  });
}

function checkOptions(
  { subspaces, centroids, power, seed }: Settled,
  { dim, tokens }: AttentionTensors,
  length: number,
): void {
  const fail = (message: string): never => {
    throw new PrunusError('PR0460', message);
  };
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    fail(`${name} is ${value}; a whole number from ${least} to ${most} is needed`);
  };
  whole('subspaces', subspaces, 1, 64);
  whole('centroids', centroids, 2, 256);
  whole('the seed', seed, 0, 2 ** 32 - 1);
  whole('the valid length', length, 1, tokens);
  if (!isPowerOfTwo(centroids)) fail(`${centroids} centroids cannot be: their numbers need a power of two`);
  if (dim % subspaces !== 0) fail(`${subspaces} subspaces do not divide a vector of ${dim} elements evenly`);
  if (!(power >= 0 && power <= 0.5)) fail(`the power is ${power}; 0 to 0.5 is needed`);
}
