import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { biasCells } from '../../src/architectures/hardsea/codebook.ts';
import {
  type HardseaFunctionalDesign,
  type HardseaHead,
  hardseaHead,
} from '../../src/architectures/hardsea/functional.ts';
import { CodebookArray, predictorTag } from '../../src/architectures/hardsea/predictor.ts';
import { biasRows, codebookRows } from '../../src/components/relevance-payloads.ts';
import { PrunusError } from '../../src/errors.ts';
import { mix } from '../../src/numerics/random.ts';
import { sprintHead } from '../../src/architectures/sprint/functional.ts';
import { referencePrediction } from './hardsea-reference.ts';

const exact = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0 };

function designOf(change: Partial<HardseaFunctionalDesign> = {}): HardseaFunctionalDesign {
  const sizes = { tokens: 32, dim: 8, subspaces: 2, centroids: 4, cellBits: 4, dacBits: 4, crossingBits: 8 };
  return { ...sizes, relevance: 'asymmetric', scoreBits: 12, ...exact, ...change };
}

const uniform = (seed: number, n: number): number => (mix(seed * 2 ** 20 + n) << 24) >> 24;

function headOf(p: HardseaFunctionalDesign, length: number, change: Partial<HardseaHead> = {}, data = 0): HardseaHead {
  const tensor = (seed: number) => Int8Array.from({ length: length * p.dim }, (_, n) => uniform(seed + data, n));
  const columns = p.subspaces * p.centroids;
  const most = 2 ** p.cellBits - 1;
  const cells = Int8Array.from(
    { length: columns * codebookRows(p) },
    (_, n) => (mix(data + 77 + n) % (2 * most + 1)) - most,
  );
  const products = Uint16Array.from(
    { length: columns * p.centroids },
    (_, n) => mix(data + 99 + n) % 2 ** p.crossingBits,
  );
  return {
    length,
    causal: false,
    prune: true,
    scoreShift: 18,
    expShift: 0,
    noiseSeed: 7,
    q: tensor(1),
    k: tensor(2),
    v: tensor(3),
    multiplier: new Uint16Array(length).fill(3000),
    threshold: new Int32Array(length),
    codebook: { cells, products },
    keyRamp: 3,
    queryRamp: 2,
    topK: 0,
    diagonal: false,
    ...change,
  };
}

const designs = fc.record({
  dim: fc.constantFrom(4, 8, 12, 16),
  subspaces: fc.constantFrom(1, 2, 4),
  centroids: fc.constantFrom(2, 4, 16),
  cellBits: fc.integer({ min: 1, max: 7 }),
  dacBits: fc.integer({ min: 1, max: 8 }),
  crossingBits: fc.integer({ min: 2, max: 12 }),
  relevance: fc.constantFrom('asymmetric', 'table', 'count'),
  programSigma: fc.constantFrom(0, 0.05),
  readSigma: fc.constantFrom(0, 0.02),
  comparatorSigma: fc.constantFrom(0, 0.02),
  jitterSigma: fc.constantFrom(0, 0.01),
});
const heads = fc.record({
  length: fc.integer({ min: 0, max: 12 }),
  causal: fc.boolean(),
  diagonal: fc.boolean(),
  topK: fc.constantFrom(0, 0, 1, 3, 32),
  keyRamp: fc.integer({ min: 0, max: 31 }),
  queryRamp: fc.integer({ min: 0, max: 31 }),
  noiseSeed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  data: fc.integer({ min: 0, max: 2 ** 20 }),
});

