import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  expect(loadThresholds(put([], [1.5]), { heads: 2, tokens: 3, dim: 4 })).toEqual([1.5, 1.5]);
  expect(loadThresholds(put([1], [1.5]), { heads: 2, tokens: 3, dim: 4 })).toEqual([1.5, 1.5]);
  expect(loadThresholds(put([2], [1, -2]), { heads: 2, tokens: 3, dim: 4 })).toEqual([1, -2]);
  const both = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)];
  expect(loadThresholds(put([2, 3], [1, 2, 3, 4, 5, 6]), { heads: 2, tokens: 3, dim: 4 })).toEqual(both);
  expect(loadThresholds(put([3], [1, 2, 3]), { heads: 1, tokens: 3, dim: 4 })).toEqual([both[0]]);
});

test('other shapes are refused with the ones that fit', () => {
  expect(() => loadThresholds(put([3], [1, 2, 3]), { heads: 2, tokens: 3, dim: 4 })).toThrow(
    /\(3,\); \(2,\) .* \(2, 3\)/,
  );
  expect(() => loadThresholds(put([3, 2], [1, 2, 3, 4, 5, 6]), { heads: 2, tokens: 3, dim: 4 })).toThrow(/\(3, 2\)/);
});

describe('thresholds of a model', () => {
  const shape = { heads: 2, tokens: 3, dim: 4 };
  const layers = [
    { name: 'layer0', dim: 4, thresholds: [1.5, -2] },
    { name: 'layer1', dim: 8, thresholds: [0, 1] },
  ];
  const file = (content: unknown) => {
    const path = join(folder, 'learned.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const model = (changes = {}) => file({ kind: 'prunus-thresholds', version: 1, model: 'm', layers, ...changes });

  test('a layer by name, by number, and the only one', () => {
    expect(loadThresholds(model(), shape, 'layer0')).toEqual([1.5, -2]);
    expect(loadThresholds(model(), { ...shape, dim: 8 }, '1')).toEqual([0, 1]);
    expect(loadThresholds(model({ layers: layers.slice(0, 1) }), shape)).toEqual([1.5, -2]);
  });

  test('no layer, or one that is not there', () => {
    expect(() => loadThresholds(model(), shape)).toThrow(/2 layers \(layer0, layer1\)/);
    for (const layer of ['2', '-1', '0.5', 'layer', '']) {
      expect(() => loadThresholds(model(), shape, layer), layer).toThrow(/has no layer '/);
    }
    expect(() => loadThresholds(put([], [1]), shape, '0')).toThrow(/has no layers/);
  });

  test('another model', () => {
    expect(() => loadThresholds(model(), shape, 'layer1')).toThrow(/2 heads of dimension 8, the tensors 2 of 4/);
    expect(() => loadThresholds(model(), { ...shape, heads: 4 }, '0')).toThrow(/2 heads of dimension 4, the tensors 4/);
  });

  test('not such a file', () => {
    expect(() => loadThresholds(file('{'), shape)).toThrow(/is no file of thresholds/);
    expect(() => loadThresholds(join(folder, 'nowhere.json'), shape)).toThrow(/no such file/);
    expect(() => loadThresholds(file({ layers }), shape)).toThrow(/kind/);
    const nan = [{ name: 'a', dim: 4, thresholds: [null, 1] }];
    expect(() => loadThresholds(model({ layers: nan }), shape)).toThrow(/layers\.0\.thresholds\.0/);
    expect(() => loadThresholds(model({ version: 2 }), shape)).toThrow(/version/);
  });
});
