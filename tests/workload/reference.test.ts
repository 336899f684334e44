import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareOutputs, denseAttention, keptAttention } from '../../src/workload/reference.ts';

const given = fc
  .record({ tokens: fc.integer({ min: 1, max: 6 }), dim: fc.integer({ min: 1, max: 5 }) })
  .chain(({ tokens, dim }) => {
    const size = tokens * dim;
    const tensor = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size });
    return fc.record({
      tokens: fc.constant(tokens),
      dim: fc.constant(dim),
      q: tensor,
      k: tensor,
      v: tensor,
      causal: fc.boolean(),
      validLength: fc.integer({ min: 1, max: tokens }),
      kept: fc.array(fc.nat(1), { minLength: tokens * tokens, maxLength: tokens * tokens }),
    });
  });

/** Matrices as nested arrays, the textbook formula, -Infinity where masked, no maximum subtracted. */
function textbook(
  x: {
    q: number[];
    k: number[];
    v: number[];
    tokens: number;
    dim: number;
    causal: boolean;
    validLength: number;
  },
  keep: (i: number, j: number) => boolean,
): number[] {
  const rows = (t: number[]) => Array.from({ length: x.tokens }, (_, i) => t.slice(i * x.dim, (i + 1) * x.dim));
  const [q, k, v] = [rows(x.q), rows(x.k), rows(x.v)];
  return q.flatMap((qi, i) => {
    const weights = k.map((kj, j) => {
      const seen = keep(i, j) && i < x.validLength && j < x.validLength && (!x.causal || i >= j);
      return seen ? Math.exp(qi.map((a, c) => a * kj[c]).reduce((a, b) => a + b, 0) * x.dim ** -0.5) : 0;
    });
    const sum = weights.reduce((a, b) => a + b, 0);
    return qi.map((_, c) => (sum === 0 ? 0 : weights.reduce((a, w, j) => a + w * v[j][c], 0) / sum));
  });
}

describe('reference attention', () => {
  test('dense and kept agree with the textbook', () => {
    fc.assert(
      fc.property(given, (x) => {
        const dense = textbook(x, () => true);
        denseAttention(x).forEach((value, n) => expect(value).toBeCloseTo(dense[n], 9));
        const sparse = textbook(x, (i, j) => x.kept[i * x.tokens + j] === 1);
        keptAttention(x, x.kept).forEach((value, n) => expect(value).toBeCloseTo(sparse[n], 9));
      }),
    );
  });

  test('large scores neither overflow nor become NaN', () => {
    const out = denseAttention({ q: [1e4], k: [1e4], v: [2], tokens: 1, dim: 1 });
    expect([...out]).toEqual([2]);
    const low = denseAttention({ q: [1e4, 1], k: [-1e4, -1e4], v: [2, 4], tokens: 2, dim: 1 });
    expect([...low]).toEqual([3, 3]);
  });

  test('a scale a query', () => {
    const out = denseAttention({ q: [1, 1], k: [0, 1], v: [0, 1], tokens: 2, dim: 1, scoreScale: [0, Math.log(3)] });
    expect(out[0]).toBeCloseTo(0.5, 12);
    expect(out[1]).toBeCloseTo(0.75, 12);
  });

  test('a query that keeps nothing, and padding, are zero rows', () => {
    const x = { q: [1, 2, 3], k: [1, 2, 3], v: [7, 8, 9], tokens: 3, dim: 1, validLength: 2 };
    expect([...keptAttention(x, [0, 0, 1, 1, 0, 1, 1, 1, 1])]).toEqual([0, 7, 0]);
    expect(() => keptAttention(x, [1])).toThrow(/1 entries/);
  });
});

describe('compareOutputs', () => {
  test('cosine over the whole, the worst row, the largest error', () => {
    const out = compareOutputs([1, 0, 3, 4], [0, 1, 3, 4], 2);
    expect(out.cosine).toBeCloseTo(25 / 26, 12);
    expect(out).toMatchObject({ worstRowCosine: 0, worstRow: 0, maxAbsoluteError: 1 });
  });

  test('zero rows: alike is 1, one-sided is 0', () => {
    expect(compareOutputs([0, 0], [0, 0], 2)).toMatchObject({ cosine: 1, worstRowCosine: 1 });
    expect(compareOutputs([0, 1], [0, 0], 1)).toMatchObject({ cosine: 0, worstRow: 1 });
  });

  test('a NaN is not hidden', () => {
    expect(compareOutputs([Number.NaN, 1, 5], [1, 1, 1], 1).maxAbsoluteError).toBeNaN();
    expect(() => compareOutputs([1], [1, 2], 1)).toThrow(RangeError);
  });
});
