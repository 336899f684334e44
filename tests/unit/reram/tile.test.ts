import { describe, expect, test } from 'vitest';
import { mix } from '../../../src/numerics/random.ts';
import { WireNetwork } from '../../../src/reram/array/network.ts';
import { TileReader } from '../../../src/reram/array/read.ts';
import { programTile, type TileSettings } from '../../../src/reram/array/tile.ts';
import { KeyCrossbar, queryLevels } from '../../../src/reram/crossbar.ts';
import { oddLevel } from '../../../src/reram/layout.ts';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import { said, worst } from './arrays.ts';

const bytes = (length: number, seed: number): Int8Array => Int8Array.from({ length }, (_, n) => mix(seed * 65536 + n));
const ideal = devicePreset('crosssim-default');
const base: TileSettings = {
  device: ideal,
  coding: 'differential',
  cellBits: 4,
  dacBits: 4,
  rows: 16,
  columns: 10,
  wordOhms: 0,
  bitOhms: 0,
  seed: 1,
  tileId: 0,
};
const codings = ['differential', 'offset'] as const;

describe.each(codings)('%s coding', (coding) => {
  test.each([1, 2, 3, 4])('without errors, %d bits: the codes of the behavioural tile', (cellBits) => {
    const keys = bytes(160, cellBits);
    const tile = programTile({ ...base, coding, cellBits }, keys);
    expect([...tile.codes]).toEqual(Array.from(keys, (k) => 64 * oddLevel(k, cellBits)));
    expect(tile).toMatchObject({ rejected: 0, stuckLow: 0, stuckHigh: 0 });
    expect([...tile.offsets, ...tile.readScales].every((x) => x === 0)).toBe(true);
    for (const gain of tile.gains) expect(gain).toBeCloseTo(1, 12);
  });

  test('with everything wrong: codes are the currents of the solved arrays', () => {
    const settings = { ...base, coding, device: devicePreset('reram65'), wordOhms: 25, bitOhms: 15 };
    const keys = bytes(160, 3);
    const { codes, arrays } = programTile(settings, keys);
    const levels = Float64Array.from(queryLevels(bytes(16, 4), 4));
    const volts = levels.map((l) => 0.01 * l);
    const [a, b] = arrays.map((array) => new WireNetwork(array).nodes({ word: volts }).bitCurrent);
    const step = (coding === 'differential' ? 39e-6 / 15 : 39e-6 / 30) / 64;
    for (let j = 0; j < 10; j++) {
      const sum = levels.reduce((s, l, i) => s + l * codes[j * 16 + i], 0);
      const amperes = a[j] - (coding === 'differential' ? b[j] : a[10]);
      // Half a unit of rounding for each of 16 cells, at most 15 levels.
      expect(Math.abs(sum - amperes / (0.01 * step))).toBeLessThan(16 * 7.5);
    }
  });

  test('decides as KeyCrossbar without errors', () => {
    const keys = bytes(160, 5);
    const query = bytes(16, 6);
    const { codes } = programTile({ ...base, coding }, keys);
    const design = { tokens: 10, channels: 1, banks: 1, columns: 10, dim: 16, cellBits: 4, dacBits: 4 };
    const crossbar = new KeyCrossbar({ ...design, programSigma: 0, readSigma: 0, comparatorSigma: 0 }, 1, keys);
    const kept = new Int32Array(10);
    const count = crossbar.keep(queryLevels(query, 4), 0, 10, 100, kept);
    const levels = queryLevels(query, 4);
    const expected = Array.from({ length: 10 }, (_, j) => j).filter(
      (j) => levels.reduce((s, l, i) => s + l * codes[j * 16 + i], 0) >= 100 * 64,
    );
    expect([...kept.subarray(0, count)]).toEqual(expected);
  });

  test("a user's measured conductances replace the drawn ones", () => {
    const first = Float64Array.from({ length: 160 }, (_, n) => 1e-4 + 1e-6 * n);
    const second = Float64Array.from({ length: coding === 'differential' ? 160 : 16 }, (_, n) => 2e-4 + 1e-6 * n);
    const { codes } = programTile({ ...base, coding, measured: [first, second] }, bytes(160, 7));
    const step = coding === 'differential' ? 9e-4 / 15 : 9e-4 / 30;
    for (let j = 0; j < 10; j++) {
      for (let i = 0; i < 16; i++) {
        const less = coding === 'differential' ? second[i * 10 + j] : second[i];
        expect(codes[j * 16 + i]).toBe(Math.round((64 * (first[i * 10 + j] - less)) / step));
      }
    }
    const short = { ...base, coding, measured: [first, new Float64Array(3)] as const };
    expect(said(() => programTile(short, bytes(160, 7)))).toBe(
      `PR0912 ${coding} coding of 16 x 10 needs 160 and ${second.length} measured conductances; there are 160 and 3`,
    );
  });
});

