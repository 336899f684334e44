/**
 * From integer dot products to the 12-bit scores of the softmax: one unsigned 16-bit multiplier a
 * query, one shift a head, rounding to nearest with ties up.
 *
 *     score12 = saturate12((dot * multiplier + 2^(shift-1)) >> shift)
 *
 * A score has `fractionBits` fraction bits, so 2^fractionBits units are one unit of q.k/sqrt(dim).
 */
export const maxMultiplier = 65535;
export const maxShift = 47;
export const maxFractionBits = 8;
/** The exponential unit takes 8 fraction bits; scores with fewer are shifted left by the difference. */
export const exponentFractionBits = 8;
export const maxScore = 2047;
export const minScore = -2048;

export interface ScoreScaling {
  /** One a query, 0 to 65535. */
  readonly multiplier: Uint16Array;
  /** 1 to 47. */
  readonly shift: number;
  /** 0 to 8. */
  readonly fractionBits: number;
  /** 8 - fractionBits. */
  readonly expShift: number;
}

/**
 * The score before saturation. Exact in doubles: |dot| <= 2^14 * dim and multiplier < 2^16 keep the
 * product below 2^52 for dim up to 2^21.
 */
export function roundedScore(dot: number, multiplier: number, shift: number): number {
  return Math.floor((dot * multiplier + 2 ** (shift - 1)) / 2 ** shift);
}

/** The 12-bit score, -2048 to 2047. */
export function score12(dot: number, multiplier: number, shift: number): number {
  return Math.min(maxScore, Math.max(minScore, roundedScore(dot, multiplier, shift)));
}

/** The smallest and the largest dot product of each query over the keys it may see; `[0, 0]` for none. */
export interface DotRange {
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
}

/** Multipliers and shift for given fraction bits; `scoreScale` is the real score of one unit of dot, a query. */
export function scaleFor(scoreScale: Float64Array, fractionBits: number): ScoreScaling {
  const largest = scoreScale.reduce((a, b) => Math.max(a, b), 0) * 2 ** fractionBits;
  let shift = maxShift;
  while (shift > 1 && Math.round(largest * 2 ** shift) > maxMultiplier) shift--;
  const multiplier = Uint16Array.from(scoreScale, (scale) =>
    Math.min(maxMultiplier, Math.round(scale * 2 ** (fractionBits + shift))),
  );
  return { multiplier, shift, fractionBits, expShift: exponentFractionBits - fractionBits };
}

/**
 * The scaling with the most fraction bits for which no score saturates. With none possible, 0
 * fraction bits: scores past 2047 then saturate.
 */
export function chooseScaling(scoreScale: Float64Array, dots: DotRange): ScoreScaling {
  for (let fractionBits = maxFractionBits; fractionBits > 0; fractionBits--) {
    const scaling = scaleFor(scoreScale, fractionBits);
    if (fits(scaling, dots)) return scaling;
  }
  return scaleFor(scoreScale, 0);
}

function fits({ multiplier, shift }: ScoreScaling, { min, max }: DotRange): boolean {
  return multiplier.every(
    (m, i) => roundedScore(max[i], m, shift) <= maxScore && roundedScore(min[i], m, shift) >= minScore,
  );
}
