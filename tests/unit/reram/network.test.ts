import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Drive, type Nodes, type WiredArray, WireNetwork } from '../../../src/reram/array/network.ts';
import { residual } from '../../../src/reram/array/residual.ts';
import { randomArray, randomVolts, said, worst } from './arrays.ts';

interface QucsCase {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly wordOhms: number;
  readonly bitOhms: number;
  readonly ohms: readonly (number | null)[];
  readonly volts: readonly number[];
  readonly word: readonly number[];
  readonly bit: readonly number[];
  readonly device: readonly number[];
  readonly wordCurrent: readonly number[];
  readonly bitCurrent: readonly number[];
}

const qucs = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'qucs.json'), 'utf8')) as {
  cases: readonly QucsCase[];
};

describe('against Qucs', () => {
  test('33 cases', () => expect(qucs.cases).toHaveLength(33));

  test.each(qucs.cases)('$name: node voltages and currents', (c) => {
    const conductance = Float64Array.from(c.ohms, (r) => (r === null ? 0 : 1 / r));
    const network = new WireNetwork({ ...c, conductance });
    const volts = Float64Array.from(c.volts);
    const nodes = network.nodes({ word: volts });
    for (const key of ['word', 'bit', 'device', 'wordCurrent', 'bitCurrent'] as const) {
      expect(worst(nodes[key], c[key]), key).toBeLessThan(1e-9);
    }
    expect(worst(network.bitCurrents(volts), c.bitCurrent), 'transfer').toBeLessThan(1e-9);
  });
});

/** All nodes of the array in one dense matrix, eliminated with pivoting: written from the circuit, as a beginner would. */
function byDenseElimination({ rows, columns, conductance, wordOhms, bitOhms }: WiredArray, drive: Drive): Nodes {
  // A perfect wire is one of a resistance far below all others, which is what limits the comparison then.
  const gw = 1 / (wordOhms || 1e-9);
  const gb = 1 / (bitOhms || 1e-9);
  const count = rows * columns;
  const a = Array.from({ length: 2 * count }, () => new Float64Array(2 * count + 1));
  const join2 = (p: number, q: number, g: number) => {
    a[p][p] += g;
    a[q][q] += g;
    a[p][q] -= g;
    a[q][p] -= g;
  };
  const source = (p: number, volts: number, g: number) => {
    a[p][p] += g;
    a[p][2 * count] += g * volts;
  };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const w = i * columns + j;
      const b = count + w;
      join2(w, b, conductance[w]);
      if (j === 0) source(w, drive.word?.[i] ?? 0, gw);
      else join2(w, w - 1, gw);
      if (i === rows - 1) source(b, drive.bit?.[j] ?? 0, gb);
      else join2(b, b + columns, gb);
    }
  }
  for (let p = 0; p < 2 * count; p++) {
    let best = p;
    for (let q = p; q < 2 * count; q++) if (Math.abs(a[q][p]) > Math.abs(a[best][p])) best = q;
    [a[p], a[best]] = [a[best], a[p]];
    for (let q = 0; q < 2 * count; q++) {
      const factor = q === p ? 0 : a[q][p] / a[p][p];
      if (factor !== 0) for (let k = p; k <= 2 * count; k++) a[q][k] -= factor * a[p][k];
    }
  }
  const volts = Float64Array.from(a, (row, p) => row[2 * count] / row[p]);
  const word = volts.slice(0, count);
  const bit = volts.slice(count);
  const device = word.map((v, n) => conductance[n] * (v - bit[n]));
  const wordCurrent = new Float64Array(rows);
  const bitCurrent = new Float64Array(columns);
  device.forEach((current, n) => {
    wordCurrent[Math.floor(n / columns)] += current;
    bitCurrent[n % columns] += current;
  });
  return { word, bit, device, wordCurrent, bitCurrent };
}

/** The largest deviation as a share of the largest value. */
const deviation = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-300);
  const off = Math.max(...Array.from(found, (x, n) => Math.abs(x - expected[n])));
  return off / scale;
};

