import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Comparators } from '../../../src/reram/array/comparator.ts';
import { Dac } from '../../../src/reram/array/dac.ts';
import { readEnergy } from '../../../src/reram/array/energy.ts';
import { WireNetwork } from '../../../src/reram/array/network.ts';
import { residual } from '../../../src/reram/array/residual.ts';
import { solveNonlinear } from '../../../src/reram/array/nonlinear.ts';
import { SenseAmplifiers } from '../../../src/reram/array/sense.ts';
import { WinnerTakeAll } from '../../../src/reram/array/winner.ts';
import { currentOf } from '../../../src/reram/device/conduction.ts';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import { randomArray, randomVolts, said, worst } from './arrays.ts';

const spread = (values: ArrayLike<number>): number => {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / (all.length - 1));
};

describe('converters', () => {
  test('without mismatch a straight line from 0 to full scale', () => {
    const dac = new Dac({ lines: 2, bits: 4, fullScale: 0.2, unitSigma: 0, seed: 1 });
    for (let code = 0; code < 16; code++) expect(dac.volt(1, code)).toBeCloseTo((0.2 * code) / 15, 15);
  });

  test('the largest code of many lines spreads as its 2^bits - 1 units do', () => {
    const lines = 20_000;
    const dac = new Dac({ lines, bits: 4, fullScale: 1, unitSigma: 0.05, seed: 1 });
    const tops = Array.from({ length: lines }, (_, line) => dac.volt(line, 15));
    expect(spread(tops) / (0.05 / Math.sqrt(15))).toBeCloseTo(1, 1);
  });

  test('what is refused', () => {
    expect(said(() => new Dac({ lines: 1, bits: 9, fullScale: 1, unitSigma: 0, seed: 1 }))).toBe(
      'PR0910 a converter of 9 bits, 1 V and sigma 0 is not possible; use 1 to 8 bits, a finite voltage and a sigma of 0 or more',
    );
  });
});

describe('comparators', () => {
  const plain = { columns: 4, offsetSigma: 0, hysteresis: 0, metastable: 0, seed: 1 };

  test('ideal: equal is high', () => {
    const comparators = new Comparators(plain);
    expect([-1, 0, 1].map((x) => comparators.decide(0, 5 + x, 5, 0))).toEqual([false, true, true]);
  });

  test('offsets have their sigma, stay, and move the decision by themselves', () => {
    const comparators = new Comparators({ ...plain, columns: 20_000, offsetSigma: 0.008 });
    expect(spread(comparators.offsets) / 0.008).toBeCloseTo(1, 1);
    for (const j of [0, 17, 19_999]) {
      const own = comparators.offsets[j];
      for (const operation of [0, 1, 2]) {
        expect(comparators.decide(j, 1 - own + 1e-9, 1, operation)).toBe(true);
        expect(comparators.decide(j, 1 - own - 1e-9, 1, operation)).toBe(false);
      }
    }
  });

  test('hysteresis: up at half above, down at half below, each column its own', () => {
    const comparators = new Comparators({ ...plain, hysteresis: 2 });
    const run = (inputs: number[]) => inputs.map((x, n) => comparators.decide(1, x, 0, n));
    expect(run([0.5, 0.9, 1, 0.5, -0.9, -1.1, 0.9])).toEqual([false, false, true, true, true, false, false]);
    run([5]);
    expect(comparators.decide(2, 0.5, 0, 0)).toBe(false);
    comparators.reset();
    expect(comparators.decide(1, 0.5, 0, 0)).toBe(false);
  });

  test('in the metastable band either way, but the same every time; outside of it as ideal', () => {
    const decide = (x: number, seed = 1) =>
      Array.from({ length: 4000 }, (_, n) => new Comparators({ ...plain, metastable: 0.1, seed }).decide(0, x, 0, n));
    expect(decide(0.05)).toEqual(decide(0.05));
    expect(decide(0.05)).not.toEqual(decide(0.05, 2));
    const high = decide(0.05).filter(Boolean).length;
    expect(Math.abs(high - 2000)).toBeLessThan(4 * Math.sqrt(1000));
    expect(decide(0.1).every(Boolean)).toBe(true);
    expect(decide(-0.1).some(Boolean)).toBe(false);
  });

  test('what is refused', () => {
    expect(said(() => new Comparators({ ...plain, hysteresis: -1 }))).toBe(
      "PR0910 a comparator's hysteresis of -1 is not possible; use 0 or more",
    );
  });
});