describe('what goes wrong', () => {
  const real = { ...base, rows: 64, columns: 128, device: devicePreset('reram65'), wordOhms: 1.5, bitOhms: 0.5 };
  const keys = bytes(64 * 128, 8);

  test('the same chip twice, another chip, another tile', () => {
    const small = { ...base, device: devicePreset('reram65'), comparatorSigma: 0.008 };
    const some = bytes(160, 1);
    const tile = programTile(small, some);
    expect(programTile(small, some)).toEqual(tile);
    for (const other of [{ seed: 2 }, { tileId: 1 }]) {
      const changed = programTile({ ...small, ...other }, some);
      expect(changed.codes).not.toEqual(tile.codes);
      expect(changed.offsets).not.toEqual(tile.offsets);
    }
  });

  test('wires take the more gain the farther a column is', () => {
    const noFaults = { cell: { low: 0, high: 0 } };
    const { gains } = programTile({ ...real, faults: noFaults, programming: { scale: 0 } }, keys);
    const mean = (from: number) => gains.slice(from, from + 16).reduce((a, g) => a + g, 0) / 16;
    expect(mean(0)).toBeGreaterThan(mean(112) + 0.03);
    expect(Math.max(...gains)).toBeLessThan(1);
  });

  test('stuck cells are at the ends of the range, and counted', () => {
    const faults = { cell: { low: 0.1, high: 0.05 } };
    const tile = programTile({ ...real, faults }, keys);
    const all = tile.arrays.flatMap((a) => [...a.conductance]);
    const at = (siemens: number) => all.filter((g) => Math.abs(g - siemens) < 1e-18).length;
    expect([at(1e-6), at(40e-6)]).toEqual([tile.stuckLow, tile.stuckHigh]);
    expect(Math.abs(tile.stuckLow - 0.1 * 16_384)).toBeLessThan(4 * Math.sqrt(1475));
  });

  test('write-verify takes pulses and narrows codes', () => {
    const noFaults = { cell: { low: 0, high: 0 } };
    const wires = { wordOhms: 0, bitOhms: 0, faults: noFaults };
    const spread = (verify?: TileSettings['verify']): number => {
      const { codes } = programTile({ ...real, ...wires, verify }, keys);
      return Math.sqrt(codes.reduce((a, c, n) => a + (c - 64 * oddLevel(keys[n], 4)) ** 2, 0) / codes.length);
    };
    const verified = programTile({ ...real, ...wires, verify: { band: 0.5, mostPulses: 8 } }, keys);
    expect(spread({ band: 0.5, mostPulses: 8 })).toBeLessThan(spread() / 1.5);
    expect(Math.max(...verified.pulses)).toBe(8);
    expect(verified.rejected).toBeGreaterThan(0);
  });

  test('drift: an hour takes 0.73 uS of cmo-hfox from both cells, and spreads them', () => {
    const device = devicePreset('cmo-hfox');
    const settings = { ...real, device, wordOhms: 0, bitOhms: 0 };
    const of = (after?: number) => programTile({ ...settings, programming: { after } }, keys).arrays[0].conductance;
    const [fresh, later] = [of(), of(3600)];
    const change = later.map((g, n) => 1e6 * (g - fresh[n]));
    const mean = change.reduce((a, x) => a + x, 0) / change.length;
    const sigma = Math.sqrt(change.reduce((a, x) => a + (x - mean) ** 2, 0) / change.length);
    expect(mean).toBeCloseTo(-0.089 * Math.log(3600), 1);
    expect(sigma).toBeCloseTo(0.042 * Math.log(3600) + 0.4118, 1);
  });

  test('comparator offsets are a fraction of the largest current', () => {
    const { offsets } = programTile({ ...real, comparatorSigma: 0.008 }, keys);
    const sigma = Math.sqrt(offsets.reduce((a, x) => a + x * x, 0) / 128);
    expect(sigma / (0.008 * 15 * 15 * 64 * 64)).toBeCloseTo(1, 0);
  });

  test('sizes that do not fit', () => {
    expect(said(() => programTile({ ...base, rows: 0 }, keys))).toBe(
      "PR0912 the tile's rows is 0; an integer from 1 to 4096 is allowed",
    );
    expect(said(() => programTile(base, bytes(15, 1)))).toBe('PR0912 15 elements are not up to 10 keys of 16');
    expect(said(() => programTile({ ...base, cellBits: 5 }, bytes(160, 1)))).toMatch(/^PR0909/);
  });

  test('a read noise beyond what the tile computes', () => {
    const sigma = { value: 1e6, unit: 'fraction', source: 'test' };
    const loud = devicePreset('crosssim-default', { readNoise: { kind: 'additive', sigma } });
    expect(said(() => programTile({ ...base, device: loud }, bytes(160, 1)))).toBe(
      "PR0911 column 0's read noise or offset is too large for the behavioural tile; use fewer bits, fewer rows, or a quieter device",
    );
  });
});

