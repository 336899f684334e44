/**
 * Counter-based random numbers: a word is a function of seed, purpose and two coordinates, so TypeScript
 * and Verilog compute the same ones in any order. All words are unsigned, 32 bits.
 */

/** What a word is for; one seed then serves all purposes without correlation. ASCII of PROG, READ, OFFS, META, CALI. */
export const randomTag = {
  program: 0x50524f47,
  read: 0x52454144,
  offset: 0x4f464653,
  metastable: 0x4d455441,
  calibration: 0x43414c49,
} as const;

/** The finaliser of MurmurHash3 (Appleby, x86 32-bit): a bijection in which every input bit reaches every output bit. */
export function mix(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The word at (x, y); both count modulo 2^32. y is mixed before it meets the line: of mix(line ^ y) two lines that differ in
 * low bits only would have the same words in another order, as happened to two of a tile's columns in one tile of 800.
 */
export function random(seed: number, tag: number, x: number, y: number): number {
  return randomAt(randomLine(seed, tag, x), randomCounter(y));
}

/** The part of `random` that does not depend on y: random(seed, tag, x, y) = randomAt(randomLine(seed, tag, x), randomCounter(y)). */
export function randomLine(seed: number, tag: number, x: number): number {
  return mix(mix(seed ^ tag) ^ x);
}

/** The part that depends on y only; the constant is 2^32 over the golden ratio, so that 0 is not mixed to 0. */
export function randomCounter(y: number): number {
  return mix(y ^ 0x9e3779b9);
}

export function randomAt(line: number, counter: number): number {
  return mix(line ^ counter);
}

/**
 * Four bytes added, less their mean: -510 to 510, near a Gaussian (Irwin-Hall of order 4, cut at 3.45
 * sigma), standard deviation `gaussianSigma`.
 */
export function gaussian(word: number): number {
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
}

/** Of `gaussian`: four uniform bytes have variance 4 (256^2 - 1) / 12 = 21845. */
export const gaussianSigma = Math.sqrt(21845);

/** What `deviate` takes for a standard deviation of `sigma` (in the units of its result, >= 0). */
export function gaussianScale(sigma: number): number {
  return Math.round((sigma * 65536) / gaussianSigma);
}

/**
 * (gaussian * scale + 2^15) >> 16, floor: an integer with the standard deviation that `scale` was made
 * for. Exact for scales up to 2^43; not an int32 product, as 510 * scale passes 2^31.
 */
export function deviate(g: number, scale: number): number {
  return Math.floor((g * scale + 32768) / 65536);
}
