/**
 * The exponential and the division of the softmax units. u = maximum - score is in 1/256 units, 0 to
 * 4095 (0 to 16), split as in SPRINT's FIG-7: exp(-u/256) = hi[u >> 6] * lo[u & 63].
 */
import { bitLength } from './fixed.ts';

export interface ExpTables {
  /** 64 words of 9 bits, Q1.8: round(256 exp(-64 i / 256)). */
  readonly hi: Uint16Array;
  /** 64 words of 9 bits, Q1.8: round(256 exp(-j / 256)). */
  readonly lo: Uint16Array;
}

/** The largest u. */
export const maxExponent = 4095;

/** Contents of both tables: what the golden models use and what the RTL's ROMs hold. */
export function expTables(): ExpTables {
  return {
    hi: Uint16Array.from({ length: 64 }, (_, i) => Math.round(256 * Math.exp((-64 * i) / 256))),
    lo: Uint16Array.from({ length: 64 }, (_, j) => Math.round(256 * Math.exp(-j / 256))),
  };
}

const tables = expTables();

/**
 * exp(-u/256) as Q1.16, 0 to 65536 (17 bits), within 0.0031 of it. `u` is an integer, 0 to 4095. As `hi` resolves
 * 1/256, weights are 0 from u = 1600 on (6.25 below the maximum), and coarse shortly before.
 */
export function weight(u: number): number {
  return tables.hi[u >> 6] * tables.lo[u & 63];
}

/**
 * floor((x * r + 2^(places-1)) / 2^places), exact for |x| below 2^52, r up to 2^17 and 20 < places < 52, although the product may pass 2^53:
 * x is split, and the lower part only matters by what it carries.
 */
export function divide(x: number, r: number, places: number): number {
  const high = Math.floor(x / 2 ** 20);
  const low = x - high * 2 ** 20;
  const carry = Math.floor((low * r + 2 ** (places - 1)) / 2 ** 20);
  return Math.floor((high * r + carry) / 2 ** (places - 20));
}

export interface Reciprocal {
  /** floor(2^(z+15) / sum): 2^15 to 2^16, which is 17 bits only when the sum is a power of two; 0 for sum 0. */
  readonly r: number;
  /** Bits of the sum; 0 for sum 0. */
  readonly z: number;
}

/**
 * x / sum = x * r / 2^(z+15). `sum` is an integer below 2^36: the quotient then is at least 1/sum > 2^-37
 * away from the integer above, its rounding error in a double at most 2^-37, and the floor is exact.
 */
export function reciprocal(sum: number): Reciprocal {
  if (sum === 0) return { r: 0, z: 0 };
  const z = bitLength(sum);
  return { r: Math.floor(2 ** (z + 15) / sum), z };
}