describe('against dense elimination', () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    wordOhms: fc.constantFrom(0.1, 1.5, 1000),
    bitOhms: fc.constantFrom(0.1, 2.5, 1000),
    open: fc.constantFrom(0, 0.3, 1),
    seed: fc.nat({ max: 9999 }),
    driven: fc.constantFrom('word', 'bit', 'both'),
  });

  test('any shape, both directions of reading and both at once', () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, wordOhms, bitOhms, open, seed, driven }) => {
        const array = randomArray(rows, columns, { seed, wordOhms, bitOhms, open, most: 1e-3 });
        const drive: Drive = {
          ...(driven !== 'bit' && { word: randomVolts(rows, seed + 5) }),
          ...(driven !== 'word' && { bit: randomVolts(columns, seed + 6) }),
        };
        const network = new WireNetwork(array);
        const found = network.nodes(drive);
        const expected = byDenseElimination(array, drive);
        for (const key of ['word', 'bit', 'device', 'wordCurrent', 'bitCurrent'] as const) {
          expect(deviation(found[key], expected[key])).toBeLessThan(1e-9);
        }
        if (driven === 'word')
          expect(deviation(network.bitCurrents(drive.word!), expected.bitCurrent)).toBeLessThan(1e-9);
        // Into the grounded word terminals, so with the other sign.
        if (driven === 'bit')
          expect(
            deviation(
              network.wordCurrents(drive.bit!),
              expected.wordCurrent.map((x) => -x),
            ),
          ).toBeLessThan(1e-9);
        expect(residual(array, drive, found).backward).toBeLessThan(1e-13);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    [0, 0],
    [0, 2],
    [2, 0],
  ])('word segments of %d ohm, bit segments of %d ohm', (wordOhms, bitOhms) => {
    for (const [rows, columns] of [
      [5, 4],
      [4, 7],
    ]) {
      const array = randomArray(rows, columns, { wordOhms, bitOhms, most: 1e-3 });
      const drive = { word: randomVolts(rows, 3), bit: randomVolts(columns, 4) };
      const found = new WireNetwork(array).nodes(drive);
      const expected = byDenseElimination(array, drive);
      for (const key of ['word', 'bit', 'device', 'wordCurrent', 'bitCurrent'] as const) {
        expect(deviation(found[key], expected[key])).toBeLessThan(1e-5);
      }
    }
  });
});

describe('closed forms', () => {
  const uniformArray = (rows: number, columns: number, g: number, wordOhms: number, bitOhms: number): WiredArray => ({
    rows,
    columns,
    conductance: new Float64Array(rows * columns).fill(g),
    wordOhms,
    bitOhms,
  });
  // A ladder of n equal sections, open at its end: v_k = V cosh((n - k - 1/2) t) / cosh((n + 1/2) t), 2 sinh(t/2) = sqrt(RG).
  const ladder = (n: number, ohms: number, g: number): Float64Array => {
    const t = 2 * Math.asinh(Math.sqrt(ohms * g) / 2);
    return Float64Array.from({ length: n }, (_, k) => Math.cosh((n - k - 0.5) * t) / Math.cosh((n + 0.5) * t));
  };

  test.each([
    [1, 1.5, 4e-5],
    [7, 10, 1e-3],
    [128, 1.5, 4e-5],
    [200, 0.1, 1e-6],
  ])('a single row of %d devices, %d ohm, %d S', (n, ohms, g) => {
    const nodes = new WireNetwork(uniformArray(1, n, g, ohms, 0)).nodes({ word: Float64Array.of(0.2) });
    const expected = ladder(n, ohms, g).map((v) => 0.2 * v);
    expect(worst(nodes.word, expected)).toBeLessThan(1e-12);
    expect(
      worst(
        nodes.bitCurrent,
        expected.map((v) => g * v),
      ),
    ).toBeLessThan(1e-12);
    expect(nodes.bit.every((v) => v === 0)).toBe(true);
  });

  test.each([
    [7, 10, 1e-3],
    [128, 0.5, 4e-5],
  ])('a single column of %d devices, %d ohm, %d S', (n, ohms, g) => {
    const network = new WireNetwork(uniformArray(n, 1, g, 0, ohms));
    const nodes = network.nodes({ word: new Float64Array(n).fill(0.2) });
    // Of what is missing to 0.2 V, the same ladder from the terminal upwards.
    const missing = ladder(n, ohms, g).toReversed();
    const current = missing.reduce((sum, v) => sum + g * 0.2 * v, 0);
    expect(worst(nodes.bitCurrent, [current])).toBeLessThan(1e-12);
    expect(worst(network.bitCurrents(new Float64Array(n).fill(0.2)), [current])).toBeLessThan(1e-12);
    // 1 - cosh(a) / cosh(b) without the difference.
    const t = 2 * Math.asinh(Math.sqrt(ohms * g) / 2);
    const there = Float64Array.from({ length: n }, (_, i) => {
      const [x, y] = [(i + 0.5) * t, (n + 0.5) * t];
      return (0.2 * 2 * Math.sinh((x + y) / 2) * Math.sinh((y - x) / 2)) / Math.cosh(y);
    });
    expect(worst(nodes.bit, there)).toBeLessThan(1e-12);
  });

  test('one device in series with two segments', () => {
    const { bitCurrent, word, bit } = new WireNetwork(uniformArray(1, 1, 1 / 10, 1, 2)).nodes({
      word: Float64Array.of(1),
    });
    expect(worst([...bitCurrent, ...word, ...bit], [1 / 13, 12 / 13, 2 / 13])).toBeLessThan(1e-12);
  });

  test('perfect wires: conductance times voltage', () => {
    const array = randomArray(12, 20, { wordOhms: 0, bitOhms: 0 });
    const word = randomVolts(12, 9);
    const expected = Array.from({ length: 20 }, (_, j) =>
      word.reduce((sum, v, i) => sum + v * array.conductance[i * 20 + j], 0),
    );
    const network = new WireNetwork(array);
    expect(deviation(network.nodes({ word }).bitCurrent, expected)).toBeLessThan(1e-12);
    expect(deviation(network.bitCurrents(word), expected)).toBeLessThan(1e-12);
    expect(network.transfer()).toEqual(
      Float64Array.from({ length: 240 }, (_, at) => array.conductance[(at % 12) * 20 + Math.floor(at / 12)]),
    );
  });

  test('wires tend to perfect ones: no digits are lost at 1e-12 ohm', () => {
    // What such wires take is about R G (rows^2 + columns^2) / 2 = 4e-14.
    const good = randomArray(24, 40, { wordOhms: 1e-12, bitOhms: 1e-12 });
    const perfect = new WireNetwork({ ...good, wordOhms: 0, bitOhms: 0 }).transfer();
    expect(worst(new WireNetwork(good).transfer(), perfect)).toBeLessThan(1e-12);
  });

  test('open devices: no current, and every node at its terminal', () => {
    const nodes = new WireNetwork(uniformArray(3, 5, 0, 1.5, 0.5)).nodes({
      word: Float64Array.of(0.1, -0.2, 0.3),
      bit: new Float64Array(5).fill(0.05),
    });
    expect(nodes.device.every((x) => x === 0)).toBe(true);
    expect(
      worst(
        nodes.word,
        [0.1, -0.2, 0.3].flatMap((v) => Array<number>(5).fill(v)),
      ),
    ).toBeLessThan(1e-12);
    expect(worst(nodes.bit, new Float64Array(15).fill(0.05))).toBeLessThan(1e-12);
  });
});

