import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProblemsError } from '../../src/errors.ts';
import { type NpyData, writeNpy } from '../../src/workload/npy.ts';
import { prepareHead } from '../../src/workload/quantise.ts';
import { loadAttention } from '../../src/workload/tensors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunus-tensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Kind = new (values: number[]) => NpyData;

/** Writes a tensor counting 0, 1, 2, ... modulo 100 and returns its path. */
function put(name: string, shape: number[], Data: Kind = Float32Array): string {
  const path = join(folder, `${name}.npy`);
  const size = shape.reduce((a, b) => a * b, 1);
  writeNpy(path, shape, new Data(Array.from({ length: size }, (_, n) => n % 100)));
  return path;
}

function problems(q: string, k: string, v: string): string[] {
  try {
    loadAttention({ q, k, v });
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map((p) => `${p.code} ${p.path}`);
    throw error;
  }
  return [];
}

test('two dimensions are one head', () => {
  const path = put('flat', [3, 5]);
  const tensors = loadAttention({ q: path, k: path, v: path });
  expect(tensors).toMatchObject({
    kind: 'float',
    heads: 1,
    keyHeads: 1,
    tokens: 3,
    keyTokens: 3,
    dim: 5,
    shape: [3, 5],
  });
  expect(tensors.head(0).q).toHaveLength(15);
  expect(() => tensors.head(1)).toThrow(RangeError);
});

test('grouped heads: neighbouring query heads share a key head', () => {
  const q = put('q6', [6, 2, 2]);
  const k = put('k3', [3, 2, 2]);
  const tensors = loadAttention({ q, k, v: k });
  expect(tensors).toMatchObject({ heads: 6, keyHeads: 3 });
  expect(Array.from({ length: 6 }, (_, h) => tensors.head(h).k[0])).toEqual([0, 0, 4, 4, 8, 8]);
  expect(Array.from({ length: 6 }, (_, h) => tensors.head(h).q[0])).toEqual([0, 4, 8, 12, 16, 20]);
});

test('int16 and int8 are taken as quantised', () => {
  const q = put('i16', [2, 4], Int16Array);
  const k = put('i8', [2, 4], Int8Array);
  const tensors = loadAttention({ q, k, v: k });
  expect(tensors.kind).toBe('quantised');
  const head = prepareHead(tensors.head(0), tensors);
  expect(head.q).toEqual(Int8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
  expect(head.scoreScale[0]).toBe(0.5);
});

test('every problem is reported, not the first', () => {
  const q = put('q', [4, 8, 6]);
  expect(problems(q, put('k', [3, 9, 5], Int8Array), join(folder, 'absent.npy'))).toEqual([
    'PR0401 v',
    'PR0421 k',
    'PR0422 k',
    'PR0422 k',
    'PR0423 k',
  ]);
  expect(problems(put('r1', [4]), put('r4', [1, 1, 1, 1]), put('i32', [2, 2], Int32Array))).toEqual([
    'PR0420 q',
    'PR0420 k',
    'PR0421 v',
  ]);
  expect(problems(q, put('k2', [2, 8, 6]), put('v4', [4, 8, 6]))).toEqual(['PR0423 v']);
  expect(problems(put('k8', [8, 8, 6]), put('q4', [4, 8, 6]), put('k16', [16, 8, 6]))).toEqual([
    'PR0423 v',
    'PR0423 v',
  ]);
});

test('an int16 past 8 bits names its element', () => {
  const path = join(folder, 'wide.npy');
  writeNpy(path, [2, 2], Int16Array.of(-128, 127, 128, 0));
  expect(() => loadAttention({ q: path, k: path, v: path })).toThrow(/PR0424 q: .*element \[1, 0\] is 128/);
});
