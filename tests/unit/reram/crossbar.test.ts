import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PrunusError } from '../../../src/errors.ts';
import { mix } from '../../../src/numerics/random.ts';
import {
  type CrossbarDesign,
  fullCurrent,
  KeyCrossbar,
  noiseScales,
  queryLevels,
} from '../../../src/reram/crossbar.ts';
import { columnCounter, oddLevel, placeKey, tilesPerBank } from '../../../src/reram/layout.ts';
import { decide, placeByHand } from './reference.ts';

const base: CrossbarDesign = {
  tokens: 40,
  dim: 15,
  channels: 2,
  banks: 3,
  columns: 4,
  cellBits: 4,
  dacBits: 4,
  programSigma: 0,
  readSigma: 0,
  comparatorSigma: 0,
};

const bytes = (length: number, seed: number): Int8Array => Int8Array.from({ length }, (_, n) => mix(seed * 65536 + n));

/** Kept keys of one query, by the model. */
function keep(design: CrossbarDesign, seed: number, q: Int8Array, k: Int8Array, row: number, threshold: number) {
  const crossbar = new KeyCrossbar(design, seed, k);
  const kept = new Int32Array(k.length / design.dim);
  const count = crossbar.keep(queryLevels(q, design.dacBits), row, kept.length, threshold, kept);
  return [...kept.subarray(0, count)];
}

const layouts = fc.record({
  tokens: fc.integer({ min: 1, max: 60 }),
  channels: fc.integer({ min: 1, max: 4 }),
  banks: fc.integer({ min: 1, max: 4 }),
  columns: fc.integer({ min: 1, max: 9 }),
});

describe('layout', () => {
  test('is what filling the banks key by key gives; no two keys share a column', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const seen = new Set<number>();
        for (let j = 0; j < layout.tokens; j++) {
          const { channel, bank, tile, column, tileId } = placeKey(layout, j);
          expect({ tileId, column }).toEqual(placeByHand({ ...base, ...layout }, j));
          expect(channel < layout.channels && bank < layout.banks && tile < tilesPerBank(layout)).toBe(true);
          seen.add(columnCounter({ tileId, column }));
        }
        expect(seen.size).toBe(layout.tokens);
      }),
    );
  });

  test('adjacent keys go to different channels, then banks, then columns, then tiles', () => {
    expect([0, 1, 2, 6, 24].map((j) => placeKey(base, j))).toEqual([
      { channel: 0, bank: 0, tile: 0, column: 0, tileId: 0 },
      { channel: 1, bank: 0, tile: 0, column: 0, tileId: 6 },
      { channel: 0, bank: 1, tile: 0, column: 0, tileId: 2 },
      { channel: 0, bank: 0, tile: 0, column: 1, tileId: 0 },
      { channel: 0, bank: 0, tile: 1, column: 0, tileId: 1 },
    ]);
    expect(tilesPerBank(base)).toBe(2);
    expect(tilesPerBank({ tokens: 1, channels: 4, banks: 4, columns: 128 })).toBe(1);
  });
});

describe('coding', () => {
  test('levels are odd, symmetric about zero and fill the range', () => {
    for (let bits = 1; bits <= 8; bits++) {
      const levels = new Set(Array.from({ length: 256 }, (_, n) => oddLevel(n - 128, bits)));
      const most = 2 ** bits - 1;
      expect([...levels].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2 ** bits }, (_, n) => 2 * n - most));
    }
  });
});

const designs = fc
  .record({
    layout: layouts,
    dim: fc.constantFrom(1, 2, 8, 15, 64, 128),
    cellBits: fc.integer({ min: 1, max: 8 }),
    dacBits: fc.integer({ min: 1, max: 8 }),
    sigmas: fc.tuple(fc.constantFrom(0, 0.01, 0.1), fc.constantFrom(0, 0.001, 0.01), fc.constantFrom(0, 0.001, 0.01)),
  })
  .map(({ layout, dim, cellBits, dacBits, sigmas: [programSigma, readSigma, comparatorSigma] }) => ({
    ...layout,
    dim,
    cellBits,
    dacBits,
    programSigma,
    // Wider products with these noises are refused.
    ...(cellBits + dacBits <= 12 ? { readSigma, comparatorSigma } : { readSigma: 0, comparatorSigma: 0 }),
  }));

