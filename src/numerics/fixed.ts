/**
 * Fixed-point integers held in doubles. Exact while every magnitude, the rounding term included, is at
 * most 2^53; the bitwise operators of the language are exact only to 32 bits, so shifts multiply by powers of two instead.
 */

/** Bits that count 0 to n-1; 0 for n = 1. `n` is an integer, 1 to 2^53. */
export function clog2(n: number): number {
  let bits = 0;
  for (let reach = 1; reach < n; reach *= 2) bits++;
  return bits;
}

/** Bits of a nonnegative integer without leading zeros; 0 for 0. `value` is below 2^53. */
export function bitLength(value: number): number {
  return clog2(value + 1);
}

/** The nearest of -2^(width-1) to 2^(width-1)-1. `width` is 1 to 53. */
export function saturate(value: number, width: number): number {
  const limit = 2 ** (width - 1);
  return Math.min(limit - 1, Math.max(-limit, value));
}

/** 2^-n, exactly; a look-up because `2 ** n` costs more than all else in a shift. */
const fractions = Float64Array.from({ length: 64 }, (_, n) => 2 ** -n);

/** floor(value / 2^shift), for shifts 0 to 63: what Verilog's `>>>` does to a signed number of any width. */
export function shiftRightFloor(value: number, shift: number): number {
  return Math.floor(value * fractions[shift]);
}

/**
 * floor((value + 2^(shift-1)) / 2^shift), to nearest with ties up; with shift 0 the value itself. Shifts 0 to 63;
 * exact for |value| and 2^(shift-1) to 2^52: the sum then has at most 53 bits wherever its point is.
 */
export function shiftRightRound(value: number, shift: number): number {
  return Math.floor(value * fractions[shift] + 0.5);
}
