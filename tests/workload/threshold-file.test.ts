import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeNpy } from '../../src/workload/npy.ts';
import { loadThresholds } from '../../src/workload/threshold-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunus-thresholds-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(shape: number[], values: number[]): string {
  const path = join(folder, 'threshold.npy');
  writeNpy(path, shape, Float32Array.from(values));
  return path;
}

test('one, one a head, one a head and query', () => {
  expect(loadThresholds(put([], [1.5]), 2, 3)).toEqual([1.5, 1.5]);
  expect(loadThresholds(put([1], [1.5]), 2, 3)).toEqual([1.5, 1.5]);
  expect(loadThresholds(put([2], [1, -2]), 2, 3)).toEqual([1, -2]);
  const both = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)];
  expect(loadThresholds(put([2, 3], [1, 2, 3, 4, 5, 6]), 2, 3)).toEqual(both);
  expect(loadThresholds(put([3], [1, 2, 3]), 1, 3)).toEqual([both[0]]);
});

test('other shapes are refused with the ones that fit', () => {
  expect(() => loadThresholds(put([3], [1, 2, 3]), 2, 3)).toThrow(/\(3,\); \(2,\) .* \(2, 3\)/);
  expect(() => loadThresholds(put([3, 2], [1, 2, 3, 4, 5, 6]), 2, 3)).toThrow(/\(3, 2\)/);
});
