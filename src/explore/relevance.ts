/**
 * How good a prediction of relevance is: how many of the truly largest scores it keeps, and how much of the attention. Two others keep as many
 * pairs: an oracle that knows the scores, and SPRINT's in-memory score of 4 bits a query and a key. All of one head, over the pairs inside
 * length and causal mask.
 */
import { prepareHead } from '../workload/quantise.ts';
import { isValidPair } from '../workload/reference.ts';
import type { HeadTensors } from '../workload/tensors.ts';
import { memoryScore } from '../workload/thresholds.ts';

export interface Masks {
  readonly tokens: number;
  readonly dim: number;
  /** Tokens before padding. */
  readonly length: number;
  readonly causal: boolean;
}

/** `threshold`: one for the whole head, hence its largest scores; `top`: a number of keys for every query. */
export type Selection = 'threshold' | 'top';

export interface KeptQuality {
  /** Mean over the queries of the share of the float softmax that the kept keys have. */
  readonly mass: number;
  /** Share of the oracle's pairs that are kept. */
  readonly recall: number;
}

export interface RelevanceQuality {
  /** Of the pairs inside the masks. */
  readonly keptFraction: number;
  readonly predicted: KeptQuality;
  readonly oracle: KeptQuality;
  readonly memory: KeptQuality;
}

/**
 * Of a kept set, `[length, length]`. With `threshold` the others keep as many pairs of the head, with `top` as many of each query; of equal scores those
 * of the lowest index.
 */
export function relevanceQuality(
  tensors: HeadTensors,
  masks: Masks,
  kept: ArrayLike<number>,
  selection: Selection,
): RelevanceQuality {
  const { length, causal } = masks;
  const real = realScores(tensors, masks);
  const weights = softmax(real, masks);
  const best = largest(real, masks, kept, selection);
  const quality = (keeps: ArrayLike<number>): KeptQuality => {
    let both = 0;
    let all = 0;
    for (let n = 0; n < length * length; n++) {
      all += best[n]!;
      if (keeps[n]) both += best[n]!;
    }
    return { mass: massOf(weights, keeps) / length, recall: all > 0 ? both / all : 1 };
  };
  const valid = causal ? (length * (length + 1)) / 2 : length ** 2;
  return {
    keptFraction: sum(kept) / valid,
    predicted: quality(kept),
    oracle: quality(best),
    memory: quality(largest(memoryScores(tensors, masks), masks, kept, selection)),
  };
}

/** Mean over the queries of the share of the float softmax that the kept keys have; `kept` is `[length, length]`. */
export function keptMass(tensors: HeadTensors, masks: Masks, kept: ArrayLike<number>): number {
  return massOf(softmax(realScores(tensors, masks), masks), kept) / masks.length;
}

const massOf = (weights: Float64Array, kept: ArrayLike<number>): number =>
  weights.reduce((mass, weight, n) => mass + (kept[n] ? weight : 0), 0);

const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0);

/** q.k / sqrt(dim) of the tensors as given, `[length, length]`. */
function realScores({ q, k }: HeadTensors, { dim, length }: Masks): Float64Array {
  return Float64Array.from({ length: length * length }, (_, n) => {
    const [i, j] = [Math.floor(n / length) * dim, (n % length) * dim];
    let dot = 0;
    for (let d = 0; d < dim; d++) dot += q[i + d]! * k[j + d]!;
    return dot / Math.sqrt(dim);
  });
}

/** SPRINT's scores of the head as it would be quantised for it, in units of the real score. */
function memoryScores(tensors: HeadTensors, { tokens, dim, length, causal }: Masks): Float64Array {
  const head = prepareHead(tensors, { tokens, dim, validLength: length, causal });
  const { scores, unit } = memoryScore({ queryBits: 4, keyBits: 4 });
  const all = scores(head);
  return Float64Array.from({ length: length * length }, (_, n) => {
    const i = Math.floor(n / length);
    return all[i * tokens + (n % length)]! * unit * head.scoreScale[i]! + head.scoreOffset[i]!;
  });
}

function softmax(scores: Float64Array, { length, causal }: Masks): Float64Array {
  const out = new Float64Array(length * length);
  for (let i = 0; i < length; i++) {
    const row = scores.subarray(i * length, i * length + (causal ? i + 1 : length));
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = row.reduce((all, x) => all + Math.exp(x - most), 0);
    row.forEach((x, j) => (out[i * length + j] = Math.exp(x - most) / total));
  }
  return out;
}

/** As many pairs as `kept` has, of the largest scores. */
function largest(
  scores: Float64Array,
  { length, causal }: Masks,
  kept: ArrayLike<number>,
  selection: Selection,
): Uint8Array {
  const out = new Uint8Array(length * length);
  const take = (from: number, to: number): void => {
    const pairs: number[] = [];
    let count = 0;
    for (let n = from; n < to; n++) {
      if (!isValidPair(Math.floor(n / length), n % length, length, causal)) continue;
      pairs.push(n);
      count += kept[n] ? 1 : 0;
    }
    pairs.sort((a, b) => scores[b]! - scores[a]! || a - b);
    for (const n of pairs.slice(0, count)) out[n] = 1;
  };
  if (selection === 'threshold') take(0, length * length);
  else for (let i = 0; i < length; i++) take(i * length, (i + 1) * length);
  return out;
}

/** The k for which the k best keys of every query, or all where it sees fewer, are nearest to a fraction of the valid pairs; 1 or more. */
export function topKForKeep(fraction: number, length: number, causal: boolean): number {
  const seen = Array.from({ length }, (_, i) => (causal ? i + 1 : length));
  const target = fraction * sum(seen);
  let nearest = 1;
  let off = Infinity;
  for (let k = 1; k <= length; k++) {
    const error = Math.abs(sum(seen.map((n) => Math.min(k, n))) - target);
    if (error >= off) break;
    nearest = k;
    off = error;
  }
  return nearest;
}
