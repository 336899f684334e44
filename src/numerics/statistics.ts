/** Intervals for what is measured on a sample: 95 %, two-sided. */

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 0.975 quantile. */
const z = 1.959963984540054;

/**
 * The 0.975 quantile of Student's distribution. 1 and 2 degrees of freedom are exact, from 3 on the expansion in 1/n of
 * Abramowitz and Stegun 26.7.5, which is 0.4 % short at 3 and 0.01 % at 8.
 */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Infinity;
  if (freedom === 1) return Math.tan(0.475 * Math.PI);
  if (freedom === 2) return 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2));
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, n) => sum + term / freedom ** (n + 1), z);
}

/** The mean of independent values, by Student; infinitely wide for one value. */
export function meanInterval(values: ArrayLike<number>): Interval {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const value = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - value) ** 2;
  const half = n < 2 ? Infinity : studentQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { value, low: value - half, high: value + half };
}

/** A share of n independent trials, by Wilson: good for few trials and for shares near 0 and 1, too. */
export function shareInterval(successes: number, n: number): Interval {
  const share = successes / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { value: share, low: successes === 0 ? 0 : middle - half, high: successes === n ? 1 : middle + half };
}

/** The value that a fraction of the ascending `sorted` is at or below, between two of them in proportion. */
export function quantile(sorted: ArrayLike<number>, fraction: number): number {
  const at = fraction * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
