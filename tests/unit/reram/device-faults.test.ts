import { describe, expect, test } from 'vitest';
import { Endurance } from '../../../src/reram/device/endurance.ts';
import { faultMap, faultRates, stuck } from '../../../src/reram/device/faults.ts';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import { said } from './arrays.ts';

describe('faults', () => {
  const count = (map: Uint8Array, state: number) => map.reduce((a, s) => a + Number(s === state), 0);

  test('single cells at their rates', () => {
    const map = faultMap({ cell: { low: 0.0175, high: 0.0904 } }, 400, 500, 7);
    for (const [state, rate] of [
      [stuck.low, 0.0175],
      [stuck.high, 0.0904],
    ]) {
      expect(Math.abs(count(map, state) / 200_000 - rate)).toBeLessThan(4 * Math.sqrt(rate / 200_000));
    }
  });

  test('whole rows and columns; a column goes before a row, a row before a cell', () => {
    const rows = 200;
    const columns = 300;
    const rates = {
      cell: { low: 0.01, high: 0 },
      row: { low: 0, high: 0.1 },
      column: { low: 0.1, high: 0 },
    };
    const map = faultMap(rates, rows, columns, 8);
    const column = Array.from({ length: columns }, (_, j) =>
      Array.from({ length: rows }, (_row, i) => map[i * columns + j]).every((s) => s === stuck.low),
    );
    const stuckColumns = column.filter(Boolean).length;
    expect(Math.abs(stuckColumns - 30)).toBeLessThan(4 * Math.sqrt(27));
    let stuckRows = 0;
    for (let i = 0; i < rows; i++) {
      const free = [...map.subarray(i * columns, (i + 1) * columns)].filter((_, j) => !column[j]);
      if (free.every((s) => s === stuck.high)) stuckRows++;
      else expect(free.some((s) => s === stuck.high)).toBe(false);
    }
    expect(Math.abs(stuckRows - 20)).toBeLessThan(4 * Math.sqrt(18));
  });

  test('other seeds and tiles, other faults; the same ones again', () => {
    const rates = { cell: { low: 0.1, high: 0.1 } };
    expect(faultMap(rates, 20, 20, 1)).toEqual(faultMap(rates, 20, 20, 1));
    expect(faultMap(rates, 20, 20, 1)).not.toEqual(faultMap(rates, 20, 20, 2));
    expect(faultMap(rates, 20, 20, 1)).not.toEqual(faultMap(rates, 20, 20, 1, 65536));
  });

  test('rates of presets, and ones that are refused', () => {
    expect(faultRates(devicePreset('reram65'))).toEqual({ cell: { low: 0.001, high: 0.001 } });
    expect(faultRates(devicePreset('isaac'))).toEqual({ cell: { low: 0, high: 0 } });
    expect(said(() => faultMap({ cell: { low: 0.6, high: 0.5 } }, 1, 1, 1))).toBe(
      'PR0910 cell fault rates of 0.6 low and 0.5 high are not possible; rates are 0 or more, and 1 at most together',
    );
  });
});

test('endurance counts pulses a line and warns past the limit', () => {
  const wear = new Endurance(4, 10);
  for (let sequence = 0; sequence < 3; sequence++) {
    wear.write(0);
    wear.write(2, 3);
  }
  expect([0, 1, 2, 3].map((line) => wear.count(line))).toEqual([3, 0, 9, 0]);
  expect([wear.worn(), wear.warning(), wear.repeatsLeft()]).toEqual([[], undefined, 0]);
  wear.write(2, 3);
  expect(wear.worn()).toEqual([2]);
  expect(wear.warning()).toBe("1 line was written more often than the device's endurance of 10: up to 12 pulses");
  expect(new Endurance(2, 1e6).repeatsLeft()).toBe(Infinity);
  expect(said(() => wear.write(4))).toBe('PR0910 there is no line 4; use 0 to 3');
  expect(said(() => new Endurance(4, 0))).toBe('PR0910 an endurance of 0 is none; use 1 or more');
});
