import { describe, expect, test } from 'vitest';
import { codebookScheme, mixedTensors } from '../../src/workload/codebook-mix.ts';
import { trainCodebooks } from '../../src/workload/codebook-training.ts';
import { defaultScheme } from '../../src/workload/quantise.ts';
import { real, options, tensorsOf, scores, codeOf } from './codebook-cases.ts';

describe('mixing', () => {
  const { layers } = trainCodebooks([{ name: 'l', tensors: real }], options);
  const mixed = mixedTensors(real, layers[0]!);

  test('leaves every q.k and the values, and makes the largest centred key of every subspace 1', () => {
    for (let h = 0; h < real.heads; h++) {
      const before = scores(real.head(h), 64);
      const after = scores(mixed.head(h), 64);
      const size = Math.max(...before.map(Math.abs));
      expect(Math.max(...after.map((x, n) => Math.abs(x - before[n]!)))).toBeLessThan(1e-4 * size);
      expect(mixed.head(h).v).toEqual(real.head(h).v);
      const k = Array.from(mixed.head(h).k);
      const mean = Array.from({ length: 64 }, (_, d) => k.reduce((sum, x, n) => sum + (n % 64 === d ? x / 128 : 0), 0));
      for (let m = 0; m < 16; m++) {
        const part = k.map((x, n) => x - mean[n % 64]!).filter((_, n) => Math.floor((n % 64) / 4) === m);
        expect(Math.max(...part.map(Math.abs))).toBeCloseTo(1, 4);
      }
    }
  });

  test('integers cannot be mixed; without mixing nothing happens', () => {
    const integers = tensorsOf(2, 64, Array.from(new Int8Array(128)), Array.from(new Int8Array(128)), 'quantised');
    expect(codeOf(() => mixedTensors(integers, layers[0]!))).toBe(
      'PR0459 the codebook of l mixes channels, and the tensors are integers',
    );
    const [plain] = trainCodebooks([{ name: 'l', tensors: integers }], { ...options, mixing: 'none' }).layers;
    expect(mixedTensors(integers, plain!)).toBe(integers);
  });

  test('mixed keys have one scale, so that distances in codes are those that were trained for', () => {
    expect(codebookScheme(layers[0]!)).toEqual({ ...defaultScheme, key: 'head' });
    expect(codebookScheme({ heads: [{ ...layers[0]!.heads[0]!, mix: null }] })).toEqual(defaultScheme);
  });
});