describe('where others give up', () => {
  test('128 x 128 at 1 kohm with 10 ohm a segment, and worse', () => {
    for (const [size, wordOhms, bitOhms] of [
      [128, 10, 10],
      [40, 1e-6, 1e6],
      [40, 1e6, 1e-6],
    ]) {
      const array = randomArray(size, size, { least: 1e-3, most: 1e-3, wordOhms, bitOhms });
      const word = new Float64Array(size).fill(0.2);
      const network = new WireNetwork(array);
      const nodes = network.nodes({ word });
      expect(residual(array, { word }, nodes).backward).toBeLessThan(1e-13);
      expect(worst(network.bitCurrents(word), nodes.bitCurrent)).toBeLessThan(1e-10);
      // What goes in comes out.
      const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0);
      expect(worst([sum(nodes.wordCurrent)], [sum(nodes.bitCurrent)])).toBeLessThan(1e-9);
    }
  });

  test('the residual tells a wrong node', () => {
    const array = randomArray(8, 8);
    const drive = { word: new Float64Array(8).fill(0.2) };
    const nodes = new WireNetwork(array).nodes(drive);
    expect(residual(array, drive, nodes).net).toBeLessThan(1e-9);
    nodes.word[17] += 1e-9;
    expect(residual(array, drive, nodes).net).toBeGreaterThan(1e-6);
    expect(residual(array, drive, nodes).backward).toBeGreaterThan(1e-10);
  });
});

describe('what is refused', () => {
  const array = randomArray(2, 3);
  test.each([
    [{ rows: 0 }, "PR0905 the array's rows is 0; an integer from 1 to 4096 is allowed"],
    [{ columns: 4 }, 'PR0905 2 x 4 devices need 8 conductances; there are 6'],
    [
      { conductance: Float64Array.of(1, 1, 1, 1, -1, 1) },
      'PR0905 the conductance in row 1, column 1 is -1; it must be finite and not negative; an open device is 0 S',
    ],
    [
      { conductance: Float64Array.of(1, Infinity, 1, 1, 1, 1) },
      'PR0905 the conductance in row 0, column 1 is Infinity; it must be finite and not negative; an open device is 0 S',
    ],
    [{ wordOhms: -1 }, 'PR0906 wordOhms is -1; it must be finite and not negative; a perfect wire is 0'],
    [{ bitOhms: Number.NaN }, 'PR0906 bitOhms is NaN; it must be finite and not negative; a perfect wire is 0'],
  ])('%j', (change, message) => {
    expect(said(() => new WireNetwork({ ...array, ...change }))).toBe(message);
  });
  test('voltages', () => {
    const network = new WireNetwork(array);
    expect(said(() => network.nodes({ word: new Float64Array(3) }))).toBe(
      'PR0907 2 word terminals need 2 finite voltages; there are 3',
    );
    expect(said(() => network.nodes({ bit: Float64Array.of(1, Number.NaN, 1) }))).toBe(
      'PR0907 3 bit terminals need 3 finite voltages; one is not finite',
    );
  });
});
