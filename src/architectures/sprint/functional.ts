/**
 * SPRINT's functional golden model: every output bit of one head, by straight loops written from the specification,
 * independent of the netlist's process network. Per query row i (`docs/sprint.md`, ARCHITECTURE.md):
 *
 *     kept    valid keys that the crossbar keeps (all valid keys when pruning is off)
 *     score   s_j = sat12((q_i . k_j * multiplier_i + 2^(shift-1)) >> shift)
 *     weight  e_j = exp of min((max s - s_j) << expShift, 4095) / 256, Q1.16;  sum = sum of e_j
 *     output  Q8.8, in one of two forms (`Normalisation`)
 *
 * Exact in doubles: dot <= 2^14 * 4096 = 2^26, times a 16-bit multiplier 2^42; rounding terms to 2^51. Up to 16383
 * keys of e <= 2^16 make sum < 2^30, hence z <= 30, and |acc| <= 128 sum, hence |acc * r| <= 128 * 2^(z+15) <= 2^52;
 * its rounding term is 2^36. e * r <= sum * r <= 2^(z+15).
 *
 * Error: PR0310 a head that does not fit. The crossbar's own are PR0301 and PR0302.
 */
import { PrunusError } from '../../errors.ts';
import { dotRows, dotRowsSize, weightedRows } from '../../numerics/dot.ts';
import { saturate, shiftRightFloor, shiftRightRound } from '../../numerics/fixed.ts';
import { maxExponent, reciprocal, weight } from '../../numerics/softmax.ts';
import { type CrossbarDesign, KeyCrossbar, queryLevels } from '../../reram/crossbar.ts';

/**
 * `deferred` divides once: out_d = sat16((sum e v_d) * r >> (z+7), rounded), r and z the reciprocal of the sum.
 * `probability` is the paper's: p = min(255, e * r >> (z+7)), 8 bits of e/sum; out_d = sat16(sum p v_d).
 */
export type Normalisation = 'deferred' | 'probability';

export interface SprintFunctionalDesign extends CrossbarDesign {
  readonly scoreBits: 12;
  readonly normalisation: Normalisation;
  /** How p of the `probability` form comes to 8 bits; no effect on `deferred`. */
  readonly probabilityRounding: 'truncate' | 'round';
}

export interface SprintHead {
  /** Tokens without padding, 0 to the design's; every array holds these only. */
  readonly length: number;
  /** Query i sees keys 0 to i only. */
  readonly causal: boolean;
  /** False keeps every valid key and leaves the crossbar out. */
  readonly prune: boolean;
  /** 0 to 52. */
  readonly scoreShift: number;
  /** 0 to 12: scores have 8 - expShift fraction bits. */
  readonly expShift: number;
  /** Unsigned, 32 bits. */
  readonly noiseSeed: number;
  /** Row-major `[length, dim]`, -128 to 127. */
  readonly q: Int8Array;
  readonly k: Int8Array;
  readonly v: Int8Array;
  /** One a query. */
  readonly multiplier: Uint16Array;
  /** One a query, in the units of the in-memory sum (2 qh + 1)(2 h + 1). */
  readonly threshold: Int32Array;
}

export interface SprintOutput {
  /** `[length, dim]`, Q8.8; zeros in rows that keep nothing. */
  readonly out: Int16Array;
  /** `[length]`, 1 where a query keeps nothing. */
  readonly none: Uint8Array;
  /** `[length, length]`, 1 where query (row) keeps key (column). */
  readonly kept: Uint8Array;
  readonly keptCount: number;
}

/** Tokens beyond which `acc * r` could pass 2^53. */
export const mostTokens = 16383;

/** The outputs of one head. Throws PR0301, PR0302, PR0310. */
export function sprintHead(design: SprintFunctionalDesign, head: SprintHead): SprintOutput {
  checkHead(design, head);
  const { dim, scoreBits } = design;
  const { length, multiplier, scoreShift, expShift } = head;
  const [q, k, v] = [head.q, head.k, head.v].map((x) => new Float64Array(x));
  const select = selector(design, head);
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  const kept = new Uint8Array(length * length);
  let keptCount = 0;
  const keys = new Int32Array(length);
  const scores = new Float64Array(dotRowsSize(length));
  const sums = new Float64Array(dim);
  for (let i = 0; i < length; i++) {
    const count = select(i, keys);
    keptCount += count;
    if (count === 0) {
      none[i] = 1;
      continue;
    }
    for (let n = 0; n < count; n++) kept[i * length + keys[n]] = 1;
    dotRows(q, i * dim, k, dim, keys, count, scores);
    let max = -Infinity;
    for (let n = 0; n < count; n++) {
      scores[n] = saturate(shiftRightRound(scores[n] * multiplier[i], scoreShift), scoreBits);
      max = Math.max(max, scores[n]);
    }
    let sum = 0;
    for (let n = 0; n < count; n++) {
      scores[n] = weight(Math.min((max - scores[n]) << expShift, maxExponent));
      sum += scores[n];
    }
    const { r, z } = reciprocal(sum);
    if (design.normalisation === 'probability') {
      const shift = design.probabilityRounding === 'round' ? shiftRightRound : shiftRightFloor;
      for (let n = 0; n < count; n++) scores[n] = Math.min(255, shift(scores[n] * r, z + 7));
    }
    weightedRows(scores, v, keys, count, sums);
    for (let d = 0; d < dim; d++) {
      const sumOfRow = design.normalisation === 'deferred' ? shiftRightRound(sums[d] * r, z + 7) : sums[d];
      out[i * dim + d] = saturate(sumOfRow, 16);
    }
  }
  return { out, none, kept, keptCount };
}

/** Writes the keys that query i keeps, ascending, and returns how many. */
function selector(design: SprintFunctionalDesign, head: SprintHead): (i: number, keys: Int32Array) => number {
  const valid = (i: number): number => (head.causal ? i + 1 : head.length);
  if (head.prune) {
    const crossbar = new KeyCrossbar(design, head.noiseSeed, head.k);
    const levels = queryLevels(head.q, design.dacBits);
    return (i, keys) => crossbar.keep(levels, i, valid(i), head.threshold[i], keys);
  }
  return (i, keys) => {
    for (let j = 0; j < valid(i); j++) keys[j] = j;
    return valid(i);
  };
}

function checkHead(design: SprintFunctionalDesign, head: SprintHead): void {
  const { length } = head;
  const { tokens, dim } = design;
  const fail = (message: string): never => {
    throw new PrunusError('PR0310', message);
  };
  const integer = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    fail(`${name} is ${value}; an integer from ${least} to ${most} is allowed`);
  };
  integer('dim', dim, 1, 4096);
  integer('tokens', tokens, 1, mostTokens);
  integer('length', length, 0, tokens);
  integer('scoreShift', head.scoreShift, 0, 52);
  integer('expShift', head.expShift, 0, 12);
  integer('noiseSeed', head.noiseSeed, 0, 2 ** 32 - 1);
  for (const name of ['q', 'k', 'v', 'multiplier', 'threshold'] as const) {
    const expected = name === 'multiplier' || name === 'threshold' ? length : length * dim;
    if (head[name].length !== expected) {
      fail(`${name} has ${head[name].length} elements; a length of ${length} with dim ${dim} takes ${expected}`);
    }
  }
}
