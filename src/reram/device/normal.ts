/**
 * Normal deviates for physics, which runs in TypeScript alone: tails to 6.3 sigma, where the four-byte sum of
 * `numerics/random.ts`, which Verilog computes too, ends at 3.45. Counter-based all the same.
 */
import { mix, random } from '../../numerics/random.ts';

/** What a word is for, beside `randomTag`. ASCII. */
export const deviceTag = {
  /** DPRG: programming; y is row + 65536 times the pulse. */
  program: 0x44505247,
  /** DVFY: reading back between pulses, same y. */
  verify: 0x44564659,
  /** DREA: reading; y is the operation. */
  read: 0x44524541,
  /** DDRF: drift. */
  drift: 0x44445246,
  /** DSTK, DROW, DCOL: stuck cells, rows, columns. */
  stuck: 0x4453544b,
  stuckRow: 0x44524f57,
  stuckColumn: 0x44434f4c,
  /** PDAC, PCMP, PMET, PWTA, PJIT, PSEN: the periphery. */
  dac: 0x50444143,
  comparator: 0x50434d50,
  metastable: 0x504d4554,
  winner: 0x50575441,
  jitter: 0x504a4954,
  sense: 0x5053454e,
} as const;

/** A word as a uniform number inside (0, 1). */
export const uniform = (word: number): number => (word + 0.5) / 4294967296;

/**
 * The word at (x, y) for a purpose. `random` alone gives mix(line(x) ^ y): two lines that differ in low bits only have
 * the same words in another order, as happens to two of a tile's columns in one tile of 800. With y mixed first, two
 * lines share words no oftener than chance has it, and one at a time.
 */
export const wordAt = (seed: number, tag: number, x: number, y: number): number =>
  random(seed, tag, x, mix(y ^ 0x9e3779b9));

/** The standard normal deviate at (x, y). */
export const normalAt = (seed: number, tag: number, x: number, y: number): number =>
  quantile(uniform(wordAt(seed, tag, x, y)));

/** Inverse of the normal distribution function: Wichura's algorithm AS 241, PPND16, about 1e-16 relative. */
export function quantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(centre, r)) / polynomial(centreUnder, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const x =
    r <= 5
      ? polynomial(middle, r - 1.6) / polynomial(middleUnder, r - 1.6)
      : polynomial(tail, r - 5) / polynomial(tailUnder, r - 5);
  return q < 0 ? -x : x;
}

/** Coefficients in ascending powers. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) sum = sum * x + coefficients[n];
  return sum;
}

const centre = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
  67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const centreUnder = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
  28729.085735721942674, 5226.495278852545925,
];
const middle = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const middleUnder = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const tail = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
  0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const tailUnder = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];
