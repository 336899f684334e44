import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantiseHead } from '../../src/workload/quantise.ts';
import {
  coarseCodes,
  exactScore,
  integerThresholds,
  memoryScore,
  thresholdForKeep,
} from '../../src/workload/thresholds.ts';

const bits = fc.integer({ min: 1, max: 8 });
const coding = fc.record({ queryBits: bits, keyBits: bits, guard: fc.integer({ min: 0, max: 50 }) });
const head = fc
  .record({ tokens: fc.integer({ min: 1, max: 7 }), dim: fc.integer({ min: 1, max: 9 }) })
  .chain(({ tokens, dim }) => {
    const size = tokens * dim;
    const tensor = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: size, maxLength: size });
    return fc.record({ q: tensor, k: tensor }).map(({ q, k }) => quantiseHead({ q, k, v: q, tokens, dim }));
  });

/** The upper bits of a code as text, read back as two's complement: no shift involved. */
function upper(code: number, n: number): number {
  const text = (code < 0 ? code + 256 : code).toString(2).padStart(8, '0').slice(0, n);
  const value = Number.parseInt(text, 2);
  return text[0] === '1' ? value - 2 ** n : value;
}

describe('memory scores', () => {
  test('are the sum of products of interval middles', () => {
    fc.assert(
      fc.property(head, coding, (h, c) => {
        const scores = memoryScore(c).scores(h);
        const at = (x: ArrayLike<number>, row: number, channel: number, n: number) =>
          2 * upper(x[row * h.dim + channel], n) + 1;
        for (let i = 0; i < h.tokens; i++) {
          for (let j = 0; j < h.tokens; j++) {
            let m = 0;
            for (let d = 0; d < h.dim; d++) m += at(h.q, i, d, c.queryBits) * at(h.k, j, d, c.keyBits);
            expect(scores[i * h.tokens + j]).toBe(m);
          }
        }
      }),
    );
  });

  test('approximate q.k by the stated power of two', () => {
    const h = { q: Int8Array.of(100, -90), k: Int8Array.of(-50, 70), tokens: 1, dim: 2 };
    const [m] = memoryScore({ queryBits: 8, keyBits: 8 }).scores(h);
    expect(m / 4).toBeCloseTo(100.5 * -49.5 + -89.5 * 70.5, 9);
    const [coarse] = memoryScore({ queryBits: 4, keyBits: 4 }).scores(h);
    expect(coarse * 64).toBe(104 * -56 + -88 * 72);
  });
});

test('codes cut to so many bits have the memory’s score as their dot product', () => {
  const n = fc.integer({ min: 1, max: 7 });
  fc.assert(
    fc.property(head, n, n, (h, queryBits, keyBits) => {
      const coarse = { ...h, q: coarseCodes(h.q, queryBits), k: coarseCodes(h.k, keyBits) };
      const memory = memoryScore({ queryBits, keyBits });
      const inMemory = memory.scores(h);
      expect(exactScore(28).scores(coarse)).toEqual(inMemory.map((m) => m * memory.unit));
      expect(memory.scores(coarse)).toEqual(inMemory);
    }),
  );
});

describe('integer thresholds', () => {
  const base = { scoreScale: [0.5, 0.25], scoreOffset: [0, 1] };
  const memory = memoryScore({ queryBits: 4, keyBits: 4 });

  test('the formula by hand', () => {
    // Query 0: 100 / 0.5 / 64 = 3.125; query 1: 99 / 0.25 / 64 = 6.1875.
    expect([...integerThresholds(memory, { ...base, threshold: 100 })]).toEqual([4, 7]);
    const guarded = memoryScore({ queryBits: 4, keyBits: 4, guard: 2 });
    expect([...integerThresholds(guarded, { ...base, threshold: [-100, 100] })]).toEqual([-5, 5]);
    // An exact multiple is kept: ceil adds nothing, m >= T holds at equality.
    expect(integerThresholds(memory, { ...base, threshold: 32 })[0]).toBe(1);
    // Of the dot product itself: 100 / 0.5 and 99 / 0.25.
    expect([...integerThresholds(exactScore(20), { ...base, threshold: 100 })]).toEqual([200, 396]);
  });

  test('out of reach clamps to what the design can hold', () => {
    const out = integerThresholds(memory, { ...base, threshold: [Infinity, -Infinity] });
    expect([...out]).toEqual([2 ** 27 - 1, -(2 ** 27)]);
    expect(integerThresholds(memory, { ...base, threshold: 1e300 })[0]).toBe(2 ** 27 - 1);
    expect([...integerThresholds(exactScore(9), { ...base, threshold: [1e9, -1e9] })]).toEqual([255, -256]);
  });

  test('bad requests', () => {
    expect(() => integerThresholds(memory, { ...base, threshold: [1] })).toThrow(/1 thresholds .* 2 queries/);
    expect(() => integerThresholds(memory, { ...base, threshold: Number.NaN })).toThrow(/not a number/);
    expect(() => memoryScore({ queryBits: 9, keyBits: 4 })).toThrow(/queryBits is 9/);
    expect(() => memoryScore({ queryBits: 4, keyBits: 4, guard: -1 })).toThrow(/guard is -1/);
  });
});

