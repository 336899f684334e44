import { describe, expect, test } from 'vitest';
import { mix } from '../../src/numerics/random.ts';
import { programCodebook } from '../../src/workload/codebook.ts';
import { codebookScheme, mixedTensors } from '../../src/workload/codebook-mix.ts';
import { type CodebookOptions, trainCodebooks } from '../../src/workload/codebook-training.ts';
import { prepareHead } from '../../src/workload/quantise.ts';
import type { AttentionTensors } from '../../src/workload/tensors.ts';
import { real, options, designOf, tensorsOf, codeOf } from './codebook-cases.ts';

describe('training', () => {
  test('finds the groups that keys are in, and their own means', () => {
    // Per subspace four far points, each with two keys about it; channel d is d + 1 times as large as the first.
    const corner = (n: number, d: number): number => [8, -8][(n >> d) & 1]!;
    const k = Array.from({ length: 8 * 4 }, (_, n) => {
      const [token, d] = [Math.floor(n / 4), n % 4];
      const group = d < 2 ? token >> 1 : (token >> 1) ^ 3;
      return (d + 1) * (corner(group, d % 2) + (token % 2 === 0 ? 0.25 : -0.25));
    });
    const file = trainCodebooks([{ name: 'a', tensors: tensorsOf(8, 4, k, k) }], {
      subspaces: 2,
      centroids: 4,
      mixing: 'none',
    });
    const { centroids, mix: none } = file.layers[0]!.heads[0]!;
    expect(none).toBeNull();
    for (const m of [0, 1]) {
      // In units of their channels.
      const own = centroids.slice(m * 8, m * 8 + 8).map((x, n) => x / (m * 2 + (n % 2) + 1));
      const found = Array.from({ length: 4 }, (_, c) => own.slice(c * 2, c * 2 + 2));
      const rounded = found.map((x) => x.map((y) => Math.round(y)).join()).toSorted();
      expect(rounded).toEqual(['-8,-8', '-8,8', '8,-8', '8,8']);
      // Within the quantisation of the keys.
      for (const x of own) expect(Math.abs(Math.abs(x) - 8)).toBeLessThan(0.05);
    }
  });

  test('is repeatable, depends on the seed, and has as many numbers as it says', () => {
    const train = (seed: number) => trainCodebooks([{ name: 'l0', tensors: real }], { ...options, seed });
    const file = train(3);
    expect(train(3)).toEqual(file);
    expect(train(4).layers).not.toEqual(file.layers);
    expect(file.layers[0]).toMatchObject({ name: 'l0', dim: 64, subspaces: 16, centroids: 16 });
    for (const head of file.layers[0]!.heads) {
      expect([head.centroids.length, head.queries.length, head.mix!.length]).toEqual([1024, 1024, 4096]);
    }
  });

  test('tokens past the valid length take no part', () => {
    const { q, k } = real.head(0);
    const loud = (x: ArrayLike<number>) => Array.from(x, (y, n) => (n < 100 * 64 ? y : 1e3 * mix(n)));
    const one = (a: ArrayLike<number>, b: ArrayLike<number>) => tensorsOf(128, 64, Array.from(a), Array.from(b));
    const train = (tensors: AttentionTensors) => trainCodebooks([{ name: 'l', tensors, validLength: 100 }], options);
    expect(train(one(loud(q), loud(k)))).toEqual(train(one(q, k)));
  });

  test('fewer different keys than centroids, and keys that are all zero', () => {
    for (const value of [3, 0]) {
      const tensors = tensorsOf(
        4,
        4,
        Array.from({ length: 16 }, () => 1),
        Array.from({ length: 16 }, () => value),
      );
      for (const mixing of ['none', 'balanced'] as const) {
        const [layer] = trainCodebooks([{ name: 'l', tensors }], { subspaces: 2, centroids: 4, mixing }).layers;
        expect(layer!.heads[0]!.centroids.every((x) => x === 0)).toBe(true);
        const head = prepareHead(mixedTensors(tensors, layer!).head(0), { tokens: 4, dim: 4 }, codebookScheme(layer!));
        const { codebook, keyRamp } = programCodebook(
          designOf(tensors, { subspaces: 2, centroids: 4 }),
          layer!,
          0,
          head,
          4,
        );
        expect([codebook.cells.every((x) => x === 0), keyRamp]).toEqual([true, 0]);
      }
    }
  });

  test('refuses what cannot be', () => {
    const train = (change: Partial<CodebookOptions>) =>
      codeOf(() => trainCodebooks([{ name: 'l', tensors: real }], { ...options, ...change }));
    expect(train({ centroids: 12 })).toBe('PR0460 12 centroids cannot be: their numbers need a power of two');
    expect(train({ centroids: 512 })).toBe('PR0460 centroids is 512; a whole number from 2 to 256 is needed');
    expect(train({ subspaces: 5 })).toBe('PR0460 5 subspaces do not divide a vector of 64 elements evenly');
    expect(train({ power: 0.6 })).toBe('PR0460 the power is 0.6; 0 to 0.5 is needed');
    expect(train({ seed: -1 })).toMatch(/^PR0460 the seed is -1/);
    const long = codeOf(() => trainCodebooks([{ name: 'l', tensors: real, validLength: 129 }], options));
    expect(long).toBe('PR0460 the valid length is 129; a whole number from 1 to 128 is needed');
  });
});
