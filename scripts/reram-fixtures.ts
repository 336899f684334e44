/**
 * Makes the fixtures of tests/unit/reram that other programs solved.
 *
 *   tsx scripts/reram-fixtures.ts --qucs FILE     qucs.json, from a file of the solutions in badcrossbar's tests
 *   tsx scripts/reram-fixtures.ts --ngspice       ngspice-64x128.json; ngspice takes about a minute
 *   tsx scripts/reram-fixtures.ts --ngspice --check     solves it anew and compares instead of writing
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSpice, spiceNetlist } from '../src/reram/array/spice.ts';
import { recorded, worst } from '../tests/unit/reram/arrays.ts';

const folder = resolve(import.meta.dirname, '../tests/unit/reram/fixtures');
const spiceFixture = join(folder, 'ngspice-64x128.json');

interface QucsCase {
  readonly R: (number | null)[][];
  readonly V: number[][];
  readonly r_wl: number;
  readonly r_bl: number;
  readonly i_out: number[][];
  readonly i_dev: number[][];
  readonly i_wl: number[][];
  readonly v_wl: number[][];
  readonly v_bl: number[][];
}

/** Keeps the numbers of the tests; an open device, which the file writes as Infinity, is null. */
function reduceQucs(file: string): void {
  const text = readFileSync(file, 'utf8').replaceAll('Infinity', 'null');
  const { source, cases } = JSON.parse(text) as { source: string; cases: Record<string, QucsCase> };
  const lines = Object.entries(cases).map(([name, c]) => {
    const kept = {
      name,
      rows: c.R.length,
      columns: c.R[0].length,
      wordOhms: c.r_wl,
      bitOhms: c.r_bl,
      ohms: c.R.flat(),
      volts: c.V.flat(),
      word: c.v_wl.flat(),
      bit: c.v_bl.flat(),
      device: c.i_dev.flat(),
      wordCurrent: c.i_wl.map((row) => row[0]),
      bitCurrent: c.i_out.flat(),
    };
    return JSON.stringify(kept);
  });
  const head = `"source": ${JSON.stringify(source)},\n"licence": "MIT, Copyright (c) 2020 Dovydas Joksas: see README.md",`;
  writeFileSync(join(folder, 'qucs.json'), `{\n${head}\n"cases": [\n${lines.join(',\n')}\n]\n}\n`);
  console.log(`qucs.json: ${lines.length} cases`);
}

function solveWithNgspice(check: boolean): void {
  const netlist = spiceNetlist(recorded.array, recorded.drive);
  const at = mkdtempSync(join(tmpdir(), 'prunus-ngspice-'));
  try {
    writeFileSync(join(at, 'array.cir'), netlist);
    const run = spawnSync('ngspice', ['-b', join(at, 'array.cir')], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (run.error) throw run.error;
    const { bitCurrent, wordCurrent } = readSpice(run.stdout);
    const version = /ngspice-\d+/.exec(spawnSync('ngspice', ['--version'], { encoding: 'utf8' }).stdout)?.[0];
    if (check) {
      const old = JSON.parse(readFileSync(spiceFixture, 'utf8')) as { bitCurrent: number[]; wordCurrent: number[] };
      const off = Math.max(worst(bitCurrent, old.bitCurrent), worst(wordCurrent, old.wordCurrent));
      console.log(`${version}: within ${off} of the fixture`);
      if (!(off <= 1e-9)) process.exitCode = 1;
      return;
    }
    const netlistSha256 = createHash('sha256').update(netlist).digest('hex');
    const fixture = { solver: version, netlistSha256, bitCurrent: [...bitCurrent], wordCurrent: [...wordCurrent] };
    writeFileSync(spiceFixture, `${JSON.stringify(fixture)}\n`);
    console.log(`${version}: ${bitCurrent.length} bit lines, ${wordCurrent.length} word lines`);
  } finally {
    rmSync(at, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    qucs: { type: 'string' },
    ngspice: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
if (values.qucs !== undefined) reduceQucs(values.qucs);
if (values.ngspice) solveWithNgspice(values.check);
