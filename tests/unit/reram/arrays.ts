/** Arrays that several tests, and the script that makes fixtures, use. */
import { mix, randomLine } from '../../../src/numerics/random.ts';
import type { Drive, WiredArray } from '../../../src/reram/array/network.ts';

const uniform = (seed: number, n: number): number => (mix(randomLine(seed, 0x54455354, 0) ^ n) + 0.5) / 2 ** 32;

/** Conductances between `least` and `most` siemens, some open. */
export function randomArray(
  rows: number,
  columns: number,
  { seed = 1, least = 1e-6, most = 40e-6, wordOhms = 1.5, bitOhms = 0.5, open = 0 } = {},
): WiredArray {
  const conductance = Float64Array.from({ length: rows * columns }, (_, n) =>
    uniform(seed + 1, n) < open ? 0 : least + (most - least) * uniform(seed, n),
  );
  return { rows, columns, conductance, wordOhms, bitOhms };
}

/** Up to 0.2 V, either sign. */
export const randomVolts = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, n) => 0.4 * uniform(seed, n) - 0.2);

/** The largest relative deviation of `found` from `expected`; of a 0, the deviation itself. */
export function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let most = 0;
  for (let n = 0; n < found.length; n++) {
    const off = Math.abs(found[n] - expected[n]);
    most = Math.max(most, expected[n] === 0 ? off : off / Math.abs(expected[n]));
    if (Number.isNaN(off)) return Infinity;
  }
  return most;
}

/** What ngspice solved for the fixture. */
export const recorded = {
  array: randomArray(64, 128, { seed: 11, open: 0.02 }),
  drive: { word: Float64Array.from({ length: 64 }, (_, n) => 0.05 + 0.15 * uniform(12, n)) } satisfies Drive,
};

/** Code and message of the error that `work` throws, and what to do about it. */
export function said(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message, fix } = error as { code: string; message: string; fix?: string };
    return [`${code} ${message}`, ...(fix ? [fix] : [])].join('; ');
  }
  return 'nothing';
}
