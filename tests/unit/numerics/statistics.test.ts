import { describe, expect, it } from 'vitest';
import { meanInterval, quantile, shareInterval, studentQuantile } from '../../../src/numerics/statistics.ts';

describe("Student's quantile", () => {
  // Printed tables of the 0.975 quantile.
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [9, 2.2622],
    [30, 2.0423],
    [999, 1.9623],
  ])('of %i degrees of freedom', (freedom, table) => {
    expect(Math.abs(studentQuantile(freedom) / table - 1)).toBeLessThan(freedom === 3 ? 0.005 : 0.002);
  });
});

it('the interval of a mean: three values by hand', () => {
  // Mean 2, standard deviation 1: half width 4.3027 / sqrt(3).
  const { value, low, high } = meanInterval([1, 2, 3]);
  expect(value).toBe(2);
  expect(high - 2).toBeCloseTo(2.4842, 3);
  expect(2 - low).toBeCloseTo(2.4842, 3);
  expect(meanInterval([5])).toEqual({ value: 5, low: -Infinity, high: Infinity });
});

it('the interval of a share solves (p - share)^2 = z^2 p (1 - p) / n', () => {
  for (const [k, n] of [
    [0, 10],
    [3, 10],
    [10, 10],
    [990, 1000],
  ] as const) {
    const { value, low, high } = shareInterval(k, n);
    expect(value).toBe(k / n);
    for (const p of [low, high]) expect((p - k / n) ** 2).toBeCloseTo((1.959963984540054 ** 2 * p * (1 - p)) / n, 12);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  }
});

it('a quantile lies between two values in proportion', () => {
  expect([0, 0.25, 0.5, 1].map((f) => quantile([1, 2, 4], f))).toEqual([1, 1.5, 2, 4]);
  expect(quantile([7], 0.9)).toBe(7);
});
