import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mix } from '../../src/numerics/random.ts';
import { programCodebook } from '../../src/workload/codebook.ts';
import {
  checkCodebookTensors,
  codebookLayer,
  type CodebookFile,
  readCodebookFile,
  writeCodebookFile,
} from '../../src/workload/codebook-file.ts';
import { trainCodebooks } from '../../src/workload/codebook-training.ts';
import { prepareHead } from '../../src/workload/quantise.ts';
import { real, designOf, tensorsOf, codeOf } from './codebook-cases.ts';

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prunus-codebook-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const small = (): CodebookFile =>
    trainCodebooks(
      ['a', 'b'].map((name) => ({
        name,
        tensors: tensorsOf(
          4,
          4,
          Array.from({ length: 16 }, (_, n) => n),
          Array.from({ length: 16 }, (_, n) => mix(n) % 50),
        ),
      })),
      { subspaces: 2, centroids: 2, mixing: 'balanced', model: 'm' },
    );
  const put = (content: unknown): string => {
    const path = join(folder, 'codebook.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  test('come back as they were written', () => {
    const path = join(folder, 'there-and-back.json');
    writeCodebookFile(path, small());
    expect(readCodebookFile(path)).toEqual(small());
    expect(codeOf(() => writeCodebookFile(join(folder, 'no', 'folder.json'), small()))).toMatch(
      /^PR0455 .*cannot be written/,
    );
  });

  test('layers by name, by number, and the only one', () => {
    const file = small();
    expect(codebookLayer(file, 'b').name).toBe('b');
    expect(codebookLayer(file, '1').name).toBe('b');
    expect(codebookLayer({ ...file, layers: file.layers.slice(0, 1) }).name).toBe('a');
    expect(codeOf(() => codebookLayer(file))).toBe('PR0456 the codebook of m has 2 layers (a, b)');
    for (const wrong of ['2', '-1', '0.5', '', 'c']) {
      expect(
        codeOf(() => codebookLayer(file, wrong)),
        wrong,
      ).toBe(`PR0456 the codebook of m has no layer '${wrong}'; there are a, b`);
    }
  });

  test('what is not one', () => {
    const file = small();
    const layer = (change: object) => put({ ...file, layers: [{ ...file.layers[0], ...change }] });
    const read = (path: string) => codeOf(() => readCodebookFile(path));
    expect(read(put('{'))).toMatch(/^PR0455 .*is no file of codebooks/);
    expect(read(join(folder, 'nowhere.json'))).toMatch(/^PR0455 .*no such file/);
    expect(read(put({ ...file, kind: 'prunus-thresholds' }))).toMatch(/^PR0455 .*: kind: /);
    expect(read(put({ ...file, version: 2 }))).toMatch(/^PR0455 .*: version: /);
    expect(read(layer({ centroids: 3 }))).toMatch(/layers\.0\.centroids: 3 is no power of two$/);
    expect(read(layer({ subspaces: 3 }))).toMatch(/layers\.0\.subspaces: 3 do not divide a dimension of 4$/);
    const [head] = file.layers[0]!.heads;
    const heads = (change: object) => layer({ heads: [{ ...head, ...change }] });
    expect(read(heads({ centroids: [1, 2] }))).toMatch(/layers\.0\.heads\.0\.centroids: has 2 numbers; 8 are needed$/);
    expect(read(heads({ mix: [1] }))).toMatch(/layers\.0\.heads\.0\.mix: has 1 numbers; 16 are needed$/);
    expect(read(heads({ queries: [null] }))).toMatch(/layers\.0\.heads\.0\.queries\.0: /);
  });

  test('of other tensors, of another design', () => {
    const [layer] = small().layers;
    expect(codeOf(() => checkCodebookTensors(layer!, { heads: 1, dim: 4 }))).toBe('accepted');
    expect(codeOf(() => checkCodebookTensors(layer!, { heads: 2, dim: 4 }))).toBe(
      'PR0457 the codebook of a has 1 heads of dimension 4, the tensors 2 of 4',
    );
    expect(codeOf(() => checkCodebookTensors(layer!, { heads: 1, dim: 8 }))).toMatch(/^PR0457/);
    const head = prepareHead(real.head(0), { tokens: 128, dim: 64 });
    expect(codeOf(() => programCodebook(designOf(real), layer!, 0, head, 128))).toBe(
      'PR0458 the codebook of a has 2 subspaces of 2 centroids of 2 elements, the design takes 16 subspaces of 16 centroids of 4 elements',
    );
  });
});
