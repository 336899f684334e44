import { describe, expect, test } from 'vitest';
import { relevanceQuality, topKForKeep } from '../../src/explore/relevance.ts';
import { real, tensorsOf } from './codebook-cases.ts';

describe('quality', () => {
  test('by hand', () => {
    // Scores 1, 2, 3 times ln 2 for each query: masses 1/7, 2/7, 4/7 and so on with the query.
    const log = Math.LN2 * Math.SQRT1_2 * 2;
    const tensors = tensorsOf(3, 2, [1, 0, 1, 0, 1, 0], [log, 0, 2 * log, 0, 3 * log, 0]).head(0);
    const masks = { tokens: 3, dim: 2, length: 3, causal: false };
    const kept = [1, 0, 0, 0, 1, 0, 0, 1, 1];
    const top = relevanceQuality(tensors, masks, kept, 'top');
    expect(top.keptFraction).toBeCloseTo(4 / 9, 12);
    expect(top.predicted.mass).toBeCloseTo((1 / 7 + 2 / 7 + 6 / 7) / 3, 6);
    expect(top.predicted.recall).toBeCloseTo(2 / 4, 12);
    expect(top.oracle.mass).toBeCloseTo((4 / 7 + 4 / 7 + 6 / 7) / 3, 6);
    // Four of the head's largest: three of 4/7, and the first of the next.
    const threshold = relevanceQuality(tensors, masks, kept, 'threshold');
    expect(threshold.oracle.mass).toBeCloseTo((4 / 7 + 2 / 7 + 4 / 7 + 4 / 7) / 3, 6);
    expect(threshold.predicted.recall).toBeCloseTo(1 / 4, 12);
    const causal = relevanceQuality(tensors, { ...masks, causal: true }, [1, 0, 0, 0, 1, 0, 0, 0, 1], 'top');
    expect(causal.predicted.mass).toBeCloseTo((1 + 2 / 3 + 4 / 7) / 3, 6);
    expect([causal.predicted.recall, causal.keptFraction]).toEqual([1, 0.5]);
  });

  test('SPRINT, beside: nearly the oracle', () => {
    const masks = { tokens: 128, dim: 64, length: 128, causal: false };
    const kept = Uint8Array.from({ length: 128 ** 2 }, (_, n) => (n % 128 < 32 ? 1 : 0));
    for (const selection of ['threshold', 'top'] as const) {
      const { oracle, memory, predicted, keptFraction } = relevanceQuality(real.head(0), masks, kept, selection);
      expect(keptFraction).toBe(0.25);
      expect(oracle.recall).toBe(1);
      expect(memory.mass / oracle.mass).toBeGreaterThan(0.98);
      expect(memory.mass).toBeLessThanOrEqual(oracle.mass + 1e-12 + (selection === 'threshold' ? 0.01 : 0));
      expect(predicted.mass).toBeLessThan(0.6 * oracle.mass);
    }
  });

  test('the k that keeps a fraction', () => {
    expect(topKForKeep(0.25, 128, false)).toBe(32);
    expect(topKForKeep(0, 128, false)).toBe(1);
    expect(topKForKeep(1, 128, true)).toBe(128);
    // 1 + 2 + 3 + 3 + 3 of 15.
    expect(topKForKeep(0.8, 5, true)).toBe(3);
  });
});
