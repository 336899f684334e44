/** What is asked about chips, against straight loops and closed forms. */
import { describe, expect, it } from 'vitest';
import { designOf, headsOf, loadSet } from '../../bench/context.ts';
import {
  chipHeads,
  chipSeed,
  type ChipTask,
  ChipTrial,
  idealHeads,
  needDevices,
} from '../../src/explore/device/chip.ts';
import { marginReport } from '../../src/explore/device/margin.ts';
import { yieldReport } from '../../src/explore/device/yield.ts';
import { headSeed } from '../../src/explore/prepare.ts';

const [layer] = loadSet('examples/tensors/use-lite').layers;
const { tensors } = layer!;
const setting = {
  causal: false,
  validLength: 48,
  pruning: { kind: 'keep', fraction: 0.25 },
  seed: 1,
} as const;

const sigmas = { programSigma: 0.04, readSigma: 0.006, comparatorSigma: 0.003 };
const noisy = designOf('sprint-s', { device: sigmas });
const devices = needDevices(noisy, 'sprint-s');
const prepared = idealHeads(noisy, devices, tensors, setting);
const task: ChipTask = {
  architecture: 'sprint',
  parameters: noisy.part.parameters,
  dim: 64,
  heads: chipHeads(noisy, prepared),
  seed: 7,
};

describe('a chip', () => {
  it('differs from the ideal design as a run with its seed differs from one without noise', () => {
    const trial = new ChipTrial(task, devices);
    const result = trial.run(3);
    expect(result.seed).toBe(chipSeed(7, 3));
    const exact = designOf('sprint-s', {});
    let [falselyKept, falselyPruned, wanted, kept] = [0, 0, 0, 0];
    let [error, whole, most] = [0, 0, 0];
    const runs = (design: typeof exact, seed: number) =>
      headsOf(design, { ...layer!, tensors }, setting.pruning).map(({ quantised }, h) => ({
        output: design.machine!.functional({ ...prepared[h]!.head, noiseSeed: headSeed(seed, h) }),
        quantised,
      }));
    const ideal = runs(exact, 1);
    runs(noisy, result.seed).forEach(({ output, quantised }, h) => {
      for (let n = 0; n < 48 * 48; n++) {
        const [is, was] = [output.kept[n]!, ideal[h]!.output.kept[n]!];
        falselyKept += is && !was ? 1 : 0;
        falselyPruned += was && !is ? 1 : 0;
        wanted += was;
        kept += is;
      }
      for (let n = 0; n < 48 * 64; n++) {
        // A result has 8 fraction bits.
        const unit = prepared[h]!.quantised.valueScale[n % 64]! / 256;
        expect(quantised.valueScale.length).toBe(64);
        const [is, was] = [output.out[n]! * unit, ideal[h]!.output.out[n]! * unit];
        error += (is - was) ** 2;
        whole += was ** 2;
        most = Math.max(most, Math.abs(is - was));
      }
    });
    const pairs = 4 * 48 * 48;
    expect(falselyKept * falselyPruned).toBeGreaterThan(0);
    expect(result).toMatchObject({ falselyKept, falselyPruned, keptFraction: kept / pairs });
    expect(result.flipRate).toBe((falselyKept + falselyPruned) / pairs);
    expect(result.recall).toBe((wanted - falselyPruned) / wanted);
    expect(trial.idealKept).toBe(wanted / pairs);
    expect(result.maxAbsolute).toBeCloseTo(most, 12);
    expect(result.relativeError).toBeCloseTo(Math.sqrt(error / whole), 12);
  });

  it('is not the chip of that number of another seed, nor of the next', () => {
    const seeds = [1, 2, 3].flatMap((seed) => Array.from({ length: 1000 }, (_, n) => chipSeed(seed, n)));
    expect(new Set(seeds).size).toBe(3000);
  });
});