test('the exact score is the dot product', () => {
  fc.assert(
    fc.property(head, (h) => {
      const scores = exactScore(30).scores(h);
      const row = (x: ArrayLike<number>, i: number) => Array.from(x).slice(i * h.dim, (i + 1) * h.dim);
      const dot = (i: number, j: number) => row(h.q, i).reduce((sum, x, d) => sum + x * row(h.k, j)[d]!, 0);
      const all = Array.from({ length: h.tokens ** 2 }, (_, n) => dot(Math.floor(n / h.tokens), n % h.tokens));
      expect(scores.every((score, n) => score === all[n])).toBe(true);
    }),
  );
});

describe('thresholdForKeep', () => {
  const request = fc.record({
    head,
    coding,
    fraction: fc.double({ min: 0, max: 1, noNaN: true }),
    causal: fc.boolean(),
    short: fc.nat(6),
  });

  test('keeps the target, and more only by ties', () => {
    fc.assert(
      fc.property(request, ({ head: h, coding: c, fraction, causal, short }) => {
        const validLength = Math.max(1, h.tokens - short);
        const score = memoryScore(c);
        const found = thresholdForKeep({ head: h, score, fraction, causal, validLength });
        const limits = integerThresholds(score, { ...h, threshold: found.threshold });
        const memory = score.scores(h);
        const real: number[] = [];
        let kept = 0;
        for (let i = 0; i < validLength; i++) {
          for (let j = 0; j < (causal ? i + 1 : validLength); j++) {
            const m = memory[i * h.tokens + j];
            if (m >= limits[i]) kept++;
            real.push((m + c.guard) * 2 ** (14 - c.queryBits - c.keyBits) * h.scoreScale[i] + h.scoreOffset[i]);
          }
        }
        const target = Math.round(fraction * real.length);
        expect(found).toMatchObject({ keptPairs: kept, validPairs: real.length });
        expect(Number.isFinite(found.threshold)).toBe(true);
        expect(kept).toBeGreaterThanOrEqual(target);
        // Without the pairs that tie with the target's last one, the target is not reached.
        const last = real.toSorted((a, b) => b - a)[target - 1];
        const near = 1e-9 * (1 + Math.abs(last ?? 0));
        const ties = target === 0 ? 0 : real.filter((x) => Math.abs(x - last) <= near).length;
        expect(kept - ties).toBeLessThanOrEqual(target);
        if (target === 0) expect(kept).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('ties are kept together, with room for rounding below them', () => {
    const q = Int8Array.of(16, 16, 16, 16);
    const codes = { q, k: Int8Array.of(-16, 16, 16, 16), tokens: 4, dim: 1 };
    const scales = { scoreScale: new Float64Array(4).fill(0.1), scoreOffset: new Float64Array(4) };
    const found = thresholdForKeep({
      head: { ...codes, ...scales },
      score: memoryScore({ queryBits: 4, keyBits: 4 }),
      fraction: 0.5,
    });
    // Scores are 9 * 6.4 (12 pairs) and -3 * 6.4 (4 pairs): between them lies 3 * 6.4.
    expect(found).toMatchObject({ keptPairs: 12, validPairs: 16 });
    expect(found.threshold).toBeCloseTo(3 * 6.4, 9);
  });

  test('bad fractions and lengths', () => {
    const h = quantiseHead({ q: [1], k: [1], v: [1], tokens: 1, dim: 1 });
    const ok = { head: h, score: exactScore(20), fraction: 0.5 };
    expect(() => thresholdForKeep({ ...ok, fraction: 1.5 })).toThrow(/1\.5/);
    expect(() => thresholdForKeep({ ...ok, fraction: Number.NaN })).toThrow(/NaN/);
    expect(() => thresholdForKeep({ ...ok, validLength: 2 })).toThrow(/valid length is 2/);
  });
});
