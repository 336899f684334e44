/**
 * The whole of LeOPArd as straight loops, from the formulas: each bound is computed from the definition, not step by step as the
 * hardware does.
 */
import { bitsLeft, dotBits, groupsOf } from '../../components/dot-payloads.ts';
import { PrunusError } from '../../errors.ts';
import { dotRows, dotRowsSize } from '../../numerics/dot.ts';
import { type AttentionHead, checkHead, type HeadOutput } from '../head.ts';
import { KeptAttention } from '../kept-attention.ts';
import type { LeopardParameters } from './parameters.ts';

export interface LeopardOutput extends HeadOutput {
  /** `[length, length]`, the groups of bits that were looked at; 0 where a mask is. */
  readonly groups: Uint8Array;
  /** Keys that ended with group 0, 1, ...: the last entry has those that went all the way. */
  readonly histogram: Float64Array;
}

/** The outputs of one head; its thresholds are in units of the dot product, and a key is kept iff q.k >= threshold. Throws PR0311. */
export function leopardHead(p: LeopardParameters, head: AttentionHead): LeopardOutput {
  checkHead('PR0311', { ...p, widths: p }, head);
  checkThresholds(p, head);
  const { dim, scoreBits, valueBits } = p;
  const { length } = head;
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  const kept = new Uint8Array(length * length);
  const keys = new Int32Array(length);
  const dots = new Float64Array(dotRowsSize(length));
  const front = new FrontEnd(p, head);
  const form = { normalisation: 'deferred', probabilityRounding: 'round' } as const;
  const attention = new KeptAttention({ dim, scoreBits, valueBits, ...form }, head);
  let keptCount = 0;
  for (let i = 0; i < length; i++) {
    const count = front.query(i, keys, dots);
    keptCount += count;
    if (count === 0) {
      none[i] = 1;
      continue;
    }
    for (let n = 0; n < count; n++) kept[i * length + keys[n]] = 1;
    attention.row(i, keys, dots, count, out);
  }
  return { out, none, kept, keptCount, groups: front.groups, histogram: front.histogram };
}

/** What the dot-product units decide. */
class FrontEnd {
  readonly groups: Uint8Array;
  readonly histogram: Float64Array;

  private readonly p: LeopardParameters;
  private readonly head: AttentionHead;
  private readonly q: Float64Array;
  /** Keys as far as they are known after each group: s_i * floor(|k_i| / 2^r) * 2^r. */
  private readonly known: Float64Array[];
  /** 1 where an element of a key is not negative, and 1 where it is. */
  private readonly positive: Float64Array;
  private readonly negative: Float64Array;
  private readonly all: Int32Array;

  constructor(p: LeopardParameters, head: AttentionHead) {
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

function checkThresholds(p: LeopardParameters, { threshold }: AttentionHead): void {
  const most = 2 ** (dotBits(p) - 1);
  for (const t of threshold) {
    if (Number.isInteger(t) && t >= -most && t < most) continue;
    throw new PrunusError('PR0311', `a threshold is ${t}; an integer from ${-most} to ${most - 1} is allowed`);
  }
}
