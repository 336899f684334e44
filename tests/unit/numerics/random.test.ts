import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deviate,
  gaussian,
  gaussianScale,
  gaussianSigma,
  mix,
  random,
  randomAt,
  randomCounter,
  randomLine,
  randomTag,
} from '../../../src/numerics/random.ts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const low = 0xffffffffn;

/** The finaliser in BigInt, as printed in the specification. */
function mixBig(x: bigint): bigint {
  let h = x & low;
  h ^= h >> 16n;
  h = (h * 0x85ebca6bn) & low;
  h ^= h >> 13n;
  h = (h * 0xc2b2ae35n) & low;
  return h ^ (h >> 16n);
}

describe('counter-based random numbers', () => {
  test('the tags are the ASCII of their names', () => {
    const ascii = (text: string): number => Number(`0x${Buffer.from(text, 'latin1').toString('hex')}`);
    expect(randomTag).toEqual({
      program: ascii('PROG'),
      read: ascii('READ'),
      offset: ascii('OFFS'),
      metastable: ascii('META'),
      calibration: ascii('CALI'),
    });
  });

  test('mix is the MurmurHash3 finaliser', () => {
    expect(mix(0)).toBe(0);
    expect(mix(1)).toBe(0x514e28b7);
    fc.assert(
      fc.property(word, (x) => {
        expect(BigInt(mix(x))).toBe(mixBig(BigInt(x)));
      }),
    );
  });

  test('random is mix of mix of mix, y mixed first', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(...Object.values(randomTag)), word, word, (seed, tag, x, y) => {
        const [s, t, a, b] = [seed, tag, x, y].map(BigInt);
        const expected = mixBig(mixBig(mixBig(s ^ t) ^ a) ^ mixBig(b ^ 0x9e3779b9n));
        expect(BigInt(random(seed, tag, x, y))).toBe(expected);
        expect(BigInt(randomAt(randomLine(seed, tag, x), randomCounter(y)))).toBe(expected);
      }),
    );
  });

  test('gaussian adds the bytes', () => {
    expect([0, 0xffffffff, 0x01020304, 0x80000000].map(gaussian)).toEqual([-510, 510, -500, -382]);
  });

  test('mean, sigma, fourth moment and correlation over consecutive coordinates', () => {
    const n = 400_000;
    for (const seed of [0, 1, 0xdeadbeef]) {
      let sum = 0;
      let square = 0;
      let fourth = 0;
      let lag = 0;
      let previous = 0;
      for (let i = 0; i < n; i++) {
        const g = gaussian(random(seed, randomTag.read, i >> 9, i & 511));
        sum += g;
        square += g * g;
        fourth += g ** 4;
        lag += g * previous;
        previous = g;
      }
      const sigma = Math.sqrt(square / n);
      // Five standard errors of each estimate.
      expect(Math.abs(sum / n)).toBeLessThan((5 * gaussianSigma) / Math.sqrt(n));
      expect(Math.abs(sigma / gaussianSigma - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
      // Kurtosis of an Irwin-Hall sum of n uniforms: 3 - 6/(5n) = 2.7 for 4.
      expect(fourth / n / sigma ** 4).toBeCloseTo(2.7, 1);
      expect(Math.abs(lag / square)).toBeLessThan(5 / Math.sqrt(n));
    }
  });

  test('sigma is that of the exact distribution of four bytes', () => {
    let ways = [1];
    for (let byte = 0; byte < 4; byte++) {
      const next = Array.from({ length: ways.length + 255 }, () => 0);
      for (const [total, count] of ways.entries()) for (let b = 0; b < 256; b++) next[total + b] += count;
      ways = next;
    }
    const variance = ways.reduce((sum, count, total) => sum + count * (total - 510) ** 2, 0) / 2 ** 32;
    expect(variance).toBeCloseTo(gaussianSigma ** 2, 9);
  });

  test('deviate has the sigma that the scale was made for, and floors exactly', () => {
    const n = 200_000;
    for (const sigma of [3, 100, 1e6]) {
      let square = 0;
      for (let i = 0; i < n; i++) {
        square += deviate(gaussian(random(7, randomTag.offset, i, 0)), gaussianScale(sigma)) ** 2;
      }
      // Rounding to an integer adds a variance of 1/12.
      expect(Math.sqrt(square / n - 1 / 12) / sigma).toBeCloseTo(1, 2);
    }
    const g = fc.integer({ min: -510, max: 510 });
    fc.assert(
      fc.property(g, fc.integer({ min: 0, max: 2 ** 31 }), (x, scale) => {
        expect(BigInt(deviate(x, scale))).toBe((BigInt(x) * BigInt(scale) + 32768n) >> 16n);
      }),
    );
    expect(deviate(510, 0)).toBe(0);
    expect(deviate(-510, 0)).toBe(0);
  });
});
