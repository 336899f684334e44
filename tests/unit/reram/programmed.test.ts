import { describe, expect, test } from 'vitest';
import { sprintParameters } from '../../../src/architectures/sprint/parameters.ts';
import { mix } from '../../../src/numerics/random.ts';
import { programLevels } from '../../../src/reram/array/tile.ts';
import { type CrossbarDesign, KeyCrossbar, queryLevels } from '../../../src/reram/crossbar.ts';
import { columnCounter, oddLevel, placeKey } from '../../../src/reram/layout.ts';
import { programCodebook, programKeys } from '../../../src/reram/programmed.ts';
import { encodeRecords, keyRecordShape, keyRecords } from '../../../src/reram/records.ts';
import { arrayKind } from '../../../src/reram/settings.ts';
import { said } from './arrays.ts';
import { chanceBit, gaussianBits } from './reference.ts';

const bytes = (length: number, seed: number): Int8Array => Int8Array.from({ length }, (_, n) => mix(seed * 65536 + n));
const reramOf = (reram: object) => sprintParameters.parse({ reram }).reram!;
const kindOf = (reram: object) => arrayKind(reramOf(reram))!;

// Two tiles of two banks of two channels; a key in arrays of 5, 5 and 3 rows.
const layout = { tokens: 21, dim: 13, channels: 2, banks: 2, columns: 4, rows: 5, cellBits: 3, dacBits: 4 };
const codings = ['differential', 'offset'] as const;

describe.each(codings)('%s coding', (coding) => {
  const perfect = kindOf({ device: 'crosssim-default', coding });

  test('perfect devices are ideal cells', () => {
    const keys = bytes(20 * 13, 1);
    const { codes, offsets, readScales, gains, pulses } = programKeys(layout, perfect, 7, keys);
    expect([...codes]).toEqual(Array.from(keys, (k) => 64 * oddLevel(k, 3)));
    expect([...offsets, ...readScales].every((x) => x === 0)).toBe(true);
    expect([...pulses].every((n) => n === 1)).toBe(true);
    for (const g of gains) expect(g).toBeCloseTo(1, 9);
  });

  test('every array of a key has wires and faults of its own', () => {
    const kind = kindOf({ device: 'reram65', coding, wordOhms: 400, bitOhms: 300, faults: { low: 0.1, high: 0.05 } });
    const keys = bytes(20 * 13, 2);
    const programmed = programKeys(layout, kind, 7, keys);
    const held = Array.from({ length: 20 }, (_, j) => j).filter((j) => placeKey(layout, j).tileId === 3);
    const column = { sum: 0, stuck: 0 };
    for (const [firstRow, size] of [
      [0, 5],
      [5, 5],
      [10, 3],
    ]) {
      const levels = Int16Array.from(
        held.flatMap((j) => Array.from({ length: size }, (_, i) => oddLevel(keys[j * 13 + firstRow + i], 3))),
      );
      const settings = { ...kind, cellBits: 3, dacBits: 4, rows: size, columns: 4, seed: 7, tileId: 3, firstRow };
      const tile = programLevels({ ...settings, comparatorSigma: 0 }, levels);
      held.forEach((j, c) => {
        const own = programmed.codes.subarray(j * 13 + firstRow, j * 13 + firstRow + size);
        expect([...own]).toEqual([...tile.codes.subarray(c * size, (c + 1) * size)]);
      });
      column.sum += tile.readScales[0] ** 2;
      column.stuck += tile.stuckLow + tile.stuckHigh;
    }
    expect(programmed.readScales[held[0]]).toBe(Math.round(Math.sqrt(column.sum)));
    expect(column.stuck).toBeGreaterThan(0);
    const other = programKeys(layout, kind, 8, keys);
    // Another programming of the same chip: other spreads, the same comparators and the same stuck cells.
    expect(other.codes).not.toEqual(programmed.codes);
    expect(other.offsets).toEqual(programmed.offsets);
    expect([other.stuckLow, other.stuckHigh]).toEqual([programmed.stuckLow, programmed.stuckHigh]);
    const chip = programKeys(layout, { ...kind, chip: 2 }, 7, keys);
    expect(chip.offsets).not.toEqual(programmed.offsets);
  });

  test('keys that share a tile share its wires: one key less changes the others', () => {
    const kind = kindOf({ device: 'crosssim-default', coding, wordOhms: 50, bitOhms: 50 });
    const bank = { ...layout, tokens: 4, channels: 1, banks: 1, dim: 5 };
    const keys = new Int8Array(20).fill(127);
    const all = programKeys(bank, kind, 1, keys);
    const three = programKeys(bank, kind, 1, keys.subarray(0, 15));
    for (let j = 0; j < 3; j++) {
      const more = three.gains[j] - all.gains[j];
      // In offset coding the reference gains too.
      expect(coding === 'differential' ? more : Math.abs(more)).toBeGreaterThan(0.001);
    }
  });

  test('measured conductances replace the drawn ones', () => {
    const kind = kindOf({ device: 'wan2022', coding });
    const keys = bytes(6 * 13, 3);
    const planes = coding === 'differential' ? 2 : 1;
    const measured = Float64Array.from({ length: planes * 6 * 13 }, (_, n) => 1e-6 * (5 + ((7 * n) % 31)));
    const { codes } = programKeys(layout, kind, 1, keys, measured);
    const step = coding === 'differential' ? 39e-6 / 7 : 39e-6 / 14;
    for (let n = 0; n < codes.length; n++) {
      const less = coding === 'differential' ? measured[6 * 13 + n] : 20.5e-6;
      expect(codes[n]).toBe(Math.round((64 * (measured[n] - less)) / step));
    }
    expect(said(() => programKeys(layout, kind, 1, keys, measured.subarray(1)))).toMatch(
      /^PR0912 .* coding of 6 keys of 13 needs \d+ measured conductances; there are \d+$/,
    );
  });
});

