import { describe, expect, test } from 'vitest';
import type { ProblemsError } from '../../../src/errors.ts';
import { normalAt, quantile } from '../../../src/reram/device/normal.ts';
import { devicePresets } from '../../../src/reram/device/presets.ts';
import { programSigma } from '../../../src/reram/device/program.ts';
import { conductanceRange, parseDevice, si } from '../../../src/reram/device/schema.ts';

describe("a user's own device", () => {
  const q = (value: number, unit: string) => ({ value, unit, source: 'my lab, wafer 3' });
  const own = {
    name: 'mine',
    summary: 'measured',
    conductance: { min: q(1, 'Mohm'), max: q(50, 'uS') },
    program: { kind: 'relative', to: 'largest', sigma: q(2, 'percent') },
    readNoise: { kind: 'none', source: 'not measured' },
    drift: { kind: 'none', source: 'not measured' },
  };

  test('as an object and as JSON', () => {
    const device = parseDevice(own);
    expect(parseDevice(JSON.stringify(own))).toEqual(device);
    expect(conductanceRange(device)).toEqual({ min: 1, max: 50 });
    expect(programSigma(device)(10)).toBeCloseTo(1, 12);
    expect(device.conduction).toEqual({ kind: 'linear' });
    for (const preset of devicePresets.values()) expect(parseDevice(JSON.stringify(preset))).toEqual(preset);
  });

  const problems = (given: unknown): string[] => {
    try {
      parseDevice(given);
    } catch (error) {
      return (error as ProblemsError).problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
    }
    return [];
  };

  test('every problem at once, with its place', () => {
    expect(
      problems({
        ...own,
        name: 'My device',
        conductance: { min: { value: 1, unit: 'uS' }, max: q(50, 'uA') },
        sigma: 3,
      }),
    ).toEqual([
      'PR0901 device.name: must be lower-case letters, digits and hyphens.',
      'PR0901 device.conductance.min.source: Invalid input: expected string, received undefined.',
      'PR0901 device.conductance.max.unit: Invalid option: expected one of "S"|"mS"|"uS"|"nS"|"ohm"|"kohm"|"Mohm".',
      'PR0901 device: Unrecognized key: "sigma".',
    ]);
    expect(problems('{')[0]).toMatch(/^PR0901 device: this is not JSON: /);
  });

  test('contradictions', () => {
    expect(problems({ ...own, conductance: { min: q(60, 'uS'), max: q(50, 'uS') } })).toEqual([
      'PR0902 device.conductance: 60 to 50 uS is no range; min must be at least 0 and below max.',
    ]);
    expect(problems({ ...own, drift: { kind: 'spread', source: 'x' } })).toEqual([
      'PR0902 device.drift: `spread` needs programming cases with `after`.',
    ]);
    expect(problems({ ...own, faults: { stuckLow: q(0.7, 'fraction'), stuckHigh: q(60, 'percent') } })).toEqual([
      'PR0902 device.faults: rates must not be negative, nor more than 1 together.',
    ]);
    const cases = (...list: object[]) => ({
      ...own,
      program: {
        kind: 'polynomial',
        variable: 'uS',
        cases: list.map((c) => ({ coefficients: [1], unit: 'uS', source: 'x', ...c })),
      },
    });
    expect(problems(cases({}, {}))).toEqual([
      'PR0902 device.program.cases: several cases must differ in `after` or `acceptance`.',
    ]);
    expect(problems(cases({ after: q(1, 's') }, {}))).toEqual([
      'PR0902 device.program.cases: either all cases have `after` or none.',
    ]);
    expect(problems(cases({ after: q(1, 's') }, { after: q(1000, 'ms') }))).toEqual([
      'PR0902 device.program.cases: two cases have the same `after`.',
    ]);
    expect(problems({ ...own, program: { kind: 'relative', to: 'range', sigma: q(-1, 'percent') } })).toEqual([
      'PR0902 device.program.sigma: a standard deviation must not be negative.',
    ]);
    expect(problems({ ...own, readNoise: { kind: 'additive', sigma: q(-1, 'percent') } })).toEqual([
      'PR0902 device.readNoise.sigma: a standard deviation must not be negative.',
    ]);
  });

  test('units', () => {
    expect([q(3, 'ns'), q(2, 'percent'), q(5, 'mV'), q(4, 'pJ')].map(si)).toEqual([
      3 * 1e-9,
      0.02,
      5 * 1e-3,
      4 * 1e-12,
    ]);
  });
});

test('normal deviates: known quantiles, and cells that know nothing of each other', () => {
  // Of the standard normal distribution, to 16 digits.
  expect(quantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(quantile(0.9999)).toBeCloseTo(3.719016485455709, 13);
  expect(quantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
  expect(quantile(1e-12)).toBeCloseTo(-7.034483825301132, 12);
  expect(quantile(0.5)).toBe(0);
  const n = 200_000;
  const at = (x: number, y: number) => normalAt(4, 1, x, y);
  const pairs = { row: 0, column: 0 };
  for (let k = 0; k < n; k++) {
    pairs.row += at(k >>> 8, k & 255) * at(k >>> 8, (k & 255) + 1);
    pairs.column += at(k >>> 8, k & 255) * at((k >>> 8) + 1, k & 255);
  }
  for (const sum of Object.values(pairs)) expect(Math.abs(sum) / Math.sqrt(n)).toBeLessThan(4);
});
