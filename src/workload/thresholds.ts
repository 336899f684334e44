/**
 * Thresholds of the real score q.k/sqrt(dim) turned into thresholds of the in-memory score.
 *
 * A crossbar holds the upper `keyBits` bits of each key code and is driven with the upper `queryBits`
 * bits of each query code, both by arithmetic shift (floor), and takes code h for the middle of its
 * interval, level 2h+1:
 *
 *     m = sum over channels of (2 * (q >> (8 - queryBits)) + 1) * (2 * (k >> (8 - keyBits)) + 1)
 *     q.k ~ m * 2^(14 - queryBits - keyBits)
 *
 * A pair is kept iff m >= T; equality keeps. Errors: PR0450 bits, guard or fraction out of range,
 * PR0451 the thresholds do not fit the queries.
 */
import { PrunusError } from '../errors.ts';
import type { QuantisedHead } from './quantise.ts';
import { isValidPair } from './reference.ts';

/** Thresholds travel as signed 28-bit numbers. */
export const maxMemoryThreshold = 2 ** 27 - 1;
export const minMemoryThreshold = -(2 ** 27);

export interface MemoryCoding {
  /** Upper bits of a query code that reach the array, 1 to 8. */
  readonly queryBits: number;
  /** Upper bits of a key code that the array holds, 1 to 8. */
  readonly keyBits: number;
  /** Subtracted from every threshold, in units of the in-memory score: keeps more. 0 or more, whole. */
  readonly guard: number;
}

export interface ThresholdRequest extends MemoryCoding {
  /** Real score at which a key is kept: one number, or one a query. Infinities are allowed. */
  readonly threshold: number | ArrayLike<number>;
  readonly scoreScale: ArrayLike<number>;
  readonly scoreOffset: ArrayLike<number>;
}

/** One threshold a query: ceil(theta / 2^(14 - queryBits - keyBits)) - guard, theta in units of q.k, clamped. */
export function memoryThresholds(request: ThresholdRequest): Int32Array {
  const { threshold, scoreScale, scoreOffset, guard } = request;
  checkCoding(request);
  const queries = scoreScale.length;
  if (scoreOffset.length !== queries || (typeof threshold !== 'number' && threshold.length !== queries)) {
    const given = typeof threshold === 'number' ? 'one threshold' : `${threshold.length} thresholds`;
    throw new PrunusError('PR0451', `${given} and ${scoreOffset.length} offsets given for ${queries} queries`);
  }
  const unit = memoryUnit(request);
  const out = new Int32Array(queries);
  for (let i = 0; i < queries; i++) {
    const real = typeof threshold === 'number' ? threshold : threshold[i];
    if (Number.isNaN(real)) throw new PrunusError('PR0451', `the threshold of query ${i} is not a number`);
    const exact = Math.ceil((real - scoreOffset[i]) / scoreScale[i] / unit) - guard;
    out[i] = Math.max(minMemoryThreshold, Math.min(maxMemoryThreshold, exact));
  }
  return out;
}

/** How much q.k one unit of in-memory score stands for: 2^(14 - queryBits - keyBits). */
export function memoryUnit({ queryBits, keyBits }: MemoryCoding): number {
  return 2 ** (14 - queryBits - keyBits);
}

function checkCoding({ queryBits, keyBits, guard }: MemoryCoding): void {
  for (const [name, bits] of [
    ['queryBits', queryBits],
    ['keyBits', keyBits],
  ] as const) {
    if (!Number.isInteger(bits) || bits < 1 || bits > 8) {
      throw new PrunusError('PR0450', `${name} is ${bits}; a whole number from 1 to 8 is needed`);
    }
  }
  if (!Number.isInteger(guard) || guard < 0 || guard > maxMemoryThreshold) {
    throw new PrunusError('PR0450', `guard is ${guard}; a whole number from 0 to ${maxMemoryThreshold} is needed`);
  }
}

/** Every in-memory score of a head, row-major `[tokens, tokens]`, masks ignored. */
export function memoryScores(
  head: Pick<QuantisedHead, 'q' | 'k' | 'tokens' | 'dim'>,
  coding: MemoryCoding,
): Int32Array {
  checkCoding(coding);
  const { tokens, dim } = head;
  const q = head.q.map((x) => x >> (8 - coding.queryBits));
  const k = head.k.map((x) => x >> (8 - coding.keyBits));
  const scores = new Int32Array(tokens * tokens);
  for (let i = 0; i < tokens; i++) {
    for (let j = 0; j < tokens; j++) {
      let m = 0;
      for (let c = 0; c < dim; c++) m += (2 * q[i * dim + c] + 1) * (2 * k[j * dim + c] + 1);
      scores[i * tokens + j] = m;
    }
  }
  return scores;
}

export interface KeepRequest extends MemoryCoding {
  readonly head: Pick<QuantisedHead, 'q' | 'k' | 'tokens' | 'dim' | 'scoreScale' | 'scoreOffset'>;
  readonly validLength?: number | undefined;
  readonly causal?: boolean | undefined;
  /** Fraction of the valid pairs to keep, 0 to 1. */
  readonly fraction: number;
}

export interface KeepThreshold {
  /** Real score, finite: one for the whole head. */
  readonly threshold: number;
  /** Pairs that `memoryThresholds` of it keeps, of the pairs inside the length and the causal mask. */
  readonly keptPairs: number;
  readonly validPairs: number;
}

/**
 * The real threshold that keeps `fraction` of the valid pairs in the in-memory comparison: the
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
  const memory = memoryScores(head, request);
  const real = realScores(request, memory).toSorted();
  const target = Math.round(fraction * real.length);
  const threshold = cut(real, real.length - target);
  const limits = memoryThresholds({ ...request, ...head, threshold });
  let keptPairs = 0;
  forValidPairs(request, (i, j) => {
    if (memory[i * head.tokens + j] >= limits[i]) keptPairs++;
  });
  return { threshold, keptPairs, validPairs: real.length };
}

/** The real score at which each valid pair would just be kept. */
function realScores(request: KeepRequest, memory: Int32Array): Float64Array {
  const { head, guard, causal = false } = request;
  const { validLength = head.tokens } = request;
  const unit = memoryUnit(request);
  const real = new Float64Array(causal ? (validLength * (validLength + 1)) / 2 : validLength ** 2);
  let used = 0;
  forValidPairs(request, (i, j) => {
    real[used++] = (memory[i * head.tokens + j] + guard) * unit * head.scoreScale[i] + head.scoreOffset[i];
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
