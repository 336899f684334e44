import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantiseHead } from '../../src/workload/quantise.ts';
import { memoryScores, memoryThresholds, thresholdForKeep } from '../../src/workload/thresholds.ts';

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
        const scores = memoryScores(h, c);
        const at = (x: Int8Array, row: number, channel: number, n: number) =>
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
    const [m] = memoryScores(h, { queryBits: 8, keyBits: 8, guard: 0 });
    expect(m / 4).toBeCloseTo(100.5 * -49.5 + -89.5 * 70.5, 9);
    const [coarse] = memoryScores(h, { queryBits: 4, keyBits: 4, guard: 0 });
    expect(coarse * 64).toBe(104 * -56 + -88 * 72);
  });
});

describe('memory thresholds', () => {
  const base = { queryBits: 4, keyBits: 4, guard: 0, scoreScale: [0.5, 0.25], scoreOffset: [0, 1] };

  test('the formula by hand', () => {
    // Query 0: 100 / 0.5 / 64 = 3.125; query 1: 99 / 0.25 / 64 = 6.1875.
    expect([...memoryThresholds({ ...base, threshold: 100 })]).toEqual([4, 7]);
    expect([...memoryThresholds({ ...base, threshold: [-100, 100], guard: 2 })]).toEqual([-5, 5]);
    // An exact multiple is kept: ceil adds nothing, m >= T holds at equality.
    expect(memoryThresholds({ ...base, threshold: 32 })[0]).toBe(1);
  });

  test('out of reach clamps to 28 bits', () => {
    const out = memoryThresholds({ ...base, threshold: [Infinity, -Infinity] });
    expect([...out]).toEqual([2 ** 27 - 1, -(2 ** 27)]);
    expect(memoryThresholds({ ...base, threshold: 1e300 })[0]).toBe(2 ** 27 - 1);
  });

  test('bad requests', () => {
    expect(() => memoryThresholds({ ...base, threshold: [1] })).toThrow(/1 thresholds .* 2 queries/);
    expect(() => memoryThresholds({ ...base, threshold: Number.NaN })).toThrow(/not a number/);
    expect(() => memoryThresholds({ ...base, threshold: 0, queryBits: 9 })).toThrow(/queryBits is 9/);
    expect(() => memoryThresholds({ ...base, threshold: 0, guard: -1 })).toThrow(/guard is -1/);
  });
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
        const found = thresholdForKeep({ head: h, ...c, fraction, causal, validLength });
        const limits = memoryThresholds({ ...h, ...c, threshold: found.threshold });
        const memory = memoryScores(h, c);
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
      queryBits: 4,
      keyBits: 4,
      guard: 0,
      fraction: 0.5,
    });
    // Scores are 9 * 6.4 (12 pairs) and -3 * 6.4 (4 pairs): between them lies 3 * 6.4.
    expect(found).toMatchObject({ keptPairs: 12, validPairs: 16 });
    expect(found.threshold).toBeCloseTo(3 * 6.4, 9);
  });

  test('bad fractions and lengths', () => {
    const h = quantiseHead({ q: [1], k: [1], v: [1], tokens: 1, dim: 1 });
    const ok = { head: h, queryBits: 4, keyBits: 4, guard: 0, fraction: 0.5 };
    expect(() => thresholdForKeep({ ...ok, fraction: 1.5 })).toThrow(/1\.5/);
    expect(() => thresholdForKeep({ ...ok, fraction: Number.NaN })).toThrow(/NaN/);
    expect(() => thresholdForKeep({ ...ok, validLength: 2 })).toThrow(/valid length is 2/);
  });
});
