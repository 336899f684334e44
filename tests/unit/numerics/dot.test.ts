import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dotRows, dotRowsSize, weightedRows } from '../../../src/numerics/dot.ts';

const cases = fc
  .record({ dim: fc.integer({ min: 1, max: 17 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ dim, height }) =>
    fc.record({
      dim: fc.constant(dim),
      matrix: fc.array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), {
        minLength: dim * height,
        maxLength: dim * height,
      }),
      rows: fc.array(fc.nat({ max: height - 1 }), { maxLength: 13 }),
    }),
  );

test('dotRows against BigInt, any number of rows in any order, from any row of queries', () => {
  fc.assert(
    fc.property(cases, ({ dim, matrix, rows }) => {
      const queries = [...matrix.slice(0, dim).map((x) => x + 1), ...matrix.slice(0, dim).map((x) => 3 - x)];
      const out = new Float64Array(dotRowsSize(rows.length));
      dotRows(Float64Array.from(queries), dim, Float64Array.from(matrix), dim, Int32Array.from(rows), rows.length, out);
      for (const [n, row] of rows.entries()) {
        let sum = 0n;
        for (let d = 0; d < dim; d++) sum += BigInt(queries[dim + d]) * BigInt(matrix[row * dim + d]);
        expect(BigInt(out[n])).toBe(sum);
      }
    }),
  );
});

test('weightedRows against BigInt; weights beyond the count do not count', () => {
  fc.assert(
    fc.property(cases, ({ dim, matrix, rows }) => {
      const weights = Float64Array.from({ length: rows.length + 4 }, (_, n) => 65536 - 999 * n);
      const out = new Float64Array(dim).fill(1e9);
      weightedRows(weights, Float64Array.from(matrix), Int32Array.from(rows), rows.length, out);
      for (let d = 0; d < dim; d++) {
        const sum = rows.reduce((a, row, n) => a + BigInt(weights[n]) * BigInt(matrix[row * dim + d]), 0n);
        expect(BigInt(out[d])).toBe(sum);
      }
    }),
  );
});
