import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { prepareHead } from '../../src/workload/quantise.ts';
import { compareOutputs, denseAttention, keptAttention } from '../../src/workload/reference.ts';
import { loadAttention } from '../../src/workload/tensors.ts';
import { integerThresholds, memoryScore, thresholdForKeep } from '../../src/workload/thresholds.ts';

const folder = new URL('../../examples/tensors/use-lite/', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, folder));
const meta = JSON.parse(readFileSync(path('meta.json'), 'utf8')) as {
  layers: { layer: number; heads: number; tokens: number; dim: number }[];
};

describe.each(meta.layers)('recorded layer $layer', ({ layer, heads, tokens, dim }) => {
  const tensors = loadAttention({
    q: path(`l${layer}_q.npy`),
    k: path(`l${layer}_k.npy`),
    v: path(`l${layer}_v.npy`),
  });
  const numbers = Array.from({ length: heads }, (_, index) => index);

  test('is what meta.json says', () => {
    expect(tensors).toMatchObject({ kind: 'float', heads, keyHeads: heads, tokens, dim });
  });

  test.each(numbers)('head %i survives quantisation', (index) => {
    const head = tensors.head(index);
    const out = prepareHead(head, tensors);
    const integers = { q: out.q, k: out.k, v: out.v, tokens, dim, scoreScale: out.scoreScale };
    const real = denseAttention(integers).map((x, n) => x * out.valueScale[n % dim]);
    expect(compareOutputs(real, denseAttention({ ...head, tokens, dim }), dim).cosine).toBeGreaterThan(0.9998);
  });

  test.each(numbers)('head %i keeps a quarter, and the more it keeps the closer it comes', (index) => {
    const head = tensors.head(index);
    const out = prepareHead(head, tensors);
    const dense = denseAttention({ ...head, tokens, dim });
    const score = memoryScore({ queryBits: 4, keyBits: 4 });
    const cosines = [0.25, 0.5, 1].map((fraction) => {
      const found = thresholdForKeep({ head: out, score, fraction });
      expect(found.keptPairs / found.validPairs).toBeCloseTo(fraction, 3);
      const limits = integerThresholds(score, { ...out, threshold: found.threshold });
      const kept = score.scores(out).map((m, n) => (m >= limits[Math.floor(n / tokens)] ? 1 : 0));
      return compareOutputs(keptAttention({ ...head, tokens, dim }, kept), dense, dim).cosine;
    });
    expect(cosines[0]).toBeGreaterThan(0.8);
    expect(cosines[1]).toBeGreaterThan(cosines[0]);
    expect(cosines[2]).toBeCloseTo(1, 9);
  });
});