describe('margins', () => {
  const request = { devices, heads: prepared, chips: 24, seed: 1, recall: 0.99 };
  const report = marginReport(request);

  it('spread as the deviations of cells, read noise and comparators add up', () => {
    // In code units, from the definition of the crossbar: a cell's deviation counts as often as its line's level.
    const full = 15 * 15 * 64 * 64;
    const [program, read, offset] = [0.04 * 15 * 64, 0.006 * full, 0.003 * full];
    const sums = { all: 0, programming: 0, 'read noise': 0, 'comparator offset': 0 };
    for (const { head, quantised } of prepared) {
      for (let i = 0; i < 48; i++) {
        let levels = 0;
        for (let d = 0; d < 64; d++) levels += (2 * (head.q[i * 64 + d]! >> 4) + 1) ** 2;
        // 64 code units are a level; a level times a level is 2^6 of q.k.
        const scale = (quantised.scoreScale[i]! * 64) / 64;
        const parts = [levels * program ** 2, read ** 2, offset ** 2].map((v) => (v * scale ** 2) / (4 * 48));
        sums.programming += parts[0]!;
        sums['read noise'] += parts[1]!;
        sums['comparator offset'] += parts[2]!;
        sums.all += parts[0]! + parts[1]! + parts[2]!;
      }
    }
    expect(report.deviation.spread / Math.sqrt(sums.all)).toBeCloseTo(1, 1);
    expect(report.deviation.systematic / report.deviation.spread).toBeLessThan(0.1);
    for (const name of ['programming', 'read noise', 'comparator offset'] as const) {
      expect(Math.abs(report.alone[name]!.spread / Math.sqrt(sums[name]) - 1)).toBeLessThan(0.05);
    }
  });

  it('count every pair once, kept to the right of 0', () => {
    const { edges, pruned, kept, outside } = report.histogram;
    const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
    expect(sum(pruned) + sum(kept) + outside).toBe(4 * 48 * 48);
    expect(edges).toContain(0);
    edges.slice(0, -1).forEach((edge, n) => expect(edge < 0 ? kept[n] : pruned[n]).toBe(0));
  });

  it('a guard band buys recall with pairs; without it recall and flips are those of the chips', () => {
    const { guard, wanted, flipRate } = report;
    guard.slice(1).forEach((point, n) => {
      expect(point.recall.value).toBeGreaterThanOrEqual(guard[n]!.recall.value);
      expect(point.kept.value).toBeGreaterThanOrEqual(guard[n]!.kept.value);
    });
    expect(guard.find((p) => p.recall.value >= 0.99)!.guard).toBe(wanted.guard);
    const trial = new ChipTrial({ ...task, seed: 1 }, devices);
    const chips = Array.from({ length: 24 }, (_, n) => trial.run(n));
    const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
    expect(guard[0]!.recall.value).toBeCloseTo(mean(chips.map((c) => c.recall)), 12);
    expect(guard[0]!.kept.value).toBeCloseTo(mean(chips.map((c) => c.keptFraction)), 12);
    expect(flipRate.value).toBeCloseTo(mean(chips.map((c) => c.flipRate)), 12);
  });
});

it('a yield is the share of chips within the error, whatever their order', () => {
  const chips = [0.5, 0.1, 0.3, 0.2].map((relativeError, chip) => ({
    chip,
    seed: chip,
    falselyKept: 3,
    falselyPruned: 1,
    flipRate: 0.01 * chip,
    recall: 1,
    keptFraction: 0.25,
    cosine: 1,
    maxAbsolute: 0,
    relativeError,
  }));
  const report = yieldReport(chips, 0.3);
  expect(report.yield.value).toBe(0.75);
  expect(report.keptOfFlips).toBe(0.75);
  expect(report.curve.map(({ error, value }) => [error, value])).toEqual([
    [0.1, 0.25],
    [0.2, 0.5],
    [0.3, 0.75],
    [0.5, 1],
  ]);
  expect(report.worst.map((w) => w.chip)).toEqual([0, 2, 3, 1]);
  expect(report.measures.flipRate).toMatchObject({ least: 0, median: 0.015, most: 0.03 });
});

it.each(['none', 'replica'] as const)(
  'scores reach thresholds where a chip keeps keys; calibration: %s',
  (calibration) => {
    const reram = { device: 'wan2022', wordOhms: 20, bitOhms: 20, calibration };
    const { functional, scores } = designOf('sprint-s', { reram }).machine!;
    for (const { head } of prepared) {
      const { kept } = functional(head);
      const found = scores!(head);
      expect(Array.from(kept, (_, n) => Number(found[n]! >= head.threshold[Math.floor(n / 48)]!))).toEqual([...kept]);
      expect(kept.reduce((sum, is) => sum + is, 0)).toBeGreaterThan(100);
    }
  },
);

it.each([
  ['sprint-s', {}, 'the devices of x are perfect: every chip is the same.'],
  ['leopard-ae', {}, 'x has no analog array.'],
])('%s has no devices to ask about', (label, changes, message) => {
  expect(() => needDevices(designOf(label, changes), 'x')).toThrow(
    expect.objectContaining({ code: 'PR0607', message }) as Error,
  );
});
