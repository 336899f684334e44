/**
 * Thresholds of the real score q.k/sqrt(dim) turned into thresholds of what a design compares them with: an integer score
 * of every pair, one unit of which stands for some amount of q.k. A pair is kept iff score >= threshold; equality keeps.
 *
 * Errors: PR0450 bits, guard or fraction out of range, PR0451 the thresholds do not fit the queries.
 */
import type { Integers } from '../architectures/head.ts';
import { PrunusError } from '../errors.ts';
import { dotRows, dotRowsSize } from '../numerics/dot.ts';
import type { QuantisedHead } from './quantise.ts';
import { isValidPair } from './reference.ts';

type Codes = Pick<QuantisedHead, 'q' | 'k' | 'tokens' | 'dim'>;

/** What a design holds against a threshold. */
export interface PruningScore {
  /** How much q.k one unit stands for. */
  readonly unit: number;
  /** Thresholds that the design can hold. */
  readonly least: number;
  readonly most: number;
  /** Subtracted from every threshold, in units of the score, whole: keeps more; below 0 where a score of 0 stands for a q.k below 0. */
  readonly guard: number;
  /** Row-major `[tokens, tokens]`, masks ignored. */
  readonly scores: (head: Codes) => Float64Array;
}

/** Thresholds of in-memory scores travel as signed 28-bit numbers. */
const memoryThresholdBits = 28;

export interface MemoryCoding {
  /** Upper bits of a query code that reach the array, 1 to 8. */
  readonly queryBits: number;
  /** Upper bits of a key code that the array holds, 1 to 8. */
  readonly keyBits: number;
  readonly guard?: number | undefined;
}

/**
 * The score of a crossbar that holds the upper `keyBits` bits of each key code and is driven with the upper `queryBits`
 * bits of each query code, both by arithmetic shift (floor), and takes code h for the middle of its
 * interval, level 2h+1:
 *
 *     m = sum over channels of (2 * (q >> (8 - queryBits)) + 1) * (2 * (k >> (8 - keyBits)) + 1)
 *     q.k ~ m * 2^(14 - queryBits - keyBits)
 */
export function memoryScore({ queryBits, keyBits, guard = 0 }: MemoryCoding): PruningScore {
  const most = 2 ** (memoryThresholdBits - 1) - 1;
  for (const [name, bits] of [
    ['queryBits', queryBits],
    ['keyBits', keyBits],
  ] as const) {
    if (!Number.isInteger(bits) || bits < 1 || bits > 8) {
      throw new PrunusError('PR0450', `${name} is ${bits}; a whole number from 1 to 8 is needed`);
    }
  }
  if (!Number.isInteger(guard) || guard < 0 || guard > most) {
    throw new PrunusError('PR0450', `guard is ${guard}; a whole number from 0 to ${most} is needed`);
  }
  return {
    unit: 2 ** (14 - queryBits - keyBits),
    least: -most - 1,
    most,
    guard,
    scores: ({ q, k, tokens, dim }) => products(levels(q, queryBits), levels(k, keyBits), tokens, dim),
  };
}

/** Twice the middle of the interval, of 2^(8-bits) codes, that an 8-bit code is in; in units of that interval. */
const levels = (x: Integers, bits: number): Float64Array =>
  Float64Array.from(x, (code) => 2 * (code >> (8 - bits)) + 1);

/** 8-bit codes of which only the upper `bits` bits are known, 1 to 7: the middles of the intervals that they are in. */
export const coarseCodes = (x: Integers, bits: number): Int8Array =>
  Int8Array.from(levels(x, bits), (level) => level * 2 ** (7 - bits));

/** The dot product itself, held against thresholds of `thresholdBits` bits. */
export function exactScore(thresholdBits: number): PruningScore {
  const most = 2 ** (thresholdBits - 1) - 1;
  const scores = ({ q, k, tokens, dim }: Codes) => products(Float64Array.from(q), Float64Array.from(k), tokens, dim);
  return { unit: 1, least: -most - 1, most, guard: 0, scores };
}

/** Every q_i.k_j. */
function products(q: Float64Array, k: Float64Array, tokens: number, dim: number): Float64Array {
  const out = new Float64Array(tokens * tokens);
  const rows = Int32Array.from({ length: tokens }, (_, j) => j);
  const row = new Float64Array(dotRowsSize(tokens));
  for (let i = 0; i < tokens; i++) {
    dotRows(q, i * dim, k, dim, rows, tokens, row);
    out.set(row.subarray(0, tokens), i * tokens);
  }
  return out;
}

