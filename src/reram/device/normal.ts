/**
 * Normal deviates for physics, which runs in TypeScript alone: tails to 6.3 sigma, where the four-byte sum of
 * `numerics/random.ts`, which Verilog computes too, ends at 3.45. Counter-based all the same.
 */
import { random } from '../../numerics/random.ts';

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

/** The standard normal deviate at (x, y). */
export const normalAt = (seed: number, tag: number, x: number, y: number): number =>
  quantile(uniform(random(seed, tag, x, y)));

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
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const centreUnder = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852546,
];
const middle = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const middleUnder = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const tail = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const tailUnder = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
  1.421511758316446e-7, 2.0442631033899397e-15,
];