describe('winner-take-all', () => {
  const ideal = { columns: 40, charge: 1e-15, window: 1e-9, bits: 24, offsetSigma: 0, jitterSigma: 0, seed: 1 };

  test('with fine steps: the largest currents, by sorting', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 100, max: 4000 }), { minLength: 1, maxLength: 40 }), (levels) => {
        const currents = levels.map((x) => x * 1e-8);
        const expected = levels
          .map((x, j) => ({ x, j }))
          .toSorted((a, b) => b.x - a.x)
          .map(({ j }) => j);
        const winners = new WinnerTakeAll(ideal).winners(currents, 0, 5);
        expect(winners).toEqual(expected.slice(0, 5));
      }),
    );
  });

  test('who crosses in the same step ties, and the lowest index wins', () => {
    const coarse = new WinnerTakeAll({ ...ideal, bits: 4 });
    // 1 fC at 1.6 and 1.65 uA: 0.625 and 0.606 ns, both in step 9 of 16.
    expect([1.6e-6, 1.65e-6].map((i, j) => coarse.step(j, i, 0))).toEqual([10, 9]);
    expect([1.7e-6, 1.75e-6].map((i, j) => coarse.step(j, i, 0))).toEqual([9, 9]);
    expect(coarse.winners([1e-6, 1.7e-6, 1.75e-6], 0, 2)).toEqual([1, 2]);
    expect(coarse.winners([2e-6, 2e-6, 2e-6], 0)).toEqual([0]);
  });

  test('too little current, or none, is the last step', () => {
    const coarse = new WinnerTakeAll({ ...ideal, bits: 4 });
    expect([1e-9, 0, -1e-6].map((i) => coarse.step(0, i, 0))).toEqual([15, 15, 15]);
    expect(coarse.winners([0, -1, 0], 0, 3)).toEqual([0, 1, 2]);
  });

  test('offsets stay, jitter does not, and both follow the seed', () => {
    const noisy = { ...ideal, offsetSigma: 1e-8, jitterSigma: 0.01 };
    const steps = (settings: typeof ideal, operation: number) =>
      Array.from({ length: 40 }, (_, j) => new WinnerTakeAll(settings).step(j, 2e-6, operation));
    expect(steps(noisy, 0)).toEqual(steps(noisy, 0));
    expect(steps(noisy, 0)).not.toEqual(steps(noisy, 1));
    expect(steps({ ...noisy, jitterSigma: 0 }, 0)).toEqual(steps({ ...noisy, jitterSigma: 0 }, 1));
    expect(steps(noisy, 0)).not.toEqual(steps({ ...noisy, seed: 2 }, 0));
    const winner = new WinnerTakeAll({ ...ideal, jitterSigma: 0.01 });
    const times = Array.from({ length: 20_000 }, (_, n) => winner.step(3, 2e-6, n));
    expect(spread(times) / (0.01 * 0.5 * 2 ** 24)).toBeCloseTo(1, 1);
  });

  test('what is refused', () => {
    expect(said(() => new WinnerTakeAll({ ...ideal, bits: 0 }))).toMatch(/^PR0910 a winner-take-all of 0 bits/);
  });
});

