/** Matrices multiplied with a library of the machine: a small one, made here, that does what CBLAS says and counts its calls. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Network } from '../../src/learn/network.ts';
import { phasesOf } from '../../src/learn/phases.ts';
import { loadTensorFlow } from '../../src/learn/tensorflow.ts';
import { train } from '../../src/learn/train.ts';
import { runTool } from '../../src/sim/processes.ts';
import { tinyEncoder, tinyParameters, tinyTask } from './tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'prunus-blas-'));
const library = join(folder, 'small.so');
const source = `
static int called = 0;
extern "C" int calls() { return called; }
extern "C" void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda,
                            const float *b, int ldb, float beta, float *c, int ldc) {
  called++;
  if (order != 101) return;
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int x = 0; x < k; x++)
        sum += double(transA == 112 ? a[x * lda + i] : a[i * lda + x]) * (transB == 112 ? b[j * ldb + x] : b[x * ldb + j]);
      c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
    }
}
`;

let calls: () => number;
beforeAll(async () => {
  writeFileSync(join(folder, 'small.cpp'), source);
  await runTool('g++', ['-O1', '-shared', '-fPIC', '-o', library, 'small.cpp'], { cwd: folder });
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  calls = koffi.load(library).func('int calls()') as () => number;
});
afterEach(() => loadTensorFlow());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Small whole numbers, so that every order of adding gives the same. */
async function product(a: number[], b: number[], transposeA: boolean, transposeB: boolean, blas?: string) {
  const tf = await loadTensorFlow(blas);
  const filled = (shape: number[], factor: number): Tensor => {
    const size = shape.reduce((x, y) => x * y, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, n) => ((n * factor) % 7) - 3),
      shape,
    );
  };
  return tf.tidy(() => {
    const c = tf.matMul(filled(a, 3), filled(b, 5), transposeA, transposeB);
    return { shape: c.shape, values: [...c.dataSync()] };
  });
}

test.each([
  { what: 'two matrices', a: [3, 4], b: [4, 5], tA: false, tB: false, wanted: 1 },
  { what: 'the first transposed', a: [4, 3], b: [4, 5], tA: true, tB: false, wanted: 1 },
  { what: 'the second transposed', a: [3, 4], b: [5, 4], tA: false, tB: true, wanted: 1 },
  { what: 'both transposed', a: [4, 3], b: [5, 4], tA: true, tB: true, wanted: 1 },
  { what: 'one of each, for each text and head', a: [2, 3, 4, 6], b: [2, 3, 5, 6], tA: false, tB: true, wanted: 6 },
  { what: 'a single row and column', a: [1, 1, 7], b: [1, 7, 1], tA: false, tB: false, wanted: 1 },
  { what: 'one matrix for all, by the wasm kernel', a: [2, 3, 4], b: [1, 4, 5], tA: false, tB: false, wanted: 0 },
  { what: 'no rows, by the wasm kernel', a: [0, 3], b: [3, 2], tA: false, tB: false, wanted: 0 },
])('$what', async ({ a, b, tA, tB, wanted }) => {
  const before = calls();
  const found = await product(a, b, tA, tB, library);
  expect(calls() - before).toBe(wanted);
  expect(found).toEqual(await product(a, b, tA, tB));
  expect(calls() - before).toBe(wanted);
});

// Without pruning: where scores stand near steep thresholds, what rounding makes of them soon differs.
test('a network learns the same by it, up to rounding', async () => {
  const learned = async (blas?: string) => {
    const tf = await loadTensorFlow(blas);
    const parameters = tinyParameters({ method: 'none', tuneEpochs: 3 });
    const network = new Network(tf, tinyEncoder(), 2, parameters);
    const { train: examples, validation } = tinyTask();
    const phases = phasesOf(parameters);
    const { steps } = await train({ network, train: examples, validation, parameters, phases, seed: 1 });
    network.dispose();
    return steps.map(({ loss }) => loss);
  };
  const wanted = await learned();
  const before = calls();
  const found = await learned(library);
  expect(calls()).toBeGreaterThan(before);
  expect(Math.max(...found.map((loss, n) => Math.abs(loss - wanted[n]!)))).toBeLessThan(1e-3);
});

test.each([
  ['none.so', "--blas: 'none.so' cannot be used: "],
  ['libm.so.6', "--blas: 'libm.so.6' cannot be used: "],
])('%s is refused', async (name, message) => {
  await expect(loadTensorFlow(name)).rejects.toMatchObject({
    code: 'PR0815',
    message: expect.stringContaining(message) as string,
  });
});
