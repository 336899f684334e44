import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Drive, type WiredArray, WireNetwork } from '../../../src/reram/array/network.ts';
import { readSpice, spiceNetlist } from '../../../src/reram/array/spice.ts';
import { randomArray, randomVolts, recorded, worst } from './arrays.ts';

const isThere = spawnSync('ngspice', ['--version']).status === 0;
if (!isThere) console.warn('ngspice is not installed: its checks are skipped (npm run setup installs it)');

function solve(netlist: string): ReturnType<typeof readSpice> {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-ngspice-'));
  try {
    writeFileSync(join(folder, 'array.cir'), netlist);
    return readSpice(spawnSync('ngspice', ['-b', join(folder, 'array.cir')], { encoding: 'utf8' }).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const off = (array: WiredArray, drive: Drive, spice: ReturnType<typeof readSpice>): number => {
  const nodes = new WireNetwork(array).nodes(drive);
  return Math.max(worst(nodes.bitCurrent, spice.bitCurrent), worst(nodes.wordCurrent, spice.wordCurrent));
};

describe.skipIf(!isThere)('against ngspice (where it is installed)', () => {
  test.each([
    [16, 16, 1.5, 0.5, 'word'],
    [16, 16, 10, 10, 'bit'],
    [7, 12, 0, 2, 'word'],
    [12, 7, 2, 0, 'word'],
  ])('%d x %d, segments of %d and %d ohm, %s driven', (rows, columns, wordOhms, bitOhms, driven) => {
    const array = randomArray(rows, columns, { wordOhms, bitOhms, open: 0.1, most: 1e-3 });
    // Of one sign: no current is a small difference of large ones.
    const volts = randomVolts(driven === 'word' ? rows : columns, 2).map((v) => 0.05 + Math.abs(v));
    const drive = driven === 'word' ? { word: volts } : { bit: volts };
    expect(off(array, drive, solve(spiceNetlist(array, drive)))).toBeLessThan(1e-6);
  });

  test('sees a resistance that differs by one in ten thousand', () => {
    const array = randomArray(16, 16);
    const drive = { word: new Float64Array(16).fill(0.2) };
    const netlist = spiceNetlist({ ...array, wordOhms: array.wordOhms * 1.0001 }, drive);
    const far = off(array, drive, solve(netlist));
    expect(far).toBeGreaterThan(1e-8);
    const device = array.conductance.with(40, array.conductance[40] * 1.0001);
    expect(off(array, drive, solve(spiceNetlist({ ...array, conductance: device }, drive)))).toBeGreaterThan(1e-6);
  });
});

test('64 x 128 against what ngspice found for the netlist that Prunus writes', () => {
  const fixture = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'ngspice-64x128.json'), 'utf8')) as {
    netlistSha256: string;
    bitCurrent: number[];
    wordCurrent: number[];
  };
  const netlist = spiceNetlist(recorded.array, recorded.drive);
  // If it differs: `npx tsx scripts/reram-fixtures.ts --ngspice`.
  expect(createHash('sha256').update(netlist).digest('hex')).toBe(fixture.netlistSha256);
  expect([fixture.bitCurrent.length, fixture.wordCurrent.length]).toEqual([128, 64]);
  const spice = {
    bitCurrent: Float64Array.from(fixture.bitCurrent),
    wordCurrent: Float64Array.from(fixture.wordCurrent),
  };
  expect(off(recorded.array, recorded.drive, spice)).toBeLessThan(1e-6);
});

test('a netlist', () => {
  const array = {
    rows: 2,
    columns: 1,
    conductance: Float64Array.of(0.1, 0),
    wordOhms: 1,
    bitOhms: 0,
  };
  expect(spiceNetlist(array, { word: Float64Array.of(1, 2) })).toBe(`* crossbar: 2 word lines, 1 bit lines
vw0 tw0 0 dc 1
vw1 tw1 0 dc 2
vb0 tb0 0 dc 0
rw0_0 tw0 w0_0 1
rd0_0 w0_0 tb0 10
rw1_0 tw1 w1_0 1
.control
set numdgt=15
op
print i(vb0)
print i(vw0)
print i(vw1)
quit
.endc
.end
`);
});
