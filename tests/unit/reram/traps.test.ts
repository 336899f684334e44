/** Mistakes that other simulators made, each looked for here. */
import { describe, expect, test } from 'vitest';
import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { type SprintFunctionalDesign, sprintHead } from '../../../src/architectures/sprint/functional.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { mix, random } from '../../../src/numerics/random.ts';
import { Dac } from '../../../src/reram/array/dac.ts';
import { readEnergy } from '../../../src/reram/array/energy.ts';
import { WireNetwork } from '../../../src/reram/array/network.ts';
import { programTile } from '../../../src/reram/array/tile.ts';
import { deviceTag } from '../../../src/reram/device/normal.ts';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import { programSigma } from '../../../src/reram/device/program.ts';
import { designFiles } from '../../../src/sim/design-files.ts';
import { compareOutputs, denseAttention } from '../../../src/workload/reference.ts';
import { randomArray, randomVolts, said } from './arrays.ts';

const correlation = (x: readonly number[], y: readonly number[]): number => {
  const mean = (a: readonly number[]) => a.reduce((s, v) => s + v, 0) / a.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (n: number) => number) => x.reduce((s, _, n) => s + f(n), 0);
  return sum((n) => (x[n] - mx) * (y[n] - my)) / Math.sqrt(sum((n) => (x[n] - mx) ** 2) * sum((n) => (y[n] - my) ** 2));
};

test('MNSIM: one random number for all cells of a level; here each cell has its own', () => {
  const tile = programTile(
    {
      device: devicePreset('mnsim'),
      coding: 'differential',
      cellBits: 1,
      dacBits: 4,
      rows: 64,
      columns: 64,
      wordOhms: 0,
      bitOhms: 0,
      seed: 1,
      tileId: 0,
      faults: { cell: { low: 0, high: 0 } },
    },
    new Int8Array(64 * 64).fill(100),
  );
  // All cells of the positive array have one target.
  const [{ conductance }] = tile.arrays;
  expect(new Set(conductance).size).toBe(4096);
  const mean = conductance.reduce((a, g) => a + g, 0) / 4096;
  const sigma = Math.sqrt(conductance.reduce((a, g) => a + (g - mean) ** 2, 0) / 4095);
  expect(sigma / mean / 0.01).toBeCloseTo(1, 1);
  const row = (i: number) => [...conductance.subarray(i * 64, (i + 1) * 64)];
  for (let i = 1; i < 64; i++) expect(Math.abs(correlation(row(0), row(i)))).toBeLessThan(0.6);
});

test('nor do two columns share their numbers in another order, in any of 2,000 tiles', () => {
  let shared = 0;
  for (let seed = 1; seed <= 2000; seed++) {
    const words = new Set<number>();
    for (let x = 0; x < 64; x++) for (let y = 0; y < 16; y++) words.add(random(seed, deviceTag.program, x, y));
    shared += 1024 - words.size;
  }
  // Chance: 2,000 tiles of 1024^2 / 2 pairs of 32-bit words, 0.24. Without y mixed first a column's 16 come at a time.
  expect(shared).toBeLessThan(5);
});

describe('aihwkit: an acceptance range that is no key falls back to the best; here it is an error', () => {
  const device = devicePreset('cmo-hfox');
  test('2 % as a fraction has the coefficients of 2 %, and is the default', () => {
    expect(programSigma(device, { acceptance: 2e-2 })(50)).toBeCloseTo(0.01122 + 0.01129 * 50, 12);
    expect(programSigma(device)(50)).toBeCloseTo(0.01122 + 0.01129 * 50, 12);
    expect(programSigma(device, { acceptance: 2e-3 })(50)).toBeCloseTo(0.00081 + 0.00107 * 50, 12);
  });
  test.each([0.2, 2, 0.01, 0])('%d is refused', (acceptance) => {
    expect(said(() => programSigma(device, { acceptance }))).toBe(
      `PR0903 cmo-hfox has no data for an acceptance band of ${acceptance} of the target; it has them for 0.02, 0.002; use 0.02 or 0.002`,
    );
  });
  test('a device without acceptance bands refuses one', () => {
    expect(said(() => programSigma(devicePreset('milo2021'), { acceptance: 0.02 }))).toBe(
      'PR0903 milo2021 has no data for an acceptance band of 0.02 of the target; it has none at all; leave `acceptance` out',
    );
  });
});

test('CrossSim: capacitor mismatch drawn once for all converters; here each line has its own', () => {
  const lines = 400;
  const dac = new Dac({ lines, bits: 6, fullScale: 1, unitSigma: 0.02, seed: 3 });
  const bit = (b: number) => Array.from({ length: lines }, (_, line) => dac.volt(line, 2 ** b));
  for (let b = 0; b < 6; b++) expect(new Set(bit(b)).size).toBe(lines);
  for (let b = 1; b < 6; b++) expect(Math.abs(correlation(bit(0), bit(b)))).toBeLessThan(4 / Math.sqrt(lines));
  const next = bit(2).slice(1);
  expect(Math.abs(correlation(bit(2).slice(0, -1), next))).toBeLessThan(4 / Math.sqrt(lines));
});

