/**
 * The whole of LeOPArd as straight loops, from the formulas: each bound is computed from the definition, not step by step as the
 * hardware does.
 */
import { bitsLeft, dotBits, groupsOf } from '../../components/dot-payloads.ts';
import { PrunusError } from '../../errors.ts';
import { dotRows, dotRowsSize, weightedRows } from '../../numerics/dot.ts';
import { saturate, shiftRightRound } from '../../numerics/fixed.ts';
import { divide, maxExponent, reciprocal, weight } from '../../numerics/softmax.ts';
import type { LeopardParameters } from './parameters.ts';

/** One head, as its streams carry it. */
export interface LeopardHead {
  readonly length: number;
  readonly causal: boolean;
  /** Off: no key ends early and all are kept. */
  readonly prune: boolean;
  readonly scoreShift: number;
  readonly expShift: number;
  /** Row-major `[length, dim]`; in the ranges of queryBits, keyBits and valueBits, two's complement. */
  readonly q: Int16Array;
  readonly k: Int16Array;
  readonly v: Int16Array;
  /** One a query. */
  readonly multiplier: Uint16Array;
  /** One a query, in units of the dot product; a key is kept iff q.k >= threshold. */
  readonly threshold: Float64Array;
}

export interface LeopardOutput {
  /** `[length, dim]`, 16 bits of which 16 - valueBits are fraction; zeros in rows that keep nothing. */
  readonly out: Int16Array;
  /** `[length]`, 1 where a query keeps nothing. */
  readonly none: Uint8Array;
  /** `[length, length]`, 1 where query (row) keeps key (column). */
  readonly kept: Uint8Array;
  readonly keptCount: number;
  /** `[length, length]`, the groups of bits that were looked at; 0 where a mask is. */
  readonly groups: Uint8Array;
  /** Keys that ended with group 0, 1, ...: the last entry has those that went all the way. */
  readonly histogram: Float64Array;
}

/** The outputs of one head. Throws PR0311. */
export function leopardHead(p: LeopardParameters, head: LeopardHead): LeopardOutput {
  checkHead(p, head);
  const { dim } = p;
  const { length, multiplier, scoreShift, expShift } = head;
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  const kept = new Uint8Array(length * length);
  const v = new Float64Array(head.v);
  const keys = new Int32Array(length);
  const scores = new Float64Array(dotRowsSize(length));
  const sums = new Float64Array(dim);
  const front = new FrontEnd(p, head);
  let keptCount = 0;
  for (let i = 0; i < length; i++) {
    const count = front.query(i, keys, scores);
    keptCount += count;
    if (count === 0) {
      none[i] = 1;
      continue;
    }
    let max = -Infinity;
    for (let n = 0; n < count; n++) {
      kept[i * length + keys[n]] = 1;
      scores[n] = saturate(shiftRightRound(scores[n] * multiplier[i], scoreShift), p.scoreBits);
      max = Math.max(max, scores[n]);
    }
    let sum = 0;
    for (let n = 0; n < count; n++) {
      scores[n] = weight(Math.min((max - scores[n]) * 2 ** expShift, maxExponent));
      sum += scores[n];
    }
    const { r, z } = reciprocal(sum);
    weightedRows(scores, v, keys, count, sums);
    for (let d = 0; d < dim; d++) out[i * dim + d] = saturate(divide(sums[d], r, z + p.valueBits - 1), 16);
  }
  return { out, none, kept, keptCount, groups: front.groups, histogram: front.histogram };
}

/** What the dot-product units decide. */
class FrontEnd {
  readonly groups: Uint8Array;
  readonly histogram: Float64Array;

  private readonly p: LeopardParameters;
  private readonly head: LeopardHead;
  private readonly q: Float64Array;
  /** Keys as far as they are known after each group: s_i * floor(|k_i| / 2^r) * 2^r. */
  private readonly known: Float64Array[];
  /** 1 where an element of a key is not negative, and 1 where it is. */
  private readonly positive: Float64Array;
  private readonly negative: Float64Array;
  private readonly all: Int32Array;

