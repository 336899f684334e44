/**
 * Fixed-point integers held in doubles. Exact while every magnitude, the rounding term included, is at
 * most 2^53; the bitwise operators of the language are exact only to 32 bits, so shifts divide instead.
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

/** floor(value / 2^shift): what Verilog's `>>>` does to a signed number of any width. */
export function shiftRightFloor(value: number, shift: number): number {
  return Math.floor(value / 2 ** shift);
}

/** To nearest, ties up: floor((value + 2^(shift-1)) / 2^shift); with shift 0 the value itself. */
export function shiftRightRound(value: number, shift: number): number {
  return shift === 0 ? value : Math.floor((value + 2 ** (shift - 1)) / 2 ** shift);
}
