import { describe, expect, test } from 'vitest';
import { hardseaParameters } from '../../../src/architectures/hardsea/parameters.ts';
import { hardsea } from '../../../src/architectures/hardsea/hardsea.ts';
import { type SprintInput, sprintParameters } from '../../../src/architectures/sprint/parameters.ts';
import { sprint } from '../../../src/architectures/sprint/sprint.ts';
import { applySettings } from '../../../src/cli/settings.ts';
import { printProblem, ProblemsError } from '../../../src/errors.ts';
import { chooseDevice } from '../../../src/reram/device/choose.ts';
import { devicePreset, devicePresets } from '../../../src/reram/device/presets.ts';
import { drifted, programSigma } from '../../../src/reram/device/program.ts';
import { conductanceRange, si } from '../../../src/reram/device/schema.ts';
import { arrayKind } from '../../../src/reram/settings.ts';
import { said } from './arrays.ts';

const kindOf = (reram: SprintInput['reram']) => arrayKind(sprintParameters.parse({ reram }).reram);
const problems = (reram: SprintInput['reram'], more: SprintInput = {}): string[] =>
  sprint({ ...more, reram }).problems.map((p) => printProblem({ ...p, at: undefined }));
const set = (...settings: string[]) => applySettings(sprintParameters, 'sprint', {}, settings)['reram'];

describe('a device is', () => {
  test('none where nothing is said, and nothing of it is in the parameters', () => {
    expect(sprintParameters.parse({})).not.toHaveProperty('reram');
    expect(kindOf(undefined)).toBeUndefined();
    expect(kindOf({ coding: 'offset' })).toBeUndefined();
    expect(kindOf({ device: 'none' })).toBeUndefined();
  });

  test.each([...devicePresets.keys()])('a preset: %s', (name) => {
    expect(problems({ device: name })).toEqual([]);
    expect(kindOf({ device: name })!.device).toBe(devicePreset(name));
    expect(hardsea({ reram: { device: name } }).problems).toEqual([]);
  });

  test('a preset with numbers of its own changed', () => {
    const changes = { preset: 'wan2022', min: 2, max: 30, sigma: 0.05, readSigma: 0.02, stuckLow: 0.1, endurance: 1e5 };
    const device = chooseDevice({ ...changes, read: { voltage: 0.3 } })!;
    expect(conductanceRange(device)).toEqual({ min: 2, max: 30 });
    expect(programSigma(device)(11)).toBeCloseTo(1.5, 12);
    expect(device.readNoise).toMatchObject({ kind: 'additive', sigma: { value: 0.02 } });
    expect(device.faults).toMatchObject({ stuckLow: { value: 0.1 }, stuckHigh: { value: 0 } });
    expect(device.read.voltage).toEqual({ value: 0.3, unit: 'V', source: 'set by the user' });
    expect([device.drift.kind, si(device.endurance!), device.name]).toEqual(['none', 1e5, 'wan2022']);
  });

  test('a whole description', () => {
    const own = { ...structuredClone(devicePreset('mnsim')), name: 'mine' };
    expect(chooseDevice(own)).toEqual(own);
    expect(problems({ device: own })).toEqual([]);
  });

  test.each([
    ['wanx', /^PR0900 sprint\.reram\.device: there is no device wanx\. Fix: use one of reram65, wan2022, /],
    [{ preset: 'wanx' }, /^PR0900 sprint\.reram\.device: there is no device wanx\./],
    [{ preset: 'none', sigma: 1 }, /^PR0900 sprint\.reram\.device\.preset: "none" is no name of a device/],
    [
      { preset: 'mnsim', sgma: 1 },
      /^PR0901 sprint\.reram\.device\.sgma: a device has no such number\. Fix: it has min, max,/,
    ],
    [{ preset: 'mnsim', sigma: 'a' }, /^PR0901 sprint\.reram\.device\.sigma: "a" is no number\.$/],
    [{ preset: 'mnsim', min: 200 }, /^PR0902 sprint\.reram\.device\.conductance: 200 to 100 uS is no range/],
    [{ name: 'x' }, /^PR0901 sprint\.reram\.device\.summary: /],
  ])('or one clear message: %j', (device, message) => {
    expect(problems({ device })[0]).toMatch(message);
  });
});

