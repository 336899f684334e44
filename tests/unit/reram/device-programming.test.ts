import { describe, expect, test } from 'vitest';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import {
  driftOf,
  drifted,
  levelConductances,
  Programmer,
  programSigma,
  readSigma,
} from '../../../src/reram/device/program.ts';
import { said } from './arrays.ts';
import { deviation } from './draws.ts';

describe('drift and read noise', () => {
  const cell = (n: number) => ({ seed: 9, column: n >>> 12, row: n & 4095 });

  test.each([1, 3600, 86_400])('cmo-hfox after %d s', (after) => {
    const device = devicePreset('cmo-hfox');
    const mean = -0.089 * Math.log(after);
    const sigma = 0.042 * Math.log(after) + 0.4118;
    expect(driftOf(device, after)).toEqual({ mean: expect.closeTo(mean, 12), sigma: expect.closeTo(sigma, 12) });
    const [m, s] = deviation((n) => drifted(device, 50, after, cell(n)), 50 + mean, sigma);
    expect(Math.max(Math.abs(m), Math.abs(s))).toBeLessThan(3);
  });

  test('a cell drifts on along its own way', () => {
    const device = devicePreset('cmo-hfox');
    const normal = (n: number, t: number) =>
      (drifted(device, 50, t, cell(n)) - 50 - driftOf(device, t).mean) / driftOf(device, t).sigma;
    for (let n = 0; n < 20; n++) expect(normal(n, 10)).toBeCloseTo(normal(n, 1e5), 9);
  });

  test('formulas of read noise', () => {
    expect(readSigma(devicePreset('wan2022'), 7)).toBeCloseTo(0.4, 12);
    const t = 3600;
    expect(readSigma(devicePreset('cmo-hfox'), 50, t)).toBeCloseTo(
      0.02773 * Math.log10(50) * Math.sqrt(Math.log((t + 1e-6) / 2e-6)),
      12,
    );
    expect(readSigma(devicePreset('mnsim'), 50)).toBe(0);
  });

  test('a time without data is refused', () => {
    expect(said(() => new Programmer(devicePreset('wan2022'), { after: 3600 }))).toBe(
      'PR0903 wan2022 has no data for 3600 s after programming; it has them for 1 s, 86400 s, 172800 s; use 1 or 86400 or 172800',
    );
    expect(said(() => new Programmer(devicePreset('mnsim'), { after: 1 }))).toBe(
      'PR0903 mnsim has no data for 1 s after programming; it has none at all; leave `after` out',
    );
    expect(said(() => drifted(devicePreset('cmo-hfox'), 50, 0.5, cell(0)))).toBe(
      'PR0903 cmo-hfox has no data for 0.5 s after programming; its drift is known from 1 s on; use 1 or more',
    );
  });
});

describe('levels', () => {
  test.each([1, 2, 3, 4])('%d bits', (bits) => {
    const levels = levelConductances(devicePreset('reram65'), bits);
    expect(levels).toHaveLength(2 ** bits);
    expect([levels[0], levels.at(-1)]).toEqual([1, 40]);
    const steps = [...levels].slice(1).map((g, n) => g - levels[n]);
    for (const step of steps) expect(step).toBeCloseTo(39 / (2 ** bits - 1), 10);
  });
  test('5 bits are refused', () => {
    expect(said(() => levelConductances(devicePreset('reram65'), 5))).toBe(
      'PR0909 a cell of 5 bits is not modelled; use 1 to 4 bits',
    );
  });
});

describe('write-verify', () => {
  const device = devicePreset('wan2022');
  const target = 20;
  const sigma = programSigma(device)(target);
  const cells = Array.from({ length: 40_000 }, (_, n) => ({ seed: 5, column: n >>> 8, row: n & 255 }));

  test.each([1, 2, 8])('a band of one sigma, at most %d pulses: geometric', (mostPulses) => {
    const programmer = new Programmer(device, {}, { band: sigma, mostPulses });
    const done = cells.map((c) => programmer.program(target, c));
    const p = 0.682689492137086; // inside one sigma
    const rejected = (1 - p) ** mostPulses;
    const share = done.filter((d) => !d.accepted).length / cells.length;
    expect(Math.abs(share - rejected)).toBeLessThan(4 * Math.sqrt((rejected * (1 - rejected)) / cells.length));
    const mean = done.reduce((a, d) => a + d.pulses, 0) / cells.length;
    expect(mean).toBeCloseTo((1 - rejected) / p, 1);
    const far = done.map((d) => (d.accepted ? Math.abs(d.conductance - target) : 0));
    expect(far.reduce((x, y) => Math.max(x, y), 0)).toBeLessThanOrEqual(sigma);
    expect(done.reduce((most, d) => Math.max(most, d.pulses), 0)).toBe(mostPulses);
  });

  test('a noisy verify lets some in that are outside', () => {
    const programmer = new Programmer(device, {}, { band: sigma, mostPulses: 20, verifySigma: sigma });
    const outside = cells.slice(0, 4000).filter((c) => {
      const { conductance, accepted } = programmer.program(target, c);
      return accepted && Math.abs(conductance - target) > sigma;
    });
    expect(outside.length).toBeGreaterThan(200);
  });

  test('what is refused', () => {
    expect(said(() => new Programmer(device, {}, { band: -1, mostPulses: 3 }))).toBe(
      'PR0910 a band of -1 uS accepts nothing; use 0 or more',
    );
    expect(said(() => new Programmer(device, {}, { band: 1, mostPulses: 0 }))).toBe(
      'PR0910 0 pulses at most are not possible; use 1 to 65535',
    );
    expect(said(() => programSigma(device, { scale: -1 }))).toBe(
      'PR0910 a spread cannot be multiplied by -1; use 0 or more',
    );
  });
});