describe.each(codings)('reading, %s', (coding) => {
  const settings = { ...base, coding, device: devicePreset('reram65'), wordOhms: 5, bitOhms: 3 };
  const tile = programTile(settings, bytes(160, 9));
  const volts = Float64Array.from({ length: 16 }, (_, i) => 0.02 * (i - 8));

  test('on average the currents of the solved arrays; from read to read the noise of its cells', () => {
    const reader = new TileReader(tile, 5);
    const [a, b] = tile.arrays.map((array) => new WireNetwork(array).nodes({ word: volts }).bitCurrent);
    const reads = 20_000;
    const sums = new Float64Array(10);
    const squares = new Float64Array(10);
    for (let n = 0; n < reads; n++) {
      reader.read(volts, n).forEach((x, j) => {
        const off = x - (a[j] - (coding === 'differential' ? b[j] : a[10]));
        sums[j] += off;
        squares[j] += off * off;
      });
    }
    // Two cells a pair, each 0.01 of 40 uS.
    const sigma = 0.4e-6 * Math.sqrt(2 * volts.reduce((s, v) => s + v * v, 0));
    for (let j = 0; j < 10; j++) {
      expect(Math.abs(sums[j] / reads / (sigma / Math.sqrt(reads)))).toBeLessThan(4);
      expect(Math.sqrt(squares[j] / reads) / sigma).toBeCloseTo(1, 1);
    }
  });

  test('the read noise of the integers is that of the amperes', () => {
    // Over queries whose levels are evenly spread: all 16 levels once.
    const even = Float64Array.from({ length: 16 }, (_, i) => 2 * i - 15);
    const step = (coding === 'differential' ? 39e-6 / 15 : 39e-6 / 30) / 64;
    const amperes = 0.4e-6 * Math.sqrt(2 * even.reduce((s, l) => s + l * l, 0));
    const units = (tile.readScales[0] * Math.sqrt(21845)) / 65536;
    // The scale is an integer of some hundred thousand.
    expect(units / (amperes / step)).toBeCloseTo(1, 5);
  });

  test('a quiet device reads the same every time', () => {
    const quiet = programTile({ ...settings, device: ideal }, bytes(160, 9));
    const reader = new TileReader(quiet, 5);
    expect(worst(reader.read(volts, 1), reader.read(volts, 2))).toBe(0);
  });
});