describe('hardseaHead', () => {
  test('relevances, ids and kept keys against BigInt, any design and head', () => {
    let kept = 0;
    let dropped = 0;
    let uneven = 0;
    fc.assert(
      fc.property(designs, heads, (change, { length, data, ...options }) => {
        const p = designOf(change);
        // Ramps that leave something to see, half of the time.
        const near = Math.max(0, p.cellBits + p.dacBits + 2 - p.crossingBits);
        const ramps = data % 2 === 0 ? { keyRamp: near, queryRamp: near } : {};
        const head = headOf(p, length, { ...options, ...ramps }, data);
        const middle = p.relevance === 'count' ? 1 : p.subspaces * 2 ** (p.crossingBits - 1);
        for (let i = 0; i < length; i++) head.threshold[i] = middle + (mix(data + i) % 5) - 2;
        const expected = referencePrediction(p, head);
        const out = hardseaHead(p, head);
        expect([...out.relevances]).toEqual(expected.relevances);
        expect([...out.ids]).toEqual(expected.ids);
        expect([...out.kept]).toEqual(expected.kept);
        expect(out.keptCount).toBe(expected.kept.filter((x) => x === 1).length);
        kept += out.keptCount;
        dropped += length ** 2 - out.keptCount;
        if (new Set(expected.relevances).size > 3) uneven++;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(kept, dropped)).toBeGreaterThan(2000);
    expect(uneven).toBeGreaterThan(50);
  });

  test('of the keys that are kept it makes what SPRINT makes of everything', () => {
    const p = designOf();
    const crossbar = { channels: 1, banks: 1, columns: 32 };
    const form = { scoreBits: 12, normalisation: 'deferred', probabilityRounding: 'round' } as const;
    for (const causal of [false, true]) {
      const head = headOf(p, 20, { causal, prune: false, codebook: null });
      const all = sprintHead({ ...p, ...crossbar, ...form }, head);
      const out = hardseaHead(p, head);
      expect(out.out).toEqual(all.out);
      expect(out.kept).toEqual(all.kept);
      expect(out.ids.length + out.relevances.filter((x) => x !== 0).length).toBe(0);
      const everything = { prune: true, topK: 32, codebook: headOf(p, 20).codebook };
      expect(hardseaHead(p, { ...head, ...everything }).out).toEqual(all.out);
    }
    expect([...hardseaHead(p, headOf(p, 3, { threshold: new Int32Array(3).fill(2 ** 10 - 1) })).none]).toEqual([
      1, 1, 1,
    ]);
  });

  test('refuses heads and codebooks that do not fit', () => {
    const p = designOf({ tokens: 4, relevance: 'table' });
    const message = (change: Partial<HardseaHead>, design: Partial<HardseaFunctionalDesign> = {}): string => {
      try {
        hardseaHead({ ...p, ...design }, headOf(p, 4, change));
      } catch (error) {
        if (error instanceof PrunusError) return `${error.code} ${error.message}`;
        throw error;
      }
      return 'accepted';
    };
    const { cells, products } = headOf(p, 4).codebook!;
    const changed = <T extends Int8Array | Uint16Array>(x: T, value: number): T =>
      x.map((y, n) => (n === 5 ? value : y)) as T;
    expect(message({})).toBe('accepted');
    expect(message({ topK: 4 })).toBe('accepted');
    expect(message({ topK: 5 })).toBe('PR0312 topK is 5; an integer from 0 to 4 is allowed');
    expect(message({ keyRamp: 32 })).toBe('PR0312 keyRamp is 32; an integer from 0 to 31 is allowed');
    expect(message({ queryRamp: 0.5 })).toBe('PR0312 queryRamp is 0.5; an integer from 0 to 31 is allowed');
    expect(message({ threshold: new Int32Array(4).fill(1024) })).toBe(
      'PR0312 a threshold is 1024; an integer from -1024 to 1023 is allowed',
    );
    expect(message({ v: new Int8Array(31) })).toBe('PR0312 v has 31 elements; a length of 4 with dim 8 takes 32');
    expect(message({ codebook: null })).toBe('PR0312 the head is to be pruned and has no codebook');
    expect(message({ codebook: { cells: cells.subarray(1), products } })).toBe(
      'PR0312 the codebook has 55 cells; 2 subspaces of 4 centroids with 7 rows take 56',
    );
    expect(message({ codebook: { cells: changed(cells, -16), products } })).toBe(
      'PR0312 the codebook has a cell -16; pairs of 4-bit cells hold -15 to 15',
    );
    expect(message({ codebook: { cells } })).toBe(
      'PR0312 the codebook has 0 products; tables of 2 subspaces of 4 centroids take 32',
    );
    expect(message({ codebook: { cells, products: changed(products!, 256) } })).toBe(
      'PR0312 the codebook has a product 256; 8 bits hold up to 255',
    );
    expect(message({}, { jitterSigma: Number.NaN })).toMatch(/^PR0301 jitterSigma is NaN/);
    expect(message({}, { readSigma: -1 })).toMatch(/^PR0301 readSigma is -1/);
  });
});

describe('the array', () => {
  const p = designOf({ dim: 2, subspaces: 1, centroids: 2 });

  test('currents, codes and winners by hand', () => {
    // Two elements, one coarse and one fine bias row; levels 2 (100 >> 4) + 1 = 13 and 2 (-50 >> 4) + 1 = -7.
    const array = new CodebookArray(p, Int8Array.of(10, 3, -2, 5, 9, -4, 1, 0), 0);
    const x = Int8Array.of(100, -50);
    array.drive(x, 0, { bias: false, ramp: 0, operation: 0 });
    expect([...array.codes]).toEqual([130 - 21 + 128, 255]);
    expect([...array.winners]).toEqual([1]);
    array.drive(x, 0, { bias: true, ramp: 2, operation: 0 });
    // (130 - 21 - 30 + 5) / 4 and (117 + 28 + 15) / 4.
    expect([...array.codes]).toEqual([21 + 128, 40 + 128]);
    array.drive(x, 0, { bias: false, ramp: 8, operation: 0 });
    // Alike at this ramp: the first wins.
    expect([[...array.codes], [...array.winners]]).toEqual([[128, 128], [0]]);
  });

  test('spreads have the standard deviations that are asked for', () => {
    const size = { ...p, dim: 4, subspaces: 1, centroids: 256, crossingBits: 12 };
    const cells = new Int8Array(256 * codebookRows(size));
    const spread = (sigmas: Partial<typeof exact>, bias = false): number => {
      const array = new CodebookArray({ ...size, ...sigmas }, cells, 5);
      const codes: number[] = [];
      for (let operation = 0; operation < 20; operation++) {
        array.drive(new Int8Array(4), 0, { bias, ramp: 0, operation });
        codes.push(...array.codes);
      }
      const mean = codes.reduce((a, b) => a + b, 0) / codes.length;
      return Math.sqrt(codes.reduce((sum, c) => sum + (c - mean) ** 2, 0) / codes.length);
    };
    // Zeros drive level 1. The largest current is 15 * 15 * 4 levels; a ramp of 0 tells each.
    const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(0.1);
    near(spread({ readSigma: 0.1 }), 90);
    near(spread({ comparatorSigma: 0.1 }), 90);
    near(spread({ jitterSigma: 0.02 }), 0.02 * 4096);
    // Four cells of 1.5 levels each, and with the bias two at level 15 and one at 1.
    near(spread({ programSigma: 0.1 }), 1.5 * Math.sqrt(4));
    near(spread({ programSigma: 0.1 }, true), 1.5 * Math.sqrt(4 + 2 * 225 + 1));
    expect(spread({})).toBe(0);
  });

  test('the purposes of random words are told apart', () => {
    const text = (tag: number) => String.fromCharCode(...[24, 16, 8, 0].map((at) => (tag >>> at) & 255));
    expect(Object.values(predictorTag).map(text)).toEqual(['PQPR', 'PQOF', 'PQRD', 'PQJT']);
  });
});

test('bias rows come as near as they can', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: -1.2, max: 1.2, noNaN: true }),
      (dim, cellBits, dacBits, share) => {
        const p = { dim, subspaces: 1, cellBits, dacBits };
        const [most, level] = [2 ** cellBits - 1, 2 ** dacBits - 1];
        const coarse = biasRows(p) - 1;
        const reach = coarse * level * most + most;
        const bias = share * reach;
        const cells = biasCells(p, bias);
        expect(cells.every((g) => Math.abs(g) <= most)).toBe(true);
        const sum = cells.reduce((all, g, r) => all + g * (r === coarse ? 1 : level), 0);
        const error = Math.abs(sum - bias);
        // Beyond their reach: the end of it. Within: half a unit, and what the fine row cannot bridge between coarse steps.
        if (Math.abs(bias) > reach) expect(error).toBeCloseTo(Math.abs(bias) - reach, 6);
        else expect(error).toBeLessThanOrEqual(Math.max(0.5, level / 2 - most) + 1e-9);
      },
    ),
    { numRuns: 500 },
  );
});
