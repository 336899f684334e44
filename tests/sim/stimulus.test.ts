import { describe, expect, test } from 'vitest';

import { decodeResults, resultMagic } from '../../src/sim/results.ts';
import { encodeStimulus, splitBatch } from '../../src/sim/stimulus.ts';
import { checkSimTop, layoutHash, type SimTop } from '../../src/sim/top.ts';
import * as duts from './duts.ts';

const good = duts.fifoItems(2);

describe('a case that does not fit the ports is refused, naming the place', () => {
  const encode = (change: object) => () =>
    encodeStimulus(duts.fifo, [duts.fifoCase(good), { ...duts.fifoCase(good), ...change }]);
  const withItem = (change: object) => encode({ streams: { in: [good[0], { ...good[1], ...change }] } });
  const data = (e: number, v: number) => ({ data: Array.from({ length: 25 }, (_, i) => (i === e ? v : 0)) });

  test.each([
    [withItem({ index: 256 }), /^Case 1, in\[1\]\.index: 256 is not an integer in -256\.\.255\.$/],
    [withItem({ index: 1.5 }), /in\[1\]\.index: 1\.5 is not an integer/],
    [withItem({ index: Number.NaN }), /in\[1\]\.index: NaN/],
    [withItem({ index: undefined }), /in\[1\]\.index: needs a number, got nothing/],
    [withItem({ index: [1] }), undefined],
    [withItem(data(24, -129)), /in\[1\]\.data\[24\]: -129 is not an integer in -128\.\.127/],
    [withItem({ data: [1, 2] }), /in\[1\]\.data: needs 25 elements, got 2 elements/],
    [encode({ streams: { inn: [] } }), /no input stream 'inn'; it has: in\./],
    [encode({ expect: { outt: 1 } }), /no output stream 'outt'/],
    [encode({ wires: { depth: 1 } }), /no input wire 'depth'; it has: none/],
    [encode({ stall: { seed: 1, validPercent: 0, readyPercent: 100 } }), /stall\.validPercent: 0/],
    [encode({ maxIdleCycles: 0 }), /maxIdleCycles: 0/],
  ])('%#', (run, message) => {
    if (message)
      expect(run).toThrow(expect.objectContaining({ code: 'PR0502', message: expect.stringMatching(message) }));
    else expect(run).not.toThrow();
  });

  test('a wire without a value', () => {
    const one = { ...duts.adderCase([]), wires: {} };
    expect(() => encodeStimulus(duts.adder, [one])).toThrow(
      /wire offset: undefined is not an integer in -2048\.\.2047/,
    );
  });
});

test('a large batch is cut, but only where a case starts from reset', () => {
  // A case of two items: 8 words, 2 counts, 2 * 26 elements.
  const one = duts.fifoCase(good);
  const more = { ...one, reset: false };
  const cut = (cases: (typeof one)[], limit: number) => splitBatch(duts.fifo, cases, limit).map((r) => [r.from, r.to]);
  expect(cut([], 62)).toEqual([]);
  expect(cut([one, one, one], 1000)).toEqual([[0, 3]]);
  expect(cut([one, one, one], 124)).toEqual([
    [0, 2],
    [2, 3],
  ]);
  expect(cut([one, more, more, one, one, more], 124)).toEqual([
    [0, 3],
    [3, 4],
    [4, 6],
  ]);
  expect(cut([more, more, more], 62)).toEqual([[0, 3]]);
});

test('a result file of another top, or one cut short, is refused', () => {
  const header = [resultMagic, 1, layoutHash(duts.fifo), 1];
  expect(() => decodeResults(duts.fifo, Uint32Array.from([]))).toThrow(/no readable result/);
  expect(() => decodeResults(duts.adder, Uint32Array.from(header))).toThrow(/no readable result/);
  expect(() => decodeResults(duts.fifo, Uint32Array.from([...header, 0, 5]))).toThrow(/cut short/);
});

test('a description that cannot be simulated is refused', () => {
  const check = (change: Partial<SimTop>) => () => checkSimTop({ ...duts.fifo, ...change });
  expect(check({})).not.toThrow();
  expect(check({ files: [{ path: '../escape.v', text: '' }] })).toThrow(/files\.0\.path/);
  expect(check({ files: [{ path: '/etc/x.v', text: '' }] })).toThrow(/files\.0\.path/);
  expect(check({ outputWires: [{ name: 'in_valid', width: 1, signed: false }] })).toThrow(
    /port 'in_valid' occurs twice/,
  );
  expect(check({ outputWires: [{ name: 'w', width: 53, signed: false }] })).toThrow(/outputWires\.0\.width/);
  expect(check({ outputs: [{ ...duts.fifo.outputs[0]!, order: 'packet' }] })).toThrow(/field `last`/);
});
