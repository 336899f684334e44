import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import type { CaseResult, SimItem } from '../../src/sim/cases.ts';
import { compareResults, printMismatch } from '../../src/sim/compare.ts';
import { writeReplay } from '../../src/sim/replay.ts';
import { OutputItems } from '../../src/sim/results.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import type { FieldDesc, SimTop } from '../../src/sim/top.ts';
import * as duts from './duts.ts';

const folder = mkdtempSync(join(tmpdir(), 'prunus-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fields: FieldDesc[] = [
  { name: 'token', signed: false, width: 9, count: 1, shape: 'scalar' },
  { name: 'data', signed: true, width: 8, count: 2, shape: 'vector' },
  { name: 'last', signed: false, width: 1, count: 1, shape: 'scalar' },
];
const tokens: SimTop = {
  top: 'tokens',
  files: [],
  inputs: [],
  outputs: [{ name: 'tokens', fields, order: 'packet' }],
  inputWires: [],
  outputWires: [],
};
const item = (token: number, last = 0, data: [number, number] = [token, -token]): SimItem => ({ token, data, last });

function result(items: readonly SimItem[]): CaseResult {
  const column = (f: FieldDesc) =>
    Int32Array.from(items.flatMap((i) => [i[f.name]!].flatMap((v) => (typeof v === 'number' ? [v] : Array.from(v)))));
  const columns = Object.fromEntries(fields.map((f) => [f.name, column(f)]));
  const outputs = {
    tokens: new OutputItems(
      fields,
      Uint32Array.from(items, (_, i) => 10 + i),
      columns,
    ),
  };
  return { status: 'ok', cycles: 99, outputs, accepted: {}, wires: {}, violations: [], violationCount: 0 };
}
const compare = (got: SimItem[], want: SimItem[]) =>
  compareResults(tokens, [result(got)], [{ streams: { tokens: want } }]);

describe('packets', () => {
  const want = [item(1), item(2), item(3, 1), item(4), item(5, 1)];

  test('any order within a packet is right', () => {
    const c = compare([item(3), item(1), item(2, 1), item(5), item(4, 1)], want);
    expect(c).toMatchObject({ ok: true, mismatchCount: 0, words: 20 });
  });

  test('an item in the wrong packet is not', () => {
    const c = compare([item(3), item(1), item(4, 1), item(5), item(2, 1)], want);
    expect(c.ok).toBe(false);
    expect(c.mismatches.map((m) => m.field)).toContain('token');
  });

  test('a wrong element is pinned to the item that it belongs to', () => {
    const c = compare([item(3), item(1, 0, [1, 7]), item(2, 1), item(4), item(5, 1)], want);
    expect(c.mismatches).toEqual([
      { case: 0, stream: 'tokens', item: 0, field: 'data', element: 1, expected: -1, got: 7, cycle: 11 },
    ]);
  });

  test('a packet that ends too early is caught, and the next is still compared with the next', () => {
    const c = compare([item(1), item(2, 1), item(4), item(5, 1)], want);
    expect(c.mismatches.map(printMismatch)).toEqual([
      'case 0 tokens[2]: expected an item, got nothing',
      'case 0 tokens[2].last[0]: expected 2, got 1 (cycle 11)',
    ]);
  });

  test('a duplicate does not stand in for a missing item', () => {
    expect(compare([item(1), item(1), item(3, 1), item(4), item(5, 1)], want).ok).toBe(false);
  });

  test('a packet without an end is caught', () => {
    expect(compare([item(1), item(2), item(3)], [item(1), item(2), item(3, 1)]).ok).toBe(false);
  });
});

describe('exact order', () => {
  const exact: SimTop = { ...tokens, outputs: [{ ...tokens.outputs[0]!, order: 'exact' }] };
  const run = (got: SimItem[], want: SimItem[]) =>
    compareResults(exact, [result(got)], [{ streams: { tokens: want } }]);

  test('swapped items, missing and surplus items are mismatches', () => {
    expect(run([item(1), item(2)], [item(1), item(2)])).toMatchObject({ ok: true, words: 8 });
    expect(run([item(2), item(1)], [item(1), item(2)]).mismatchCount).toBe(6);
    expect(run([item(1)], [item(1), item(2)]).mismatches).toMatchObject([
      { item: 1, field: 'item', got: undefined, cycle: -1 },
    ]);
    expect(run([item(1), item(2)], [item(1)]).mismatches).toMatchObject([
      { item: 1, field: 'item', expected: undefined, cycle: 11 },
    ]);
  });

  test('a bad status, a violation and a missing result are failures although all items are right', () => {
    const good = result([item(1)]);
    const want = [{ streams: { tokens: [item(1)] } }];
    expect(compareResults(exact, [{ ...good, status: 'extra' }], want).ok).toBe(false);
    const violations = [{ stream: 'tokens', kind: 'dropped' as const, cycle: 4 }];
    expect(compareResults(exact, [{ ...good, violations, violationCount: 200 }], want)).toMatchObject({
      ok: false,
      mismatchCount: 200,
    });
    expect(compareResults(exact, [], want).ok).toBe(false);
  });

  test('the list is cut, the count is not', () => {
    const c = compareResults(
      exact,
      [result(Array.from({ length: 50 }, (_, i) => item(i)))],
      [{ streams: { tokens: Array.from({ length: 50 }, () => item(200)) } }],
      10,
    );
    expect(c.mismatches.length).toBe(10);
    expect(c.mismatchCount).toBe(150);
  });
});

test('a planted bug is found, and its replay folder shows it and passes once the RTL is mended', async () => {
  const items = [...duts.adderItems(10), { a: -3, b: 5 }, ...duts.adderItems(5, 2)];
  const cases = [duts.adderCase(items)];
  const expected = [{ streams: { sum: duts.adderExpected(items) } }];
  const sim = await openSimulation(duts.adder, { defines: ['BUG'] });
  const results = await sim.run(cases);
  const comparison = compareResults(duts.adder, results, expected);
  expect(comparison.mismatches).toMatchObject([
    { case: 0, stream: 'sum', item: 10, field: 'value', expected: 9, got: 10 },
  ]);

  const replay = await writeReplay(join(folder, 'replay'), {
    top: duts.adder,
    cases,
    results,
    expected,
    defines: ['BUG'],
    about: 'seed 3',
  });
  expect(readFileSync(join(replay, 'README.txt'), 'utf8')).toContain('sum[10].value[0]: expected 9, got 10');
  const failing = spawnSync('make', ['replay'], { cwd: replay, encoding: 'utf8' });
  expect(failing.status).not.toBe(0);
  expect(failing.stdout).toContain('-case 0 sum[10] value=9\n+case 0 sum[10] value=10');

  const rtl = join(replay, 'rtl', duts.adder.files[0]!.path);
  writeFileSync(rtl, readFileSync(rtl, 'utf8').replace("sum + 42'sd1", 'sum'));
  expect(execFileSync('make', ['replay'], { cwd: replay, encoding: 'utf8' })).toContain('PASS');
});