describe('decisions against BigInt, from the codes', () => {
  const spreads = { programSigma: 0, readSigma: 0, comparatorSigma: 0 };
  test.each([
    {},
    { comparator: { sigma: 0.02 } },
    { comparator: { hysteresis: 0.02 } },
    { comparator: { metastable: 0.01 } },
    { comparator: { sigma: 0.01, hysteresis: 0.02, metastable: 0.01 }, device: { preset: 'reram65', readSigma: 0.3 } },
  ])('%j', (more) => {
    const reram = reramOf({ device: 'reram65', faults: { low: 0.05 }, ...more });
    const design: CrossbarDesign = { ...layout, ...spreads, reram };
    const kind = arrayKind(reram)!;
    const [count, queries, seed] = [20, 12, 0x1234567];
    const keys = bytes(count * 13, 4);
    const q = bytes(queries * 13, 5);
    const { codes, offsets, readScales } = programKeys(layout, kind, seed, keys);
    const crossbar = new KeyCrossbar(design, seed, keys);
    const full = 15 * 7 * 13 * 64;
    const hysteresis = BigInt(Math.round((kind.hysteresis * full) / 2));
    const metastable = BigInt(Math.round(kind.metastable * full));
    const last = new Array<boolean>(count).fill(false);
    const kept = new Int32Array(count);
    let decidedByChance = 0;
    for (let o = 0; o < queries; o++) {
      const threshold = (mix(o) % 41) - 20;
      const seen = o + 3; // as a causal mask has it
      const found = crossbar.keep(queryLevels(q, 4), o, seen, threshold, kept);
      const expected: number[] = [];
      for (let j = 0; j < count; j++) {
        const at = columnCounter(placeKey(layout, j));
        let above = BigInt(offsets[j]) - 64n * BigInt(threshold);
        for (let d = 0; d < 13; d++) above += BigInt(oddLevel(q[o * 13 + d], 4)) * BigInt(codes[j * 13 + d]);
        const noise = gaussianBits(seed, 'READ', at, o) * BigInt(readScales[j]);
        above += (noise + 32768n) >> 16n;
        above += last[j] ? hysteresis : -hysteresis;
        const isChance = above < metastable && above > -metastable;
        decidedByChance += Number(isChance);
        last[j] = isChance ? chanceBit(seed, 'META', at, o) : above >= 0n;
        if (last[j] && j < seen) expected.push(j);
      }
      expect([...kept.subarray(0, found)]).toEqual(expected);
    }
    expect(decidedByChance > 0).toBe(kind.metastable > 0);
  });
});

describe('a codebook', () => {
  const shape = { subspaces: 3, centroids: 4, cellBits: 4, dacBits: 5, elements: 6, biasRows: 4 };
  const cells = Int8Array.from({ length: 3 * 4 * 10 }, (_, n) => (mix(n) % 31) - 15);

  test.each(codings)('of perfect devices is ideal, zeros too: %s', (coding) => {
    const { codes } = programCodebook(shape, kindOf({ device: 'crosssim-default', coding }), 1, cells);
    expect([...codes]).toEqual(Array.from(cells, (g) => 64 * g));
  });

  test('reads that drive the bias rows are the noisier by their conductances', () => {
    const made = programCodebook(shape, kindOf({ device: { preset: 'wan2022', readSigma: 0.05 } }), 1, cells);
    // Additive noise is the same for every cell: six element rows at a mean square of 341, three at 961, one at 1.
    const ratio = Math.sqrt((6 * 341 + 3 * 961 + 1) / (6 * 341));
    for (const [n, scale] of made.biasedReadScales.entries()) expect(scale / made.readScales[n]).toBeCloseTo(ratio, 4);
  });
});

describe('records', () => {
  const kind = kindOf({ device: 'reram65' });
  const of = (seed: number, keys: Int8Array) => ({
    seed,
    records: keyRecords(layout, 13, programKeys(layout, kind, seed, keys), false),
  });
  test('are found by seed, tile and column', () => {
    const shape = keyRecordShape(layout, 13, false);
    const heads = [of(5, bytes(20 * 13, 1)), of(0xfffffff0, bytes(9 * 13, 2))];
    const view = new DataView(encodeRecords(shape, heads).buffer);
    const word = (n: number) => view.getInt32(4 * n);
    expect([0, 1, 2, 3, 4, 5].map(word)).toEqual([0x50525047, 1, 15, 4, 8, 2]);
    expect([view.getUint32(24), view.getUint32(28)]).toEqual([5, 0xfffffff0]);
    const made = programKeys(layout, kind, 5, bytes(20 * 13, 1));
    const { tileId, column } = placeKey(layout, 17);
    const at = 8 + (tileId * 4 + column) * 15;
    expect(Array.from({ length: 15 }, (_, n) => word(at + n))).toEqual([
      ...made.codes.subarray(17 * 13, 18 * 13),
      made.offsets[17],
      made.readScales[17],
    ]);
  });
  test('of one seed must be the same', () => {
    const shape = keyRecordShape(layout, 13, false);
    const one = of(5, bytes(20 * 13, 1));
    expect(encodeRecords(shape, [one, one])).toEqual(encodeRecords(shape, [one]));
    expect(said(() => encodeRecords(shape, [one, of(5, bytes(20 * 13, 2))]))).toBe(
      'PR0913 head 1 has the noise seed 5 of a head before it, and other keys; give every head with devices a seed of its own',
    );
  });
});