describe('--set', () => {
  test('a preset and its numbers, in either order', () => {
    const expected = { device: { preset: 'wan2022', sigma: 0.05, conductance: { max: 30 } } };
    const [a, b, c] = ['reram.device=wan2022', 'reram.device.sigma=.05', 'reram.device.conductance.max=30'];
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ])
      expect(set(...order)).toEqual(expected);
    expect(set(a)).toEqual({ device: 'wan2022' });
  });

  test('JSON, over what a file says', () => {
    expect(set('reram.device={"preset":"mnsim","sigma":0.1}', 'reram.device.sigma=0.2')).toEqual({
      device: { preset: 'mnsim', sigma: 0.2 },
    });
    const file = { reram: { device: { preset: 'mnsim', sigma: 0.1 }, coding: 'offset' } };
    const over = (...settings: string[]) => applySettings(sprintParameters, 'sprint', file, settings)['reram'];
    expect(over('reram.device=wan2022')).toEqual({ device: 'wan2022', coding: 'offset' });
    expect(over('reram.device.sigma=0.3')).toEqual({ device: { preset: 'mnsim', sigma: 0.3 }, coding: 'offset' });
  });

  test('HARDSEA has the same', () => {
    const reram = applySettings(hardseaParameters, 'hardsea', {}, ['reram.device=mnsim', 'reram.wordOhms=2'])['reram'];
    expect(reram).toEqual({ device: 'mnsim', wordOhms: 2 });
  });
});

describe('what holds where nothing is set', () => {
  test("is the device's own", () => {
    expect(kindOf({ device: 'reram65' })).toMatchObject({
      coding: 'differential',
      wordOhms: 1.5,
      bitOhms: 0.5,
      chip: 1,
      comparatorSigma: 0.008,
      verify: undefined,
      faults: { cell: { low: 0.001, high: 0.001 }, row: { low: 0, high: 0 } },
    });
    expect(kindOf({ device: 'reram65', verify: { band: 1 } })!.verify).toEqual({
      band: 1,
      mostPulses: 8,
      verifySigma: 0,
    });
  });

  test('is nothing where the device says nothing', () => {
    expect(kindOf({ device: 'isaac' })).toMatchObject({ wordOhms: 0, bitOhms: 0, comparatorSigma: 0 });
    expect(kindOf({ device: 'isaac', verify: { band: 1, pulses: 3 } })!.verify!.mostPulses).toBe(3);
  });
});

describe('what does not go together is said', () => {
  test.each([
    [{ device: 'wan2022', after: 7 }, /^PR0903 sprint\.reram: wan2022 has no data for 7 s after programming; it has/],
    [{ device: 'wan2022', acceptance: 0.1 }, /^PR0903 sprint\.reram: wan2022 has no data for an acceptance band/],
    [{ device: 'cmo-hfox', after: 0.5 }, /^PR0903 sprint\.reram: cmo-hfox has no data for 0\.5 s after/],
    [{ device: 'wan2022', kelvin: 400 }, /^PR0904 sprint\.reram: wan2022 has no data at 400 K/],
    [
      { device: 'wan2022', faults: { low: 0.7, high: 0.6 } },
      /^PR0910 sprint\.reram: cell fault rates of 0\.7 low and 0\.6/,
    ],
    [
      { device: 'wan2022', wordOhms: -1 },
      /^PR0102 sprint\.reram\.wordOhms: -1 is not valid: .* Fix: use a number from 0/,
    ],
  ])('%j', (reram, message) => {
    expect(problems(reram)).toHaveLength(1);
    expect(problems(reram)[0]).toMatch(message);
  });

  test('a device, and spreads without one or cells of more bits', () => {
    const wrong = problems(
      { device: 'wan2022' },
      { tile: { cellBits: 5 }, device: { programSigma: 0.1, comparatorSigma: 0.1 } },
    );
    expect(wrong.map((line) => line.split(': ', 1)[0])).toEqual([
      'PR0103 sprint.tile.cellBits',
      'PR0103 sprint.device.programSigma',
      'PR0103 sprint.device.comparatorSigma',
    ]);
  });

  test('a winner-take-all has no hysteresis', () => {
    const part = hardsea({ reram: { device: 'wan2022', comparator: { hysteresis: 0.1 } } });
    expect(part.problems.map((p) => p.path)).toEqual(['hardsea.reram.comparator.hysteresis']);
  });

  test('nor has --set a path that is none', () => {
    expect(said(() => set('reram.devices=wan2022'))).toMatch(/PR0101 .*reram\.devices: .*did you mean reram\.device\b/);
    expect(() => set('reram.wordOhms=x')).not.toThrow(ProblemsError);
  });
});

describe('sky130 keeps its filament in the cold', () => {
  const device = devicePreset('sky130');
  const cell = { seed: 1, column: 0, row: 0 };
  const year = 365.25 * 86400;
  test.each([
    // exp(rate t / (Tox - Tref)), rate = 150 (exp(-1.501 / kT) - exp(-1.5 / kT)), by hand.
    [300, 10, 1],
    [400, 10, 0.5372],
    [400, 1, 0.9397],
  ])('%d K, %d years: a share of %d', (kelvin, years, share) => {
    expect(drifted(device, 100, years * year, cell, kelvin) / 100).toBeCloseTo(share, 3);
  });
  test('and loses it down to the shortest in the heat', () => {
    expect(drifted(device, 100, year, cell, 600)).toBeCloseTo(100 * Math.exp((3.3 - 4.8916) / 0.2751), 1);
  });
});