test('NeuroSim: cell energy inside that of the sense amplifier; here nothing is in two parts', () => {
  const drive = { word: randomVolts(16, 1) };
  const energyOf = (most: number, decisions: number) => {
    const array = randomArray(16, 8, { most });
    return readEnergy(array, drive, new WireNetwork(array).nodes(drive), 5e-9, decisions, 1e-15);
  };
  const [low, high] = [energyOf(20e-6, 8), energyOf(80e-6, 8)];
  expect(high.sensing).toBe(low.sensing);
  expect(high.devices).toBeGreaterThan(2 * low.devices);
  expect(energyOf(20e-6, 16)).toMatchObject({ devices: low.devices, wires: low.wires, sensing: 2 * low.sensing });
  // What the terminals give is all there is beside sensing.
  const array = randomArray(16, 8, { most: 20e-6 });
  const { wordCurrent } = new WireNetwork(array).nodes(drive);
  const given = 5e-9 * wordCurrent.reduce((s, i, n) => s + i * drive.word[n], 0);
  expect((low.total - low.sensing) / given).toBeCloseTo(1, 12);
});

test("SpAtten: no check of attention's values; here a wrong one is seen", () => {
  const [length, dim] = [24, 16];
  const bytes = (seed: number, most: number) =>
    Int8Array.from({ length: length * dim }, (_, n) => (mix(seed * 65536 + n) % (2 * most + 1)) - most);
  const [q, k, v] = [bytes(1, 30), bytes(2, 30), bytes(3, 120)];
  const sizes = { tokens: length, channels: 1, banks: 1, columns: 32, dim, cellBits: 4, dacBits: 4 };
  const noise = { programSigma: 0, readSigma: 0, comparatorSigma: 0 };
  const form = { scoreBits: 12, normalisation: 'deferred', probabilityRounding: 'round' } as const;
  const design: SprintFunctionalDesign = { ...sizes, ...noise, ...form };
  // Scores of 2^-11 a unit of the dot product, 8 fraction bits.
  const scaling = { multiplier: new Uint16Array(length).fill(32_768), scoreShift: 18, expShift: 0 };
  const masks = { length, causal: false, prune: false, noiseSeed: 1, threshold: new Int32Array(length) };
  const { out } = sprintHead(design, { ...masks, ...scaling, q, k, v });
  const real = denseAttention({ q, k, v, tokens: length, dim, scoreScale: 2 ** -11 });
  const scaled = Float64Array.from(out, (x) => x / 256);
  const off = (values: Float64Array) => Math.max(...values.map((x, n) => Math.abs(x - real[n])));
  expect(off(scaled)).toBeLessThan(0.6);
  expect(compareOutputs(scaled, real, dim).cosine).toBeGreaterThan(0.999);
  expect(off(scaled.with(100, scaled[100] + 2))).toBeGreaterThan(1);
  const exchanged = sprintHead(design, { ...masks, ...scaling, q, k: v, v: k }).out;
  expect(compareOutputs(Float64Array.from(exchanged), real, dim).cosine).toBeLessThan(0.9);
});

test('fullvssparse: a module that is nowhere; here a design has all that it uses', () => {
  const missing = (texts: readonly string[]): string[] => {
    const all = texts.join('\n').replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
    const defined = new Set([...all.matchAll(/^\s*module\s+(\w+)/gm)].map((m) => m[1]));
    // `name #(...) instance (` or `name instance (` at the start of a line.
    const used = [...all.matchAll(/^\s*([a-z]\w*)\s+(?:#\s*\([^;]*?\)\s*)?([a-z]\w*)\s*\(\s*\.?/gm)]
      .filter(([, module, name]) => !keywords.has(module) && !keywords.has(name))
      .map((m) => m[1]);
    return [...new Set(used)].filter((name) => !defined.has(name));
  };
  // Two of them; Icarus and yosys elaborate all in tests/architecture.
  for (const { name, architecture, parameters } of [presets()[0], presets().at(-1)!]) {
    const { netlist } = elaborate(architectures[architecture].make(parameters), name.replaceAll('-', '_'));
    const texts = designFiles(netlist).flatMap((f) => (f.path.endsWith('.v') ? [f.text] : []));
    expect(texts.length, name).toBeGreaterThan(10);
    expect(missing(texts), name).toEqual([]);
    // The check sees one that is left out: children come first, so the first is of use to another.
    const [child] = /(?<=^\s*module\s+)\w+/m.exec(texts[0])!;
    const others = texts.filter((t) => !new RegExp(`^\\s*module\\s+${child}\\b`, 'm').test(t));
    expect(missing(others), name).toContain(child);
  }
});

const keywords = new Set(
  'module function task if for while case else begin assign always posedge or and not'.split(' '),
);