describe('sense amplifiers', () => {
  test('ideal, with a resolution, and how often an offset turns the bit', () => {
    const settings = { columns: 1, reference: 5e-6, offsetSigma: 0, resolution: 1e-7, seed: 1 };
    const ideal = new SenseAmplifiers(settings);
    expect([4e-6, 5e-6, 5.05e-6, 5.11e-6].map((i) => ideal.read(0, i))).toEqual([0, 0, 0, 1]);
    expect(new SenseAmplifiers({ ...settings, resolution: 0 }).read(0, 5e-6)).toBe(0);
    const columns = 40_000;
    const many = new SenseAmplifiers({ ...settings, columns, offsetSigma: 1e-6, resolution: 0 });
    // One sigma above the reference: 15.9 % of offsets undo it.
    let wrong = 0;
    for (let j = 0; j < columns; j++) wrong += 1 - many.read(j, 6e-6);
    expect(Math.abs(wrong / columns - 0.158655)).toBeLessThan(4 * Math.sqrt(0.1335 / columns));
    expect(said(() => new SenseAmplifiers({ ...settings, resolution: -1 }))).toMatch(/^PR0910 a sense amplifier/);
  });
});

describe('devices that are not straight', () => {
  const sky = currentOf(devicePreset('sky130'));

  test('straight ones take one turn and give the linear solution', () => {
    const array = randomArray(6, 9);
    const drive = { word: randomVolts(6, 2) };
    const found = solveNonlinear(array, drive, (g, v) => g * v);
    expect(worst(found.bitCurrent, new WireNetwork(array).nodes(drive).bitCurrent)).toBeLessThan(1e-12);
    expect(found.turns).toBe(1);
  });

  test("every device's current is that of its formula at its voltage, and Kirchhoff's law holds", () => {
    const array = randomArray(8, 12, { most: 1e-4, wordOhms: 20, bitOhms: 20, open: 0.1 });
    const drive = { word: randomVolts(8, 4).map((v) => 3 * v) };
    const found = solveNonlinear(array, drive, sky);
    const expected = array.conductance.map((g, at) => sky(g, found.word[at] - found.bit[at]));
    expect(worst(found.device, expected)).toBeLessThan(1e-9);
    expect(residual({ ...array, conductance: found.conductance }, drive, found).backward).toBeLessThan(1e-13);
    expect(found.turns).toBeGreaterThan(2);
    // It matters: taken as straight, currents are off by more than a tenth.
    expect(worst(new WireNetwork(array).nodes(drive).bitCurrent, found.bitCurrent)).toBeGreaterThan(0.1);
  });

  test('what does not settle is an error', () => {
    const array = randomArray(2, 2, { wordOhms: 1e6, least: 1e-3, most: 1e-3 });
    // Conducts the less the more voltage it has, in jumps.
    const jump = (g: number, v: number) => (Math.abs(v) > 0.05 ? 1e-3 : 1) * g * v;
    expect(
      said(() =>
        solveNonlinear(array, { word: Float64Array.of(1, 1) }, (g, v) => (v > 0.01 ? g * v : 0.001 * jump(g, v))),
      ),
    ).toBe(
      'PR0908 the array did not settle in 60 turns: its devices bend more than its wires bear; use a lower voltage or better wires',
    );
  });
});

test('energy: devices and wires together are what the terminals give, for any drive', () => {
  const array = randomArray(9, 14, { wordOhms: 30, bitOhms: 20, most: 1e-4 });
  const drive = { word: randomVolts(9, 1), bit: randomVolts(14, 2) };
  const nodes = new WireNetwork(array).nodes(drive);
  const energy = readEnergy(array, drive, nodes, 5e-9, 14, 67e-15);
  // In each segment, from its drop.
  let wires = 0;
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 14; j++) {
      const at = i * 14 + j;
      const before = j === 0 ? drive.word[i] : nodes.word[at - 1];
      const below = i === 8 ? drive.bit[j] : nodes.bit[at + 14];
      wires += (before - nodes.word[at]) ** 2 / 30 + (nodes.bit[at] - below) ** 2 / 20;
    }
  }
  expect(energy.wires / (wires * 5e-9)).toBeCloseTo(1, 9);
  expect(energy.total).toBe(energy.devices + energy.wires + energy.sensing);
  expect(energy.sensing).toBeCloseTo(14 * 67e-15, 25);
});
