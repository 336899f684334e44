import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sprintParameters } from '../../../src/architectures/sprint/parameters.ts';
import { hardsea } from '../../../src/architectures/hardsea/hardsea.ts';
import { mix } from '../../../src/numerics/random.ts';
import {
  calibratedGain,
  calibrationLevel,
  nominalReplica,
  replicaLevel,
  scaledThreshold,
} from '../../../src/reram/calibration.ts';
import { type CrossbarDesign, KeyCrossbar, queryLevels } from '../../../src/reram/crossbar.ts';
import { programKeys } from '../../../src/reram/programmed.ts';
import { arrayKind } from '../../../src/reram/settings.ts';

const shapes = fc.record({
  dim: fc.integer({ min: 1, max: 200 }),
  cellBits: fc.integer({ min: 1, max: 8 }),
  dacBits: fc.integer({ min: 1, max: 8 }),
});
const codesOf = (p: { dim: number; cellBits: number }, gain: number): Int32Array =>
  Int32Array.from({ length: p.dim }, (_, d) => Math.round(64 * gain * replicaLevel(p, d)));

describe('the gain of a tile', () => {
  test('is 1 of an ideal replica, of any shape: no threshold changes', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -(2 ** 27), max: 2 ** 27 - 1 }), (p, threshold) => {
        const gain = calibratedGain(p, { codes: codesOf(p, 1), offset: 0, readScale: 0 }, 1, 0);
        expect(gain).toBe(512);
        expect(scaledThreshold(threshold, gain)).toBe(threshold);
      }),
    );
  });

  test('is the largest that the replica still reaches', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0, max: 1.9, noNaN: true }), (p, share) => {
        const codes = codesOf(p, share);
        const current = codes.reduce((sum, code, d) => sum + calibrationLevel(p, d) * code, 0);
        const reaches = (gain: number) => current >= 64 * Math.ceil((nominalReplica(p) * gain) / 512);
        const gain = calibratedGain(p, { codes, offset: 0, readScale: 0 }, 1, 0);
        const largest = Array.from({ length: 1024 }, (_, g) => g).findLast(reaches)!;
        expect(gain).toBe(largest);
      }),
    );
  });

  test('sees its own comparator and noise', () => {
    const p = { dim: 64, cellBits: 4, dacBits: 4 };
    const of = (offset: number, readScale: number, seed: number) =>
      calibratedGain(p, { codes: codesOf(p, 0.9), offset, readScale }, seed, 7);
    expect(of(0, 0, 1)).toBe(460);
    expect(of(64 * 672, 0, 1)).toBe(512 - 1);
    expect(new Set([1, 2, 3, 4, 5].map((seed) => of(0, 2 ** 24, seed))).size).toBeGreaterThan(1);
  });

  test('a scaled threshold is rounded, and saturates at 28 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 27), max: 2 ** 27 - 1 }), fc.integer({ min: 0, max: 1023 }), (t, gain) => {
        const exact = (BigInt(t) * BigInt(gain) + 256n) >> 9n;
        const most = 2n ** 27n;
        const wanted = exact > most - 1n ? most - 1n : exact < -most ? -most : exact;
        expect(BigInt(scaledThreshold(t, gain))).toBe(wanted);
      }),
    );
  });
});

test('with wires, a tile keeps more nearly what ideal cells keep', () => {
  const layout = { tokens: 64, dim: 64, channels: 1, banks: 1, columns: 64, rows: 64, cellBits: 4, dacBits: 4 };
  const keys = Int8Array.from({ length: 64 * 64 }, (_, n) => mix(n) >> 1);
  const q = Int8Array.from({ length: 64 * 40 }, (_, n) => mix(n + 99_999) >> 1);
  const spreads = { programSigma: 0, readSigma: 0, comparatorSigma: 0 };
  const device = { preset: 'crosssim-default', min: 1, max: 100 };
  const keptBy = (calibration: 'none' | 'replica', ohms: number): string[] => {
    const { reram } = sprintParameters.parse({ reram: { device, wordOhms: ohms, bitOhms: ohms, calibration } });
    const design: CrossbarDesign = { ...layout, ...spreads, reram };
    const crossbar = new KeyCrossbar(design, 1, keys);
    const levels = queryLevels(q, 4);
    return Array.from({ length: 40 }, (_, o) => {
      const kept = new Int32Array(64);
      const found = crossbar.keep(levels, o, 64, 500, kept);
      return Array.from(kept.subarray(0, found), (j) => `${o} ${j}`);
    }).flat();
  };
  const ideal = new Set(keptBy('none', 0));
  expect(new Set(keptBy('replica', 0))).toEqual(ideal);
  const recall = (kept: string[]): number => kept.filter((k) => ideal.has(k)).length / ideal.size;
  expect(recall(keptBy('none', 5))).toBeLessThan(0.93);
  expect(recall(keptBy('replica', 5))).toBeGreaterThan(recall(keptBy('none', 5)) + 0.03);
  const kind = arrayKind(sprintParameters.parse({ reram: { device, wordOhms: 5, calibration: 'replica' } }).reram)!;
  expect(programKeys(layout, kind, 1, keys).replicas.size).toBe(1);
});

test('is for thresholds', () => {
  const { problems } = hardsea({ reram: { device: 'wan2022', calibration: 'replica' } });
  expect(problems.map((p) => `${p.path}: ${p.message}`)).toEqual([
    'hardsea.reram.calibration: a winner-take-all ranks columns, so it has no threshold to scale; leave it at none.',
  ]);
});
