import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitLength, clog2, saturate, shiftRightFloor, shiftRightRound } from '../../../src/numerics/fixed.ts';

const wide = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });

describe('fixed point', () => {
  test('clog2 counts to n-1', () => {
    expect([1, 2, 3, 4, 5, 8, 9, 2 ** 31, 2 ** 31 + 1, 2 ** 52].map(clog2)).toEqual([0, 1, 2, 2, 3, 3, 4, 31, 32, 52]);
    for (let n = 2; n < 1025; n++) expect(clog2(n)).toBe((n - 1).toString(2).length);
  });

  test('bitLength is the length of the binary numeral', () => {
    expect(bitLength(0)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 52 }), (x) => {
        expect(bitLength(x)).toBe(x.toString(2).length);
      }),
    );
  });

  test('saturate keeps what fits and clamps the rest', () => {
    expect([-3000, -2049, -2048, 0, 2047, 2048].map((x) => saturate(x, 12))).toEqual([
      -2048, -2048, -2048, 0, 2047, 2047,
    ]);
    expect([-2, -1, 0, 1].map((x) => saturate(x, 1))).toEqual([-1, -1, 0, 0]);
    fc.assert(
      fc.property(wide, fc.integer({ min: 1, max: 52 }), (x, width) => {
        const fits = BigInt.asIntN(width, BigInt(x)) === BigInt(x);
        expect(saturate(x, width)).toBe(fits ? x : x < 0 ? -(2 ** (width - 1)) : 2 ** (width - 1) - 1);
      }),
    );
  });

  test('shifts agree with BigInt over 53 bits', () => {
    fc.assert(
      fc.property(wide, fc.integer({ min: 0, max: 52 }), (x, n) => {
        expect(BigInt(shiftRightFloor(x, n))).toBe(BigInt(x) >> BigInt(n));
        const half = n === 0 ? 0n : 1n << BigInt(n - 1);
        expect(BigInt(shiftRightRound(x, n))).toBe((BigInt(x) + half) >> BigInt(n));
      }),
    );
  });

  test('rounding is to nearest, ties up', () => {
    expect([-6, -5, -2, -1, 1, 2, 3, 6].map((x) => shiftRightRound(x, 2))).toEqual([-1, -1, 0, 0, 0, 1, 1, 2]);
  });
});