describe('decisions', () => {
  test('against BigInt, any layout, widths and noise, with thresholds at and beside a key', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    let keptSome = 0;
    let prunedSome = 0;
    fc.assert(
      fc.property(designs, word, fc.nat({ max: 999 }), fc.nat({ max: 2 }), (design, seed, data, row) => {
        const k = bytes(Math.min(design.tokens, 20) * design.dim, data);
        const q = bytes(3 * design.dim, data + 1000);
        const { dim } = design;
        const query = q.subarray(row * dim, (row + 1) * dim);
        const key = (j: number) => k.subarray(j * dim, (j + 1) * dim);
        const pivot = decide(design, seed, query, key(0), 0, row, 0).sum;
        for (const near of [0n, 1n, -1n]) {
          const threshold = Number((pivot >> 6n) + near);
          const expected = Array.from({ length: k.length / dim }, (_, j) => j).filter(
            (j) => decide(design, seed, query, key(j), j, row, threshold).kept,
          );
          expect(keep(design, seed, q, k, row, threshold)).toEqual(expected);
          keptSome += expected.length;
          prunedSome += k.length / dim - expected.length;
        }
      }),
      { numRuns: 150 },
    );
    expect(Math.min(keptSome, prunedSome)).toBeGreaterThan(100);
  });

  test('without noise it is the digital bound on sum qh kh, and a tie is kept', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9999 }), fc.constantFrom(8, 15, 64), (data, dim) => {
        const design = { ...base, dim };
        const k = bytes(10 * dim, data);
        const q = bytes(dim, data + 10_000);
        const exact = Array.from({ length: 10 }, (_, j) => {
          const [qs, ks] = [[...q], [...k.subarray(j * dim, (j + 1) * dim)]].map((x) => x.map((y) => y >> 4));
          const total = (x: number[]) => x.reduce((a, b) => a + b, 0);
          return 4 * total(qs.map((x, d) => x * ks[d])) + 2 * total(qs) + 2 * total(ks) + dim;
        });
        const tie = exact[3];
        const at = (threshold: number) => keep(design, 5, q, k, 0, threshold);
        expect(at(tie)).toEqual([...exact.keys()].filter((j) => exact[j] >= tie));
        expect(at(tie)).toContain(3);
        expect(at(tie + 1)).not.toContain(3);
      }),
    );
  });

  test('the extremes of every width: all -128, all 127', () => {
    for (const bits of [1, 4, 8]) {
      const design = { ...base, dim: 128, cellBits: bits, dacBits: bits };
      const k = new Int8Array(256).fill(-128, 0, 128).fill(127, 128);
      const most = (2 ** bits - 1) ** 2 * 128;
      expect(fullCurrent(design)).toBe(most * 64);
      expect(keep(design, 0, new Int8Array(128).fill(-128), k, 0, most)).toEqual([0]);
      expect(keep(design, 0, new Int8Array(128).fill(127), k, 0, most)).toEqual([1]);
      expect(keep(design, 0, new Int8Array(128).fill(127), k, 0, -most)).toEqual([0, 1]);
      expect(keep(design, 0, new Int8Array(128).fill(127), k, 0, 2 ** 31 - 1)).toEqual([]);
      expect(keep(design, 0, new Int8Array(128).fill(127), k, 0, -(2 ** 31))).toEqual([0, 1]);
    }
  });

  test('read noise changes with the operation, comparator offset and programming do not', () => {
    const k = new Int8Array(40 * 15);
    const q = new Int8Array(50 * 15);
    const patterns = (design: CrossbarDesign) =>
      new Set(Array.from({ length: 50 }, (_, row) => keep(design, 9, q, k, row, 15).join(' '))).size;
    expect(patterns({ ...base, readSigma: 0.01 })).toBe(50);
    expect(patterns({ ...base, comparatorSigma: 0.01 })).toBe(1);
    expect(patterns({ ...base, programSigma: 0.05 })).toBe(1);
    expect(keep({ ...base, programSigma: 0.05 }, 9, q, k, 0, 15)).not.toEqual(
      keep({ ...base, programSigma: 0.05 }, 10, q, k, 0, 15),
    );
  });

  test('noise spreads the decision as its sigma says', () => {
    // All currents equal, threshold one sigma above: about 16 % of the keys pass.
    const design = { ...base, tokens: 20_000, columns: 128, dim: 1, readSigma: 0.2 };
    const sigmaLevels = 0.2 * 15 * 15;
    const kept = keep(design, 3, new Int8Array(1), new Int8Array(20_000), 0, 1 + sigmaLevels);
    // Four uniforms added, beyond one sigma: x^4 - 4 (x-1)^4 over 4!, x = 2 - sqrt(1/3); within five standard errors.
    const x = 2 - Math.sqrt(1 / 3);
    expect(Math.abs(kept.length / 20_000 - (x ** 4 - 4 * (x - 1) ** 4) / 24)).toBeLessThan(0.0132);
  });
});

describe('refusals', () => {
  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof PrunusError) return `${error.code} ${error.message}`;
      throw error;
    }
    return 'accepted';
  };

  test('noise whose multiplier passes 2^31, is negative or not a number', () => {
    const large = { ...base, dim: 128, cellBits: 8, dacBits: 8 };
    expect(noiseScales({ ...large, readSigma: 0.009 }).read).toBeLessThanOrEqual(2 ** 31);
    expect(code(() => noiseScales({ ...large, readSigma: 0.0092 }))).toMatch(/^PR0301 readSigma is 0.0092/);
    expect(code(() => noiseScales({ ...large, comparatorSigma: 1 }))).toMatch(/^PR0301 comparatorSigma/);
    expect(code(() => noiseScales({ ...base, programSigma: -0.1 }))).toMatch(/^PR0301 programSigma/);
    expect(code(() => noiseScales({ ...base, programSigma: NaN }))).toMatch(/^PR0301 programSigma/);
  });

  test('sizes and widths', () => {
    const make = (change: Partial<CrossbarDesign>, keys = 15) =>
      code(() => new KeyCrossbar({ ...base, ...change }, 0, new Int8Array(keys)));
    expect(make({})).toBe('accepted');
    expect(make({}, 0)).toBe('accepted');
    for (const change of [{ cellBits: 0 }, { cellBits: 9 }, { dacBits: 0 }, { dim: 4097 }, { columns: 65537 }]) {
      expect(make(change)).toMatch(/^PR0302/);
    }
    expect(make({}, 16)).toMatch(/^PR0302 the crossbar's keys/);
    expect(make({}, 41 * 15)).toMatch(/^PR0302 the crossbar's keys is 41; an integer from 0 to 40/);
    expect(make({ tokens: 70_000, columns: 1 })).toMatch(/^PR0302 the crossbar's channels x banks x tiles/);
  });
});
