/**
 * What every accelerator does with the keys that it keeps, as straight loops from the formulas. Per query, with
 * dot products d_j of the kept keys:
 *
 *     score   s_j = sat((d_j * multiplier + 2^(shift-1)) >> shift), scoreBits wide
 *     weight  e_j = exp of min((max s - s_j) << expShift, 4095) / 256, Q1.16;  sum = sum of e_j
 *     output  16 bits, in one of two forms (`Normalisation`)
 *
 * Exact in doubles for dots below 2^36: times a 16-bit multiplier 2^52. Up to 16383 keys of e <= 2^16 make sum < 2^30,
 * hence z <= 30; what passes 2^53 in the division is split (`divide`). e * r <= sum * r <= 2^(z+15).
 */
import { weightedRows } from '../numerics/dot.ts';
import { saturate, shiftRightFloor, shiftRightRound } from '../numerics/fixed.ts';
import { divide, maxExponent, reciprocal, weight } from '../numerics/softmax.ts';
import type { AttentionHead } from './head.ts';

/**
 * `deferred` divides once: out_d = sat16((sum e v_d) * r >> (z + valueBits - 1), rounded), r and z the reciprocal of the sum.
 * `probability` is SPRINT's: p = min(255, e * r >> (z+7)), 8 bits of e/sum; out_d = sat16(sum p v_d).
 */
export type Normalisation = 'deferred' | 'probability';

export interface KeptAttentionDesign {
  readonly dim: number;
  readonly scoreBits: number;
  readonly valueBits: number;
  readonly normalisation: Normalisation;
  /** How p of the `probability` form comes to 8 bits; no effect on `deferred`. */
  readonly probabilityRounding: 'truncate' | 'round';
}

/** The values of one head, ready to be averaged. */
export class KeptAttention {
  private readonly design: KeptAttentionDesign;
  private readonly head: AttentionHead;
  private readonly v: Float64Array;
  private readonly sums: Float64Array;

  constructor(design: KeptAttentionDesign, head: AttentionHead) {
    this.design = design;
    this.head = head;
    this.v = new Float64Array(head.v);
    this.sums = new Float64Array(design.dim);
  }

  /**
   * Writes row `query` of `out`, `[length, dim]`, from the first `count` (1 or more) of `keys` and of their dot products;
   * what is in `dots` afterwards is unspecified.
   */
  row(query: number, keys: Int32Array, dots: Float64Array, count: number, out: Int16Array): void {
    const { v, sums } = this;
    const { dim, scoreBits, valueBits, normalisation, probabilityRounding } = this.design;
    const { multiplier, scoreShift, expShift } = this.head;
    const weights = dots;
    let max = -Infinity;
    for (let n = 0; n < count; n++) {
      dots[n] = saturate(shiftRightRound(dots[n] * multiplier[query], scoreShift), scoreBits);
      max = Math.max(max, dots[n]);
    }
    let sum = 0;
    for (let n = 0; n < count; n++) {
      weights[n] = weight(Math.min((max - dots[n]) << expShift, maxExponent));
      sum += weights[n];
    }
    const { r, z } = reciprocal(sum);
    if (normalisation === 'probability') {
      const shift = probabilityRounding === 'round' ? shiftRightRound : shiftRightFloor;
      for (let n = 0; n < count; n++) weights[n] = Math.min(255, shift(weights[n] * r, z + 7));
    }
    weightedRows(weights, v, keys, count, sums);
    for (let d = 0; d < dim; d++) {
      const mean = normalisation === 'deferred' ? divide(sums[d], r, z + valueBits - 1) : sums[d];
      out[query * dim + d] = saturate(mean, 16);
    }
  }
}