  constructor(p: LeopardParameters, head: LeopardHead) {
    this.p = p;
    this.head = head;
    const largest = 2 ** (p.keyBits - 1) - 1;
    const k = Float64Array.from(head.k, (x) => Math.max(-largest, x));
    this.q = new Float64Array(head.q);
    this.known = Array.from({ length: groupsOf(p) }, (_, t) => {
      const unit = 2 ** bitsLeft(p, t);
      return k.map((x) => Math.trunc(x / unit) * unit);
    });
    this.positive = k.map((x) => (x >= 0 ? 1 : 0));
    this.negative = k.map((x) => (x < 0 ? 1 : 0));
    this.groups = new Uint8Array(head.length ** 2);
    this.histogram = new Float64Array(groupsOf(p));
    this.all = Int32Array.from({ length: head.length }, (_, j) => j);
  }

  /** Writes the kept keys of query i, ascending, and their dot products, and returns how many there are. */
  query(i: number, keys: Int32Array, dots: Float64Array): number {
    const { p, head, q, known, groups, histogram } = this;
    const { dim } = p;
    const { length, prune, threshold } = head;
    const valid = head.causal ? i + 1 : length;
    const size = dotRowsSize(valid);
    // The |q| whose terms are positive: where q is positive with positive keys, and where it is negative with negative ones.
    const concordant = new Float64Array(size);
    const some = new Float64Array(size);
    if (prune) {
      const row = q.subarray(i * dim, (i + 1) * dim);
      dotRows(
        row.map((x) => Math.max(0, x)),
        0,
        this.positive,
        dim,
        this.all,
        valid,
        concordant,
      );
      dotRows(
        row.map((x) => Math.max(0, -x)),
        0,
        this.negative,
        dim,
        this.all,
        valid,
        some,
      );
      for (let j = 0; j < valid; j++) concordant[j] += some[j];
    }
    let left = Int32Array.from({ length: valid }, (_, j) => j);
    for (let t = 0; t < known.length; t++) {
      const last = t === known.length - 1;
      if (!prune && !last) continue;
      const unit = 2 ** bitsLeft(p, t);
      dotRows(q, i * dim, known[t], dim, left, left.length, some);
      const going: number[] = [];
      for (let n = 0; n < left.length; n++) {
        const j = left[n];
        const stop = prune && some[n] + (unit - 1) * concordant[j] < threshold[i];
        if (stop || last) {
          groups[i * length + j] = t + 1;
          histogram[t]++;
        }
        if (stop) continue;
        if (last) {
          keys[going.length] = j;
          dots[going.length] = some[n];
        }
        going.push(j);
      }
      left = Int32Array.from(going);
      if (left.length === 0) break;
    }
    return left.length;
  }
}

function checkHead(p: LeopardParameters, head: LeopardHead): void {
  const { length } = head;
  const fail = (message: string): never => {
    throw new PrunusError('PR0311', message);
  };
  const integer = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    fail(`${name} is ${value}; an integer from ${least} to ${most} is allowed`);
  };
  integer('length', length, 0, p.tokens);
  integer('scoreShift', head.scoreShift, 0, 52);
  integer('expShift', head.expShift, 0, 12);
  for (const [name, width] of [
    ['q', p.queryBits],
    ['k', p.keyBits],
    ['v', p.valueBits],
  ] as const) {
    const expected = length * p.dim;
    if (head[name].length !== expected) {
      fail(`${name} has ${head[name].length} elements; a length of ${length} with dim ${p.dim} takes ${expected}`);
    }
    const limit = 2 ** (width - 1);
    const bad = head[name].find((x) => x < -limit || x >= limit);
    if (bad !== undefined) fail(`${name} has an element ${bad}; ${-limit} to ${limit - 1} fit in ${width} bits`);
  }
  for (const name of ['multiplier', 'threshold'] as const) {
    if (head[name].length !== length)
      fail(`${name} has ${head[name].length} elements; a length of ${length} takes as many`);
  }
  const most = 2 ** (dotBits(p) - 1);
  head.threshold.forEach((t) => integer('a threshold', t, -most, most - 1));
}
