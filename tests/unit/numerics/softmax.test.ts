import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expTables, maxExponent, reciprocal, weight } from '../../../src/numerics/softmax.ts';

describe('exponential', () => {
  test('the tables are round(256 exp) and no entry hangs on the last digits of Math.exp', () => {
    const { hi, lo } = expTables();
    for (let i = 0; i < 64; i++) {
      expect(hi[i]).toBe(Math.round(256 * Math.exp(-i / 4)));
      expect(lo[i]).toBe(Math.round(256 * Math.exp(-i / 256)));
      for (const exact of [256 * Math.exp(-i / 4), 256 * Math.exp(-i / 256)]) {
        expect(Math.abs((exact % 1) - 0.5)).toBeGreaterThan(1e-6);
      }
    }
    expect([hi.length, lo.length, hi[0], lo[0], hi[63], lo[63]]).toEqual([64, 64, 256, 256, 0, 200]);
  });

  test('the weight is within 0.0031 of exp and is 17 bits', () => {
    let worst = 0;
    for (let u = 0; u <= maxExponent; u++) {
      const e = weight(u);
      expect(Number.isInteger(e) && e >= 0 && e <= 65536).toBe(true);
      worst = Math.max(worst, Math.abs(e / 65536 - Math.exp(-u / 256)));
    }
    expect(worst).toBeLessThan(0.0031);
    expect(worst).toBeGreaterThan(0.001);
    expect(weight(0)).toBe(65536);
    expect(weight(4095)).toBe(0);
    expect([1599, 1600].map(weight)).toEqual([200, 0]);
  });
});

describe('reciprocal', () => {
  test('against BigInt up to 2^36, at and beside powers of two', () => {
    const check = (sum: number): void => {
      const z = sum.toString(2).length;
      expect(reciprocal(sum)).toEqual({ r: Number((1n << BigInt(z + 15)) / BigInt(sum)), z });
    };
    for (let z = 0; z < 36; z++) for (const near of [-1, 0, 1]) if (2 ** z + near > 0) check(2 ** z + near);
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 36 - 1 }), check), { numRuns: 2000 });
    // Sums that divide a power of two but for a remainder of one: the floor is closest to going wrong.
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 15, max: 2 ** 16 }), fc.integer({ min: 20, max: 51 }), (r, bits) => {
        const sum = Math.ceil(2 ** bits / r);
        if (sum < 2 ** 36) check(sum);
      }),
      { numRuns: 2000 },
    );
  });

  test('is 2^15 to 2^16, 17 bits for powers of two only, and zero of zero', () => {
    expect(reciprocal(0)).toEqual({ r: 0, z: 0 });
    expect(reciprocal(1)).toEqual({ r: 65536, z: 1 });
    const wide = Array.from({ length: 70_000 }, (_, n) => n + 1).filter((sum) => {
      const { r } = reciprocal(sum);
      return r < 2 ** 15 || r >= 2 ** 16;
    });
    expect(wide).toEqual(Array.from({ length: 17 }, (_, n) => 2 ** n));
    expect(wide.map((sum) => reciprocal(sum).r)).toEqual(wide.map(() => 65536));
  });
});