export interface ThresholdRequest {
  /** Real score at which a key is kept: one number, or one a query. Infinities are allowed. */
  readonly threshold: number | ArrayLike<number>;
  readonly scoreScale: ArrayLike<number>;
  readonly scoreOffset: ArrayLike<number>;
}

/** One threshold a query: ceil(theta / unit) - guard, theta in units of q.k, clamped. */
export function integerThresholds(score: PruningScore, request: ThresholdRequest): Float64Array {
  const { threshold, scoreScale, scoreOffset } = request;
  const queries = scoreScale.length;
  if (scoreOffset.length !== queries || (typeof threshold !== 'number' && threshold.length !== queries)) {
    const given = typeof threshold === 'number' ? 'one threshold' : `${threshold.length} thresholds`;
    throw new PrunusError('PR0451', `${given} and ${scoreOffset.length} offsets given for ${queries} queries`);
  }
  const out = new Float64Array(queries);
  for (let i = 0; i < queries; i++) {
    const real = typeof threshold === 'number' ? threshold : threshold[i];
    if (Number.isNaN(real)) throw new PrunusError('PR0451', `the threshold of query ${i} is not a number`);
    const exact = Math.ceil((real - scoreOffset[i]) / scoreScale[i] / score.unit) - score.guard;
    out[i] = Math.max(score.least, Math.min(score.most, exact));
  }
  return out;
}

export interface KeepRequest {
  readonly head: Codes & Pick<QuantisedHead, 'scoreScale' | 'scoreOffset'>;
  readonly score: PruningScore;
  readonly validLength?: number | undefined;
  readonly causal?: boolean | undefined;
  /** Fraction of the valid pairs to keep, 0 to 1. */
  readonly fraction: number;
}

export interface KeepThreshold {
  /** Real score, finite: one for the whole head. */
  readonly threshold: number;
  /** Pairs that `integerThresholds` of it keeps, of the pairs inside the length and the causal mask. */
  readonly keptPairs: number;
  readonly validPairs: number;
}

/**
 * The real threshold that keeps `fraction` of the valid pairs in a design's comparison: the
 * round(fraction * validPairs) highest ones. The threshold lies midway between the lowest kept and the
 * highest dropped score (scores of two queries closer than rounding may still fall on one side). Ties are never split: pairs that score like the lowest kept one are all
 * kept, so `keptPairs` may exceed the target.
 */
export function thresholdForKeep(request: KeepRequest): KeepThreshold {
  const { head, fraction } = request;
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new PrunusError('PR0450', `the fraction to keep is ${fraction}; 0 to 1 is needed`);
  }
  const { validLength = head.tokens } = request;
  if (!Number.isInteger(validLength) || validLength < 1 || validLength > head.tokens) {
    throw new PrunusError('PR0450', `the valid length is ${validLength}; 1 to ${head.tokens} is needed`);
  }
  const scores = request.score.scores(head);
  const real = realScores(request, scores).toSorted();
  const target = Math.round(fraction * real.length);
  const threshold = cut(real, real.length - target);
  const limits = integerThresholds(request.score, { ...head, threshold });
  let keptPairs = 0;
  forValidPairs(request, (i, j) => {
    if (scores[i * head.tokens + j] >= limits[i]) keptPairs++;
  });
  return { threshold, keptPairs, validPairs: real.length };
}

/** The real score at which each valid pair would just be kept. */
function realScores(request: KeepRequest, scores: Float64Array): Float64Array {
  const { head, causal = false } = request;
  const { unit, guard } = request.score;
  const { validLength = head.tokens } = request;
  const real = new Float64Array(causal ? (validLength * (validLength + 1)) / 2 : validLength ** 2);
  let used = 0;
  forValidPairs(request, (i, j) => {
    real[used++] = (scores[i * head.tokens + j] + guard) * unit * head.scoreScale[i] + head.scoreOffset[i];
  });
  return real;
}

function forValidPairs(request: KeepRequest, visit: (i: number, j: number) => void): void {
  const { head, causal = false } = request;
  const { tokens } = head;
  const { validLength = tokens } = request;
  for (let i = 0; i < validLength; i++) {
    for (let j = 0; j < tokens && isValidPair(i, j, validLength, causal); j++) visit(i, j);
  }
}

/** A value between ascending `sorted[at - 1]` and `sorted[at]`, moved down past ties; past the ends, 1 outside. */
function cut(sorted: Float64Array, at: number): number {
  if (at === sorted.length) return sorted[at - 1] + 1 + Math.abs(sorted[at - 1]) * 1e-6;
  let below = at - 1;
  while (below >= 0 && sorted[below] === sorted[at]) below--;
  if (below < 0) return sorted[at] - 1 - Math.abs(sorted[at]) * 1e-6;
  return (sorted[below] + sorted[at]) / 2;
}
