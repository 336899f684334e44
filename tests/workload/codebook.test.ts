import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hardseaHead } from '../../src/architectures/hardsea/functional.ts';
import { CodebookArray, type PredictorDesign, RelevancePredictor } from '../../src/architectures/hardsea/predictor.ts';
import { PrunusError } from '../../src/errors.ts';
import { relevanceQuality, topKForKeep } from '../../src/explore/relevance.ts';
import { mix } from '../../src/numerics/random.ts';
import { programCodebook, relevanceScore } from '../../src/workload/codebook.ts';
import {
  checkCodebookTensors,
  codebookLayer,
  type CodebookFile,
  readCodebookFile,
  writeCodebookFile,
} from '../../src/workload/codebook-file.ts';
import { codebookScheme, mixedTensors } from '../../src/workload/codebook-mix.ts';
import { type CodebookOptions, trainCodebooks } from '../../src/workload/codebook-training.ts';
import { defaultScheme, prepareHead } from '../../src/workload/quantise.ts';
import { type AttentionTensors, type HeadTensors, loadAttention } from '../../src/workload/tensors.ts';
import { integerThresholds, thresholdForKeep } from '../../src/workload/thresholds.ts';

const example = (letter: string) => resolve(import.meta.dirname, `../../examples/tensors/use-lite/l0_${letter}.npy`);
const real = loadAttention({ q: example('q'), k: example('k'), v: example('v') });
const options: CodebookOptions = { subspaces: 16, centroids: 16, mixing: 'balanced' };
const exact = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0 };

const designOf = (tensors: AttentionTensors, change: Partial<PredictorDesign> = {}): PredictorDesign => ({
  tokens: tensors.tokens,
  dim: tensors.dim,
  subspaces: 16,
  centroids: 16,
  cellBits: 4,
  dacBits: 4,
  crossingBits: 8,
  relevance: 'asymmetric',
  ...exact,
  ...change,
});

/** One head of floats, or of integers. */
function tensorsOf(
  tokens: number,
  dim: number,
  q: readonly number[],
  k: readonly number[],
  kind = 'float',
): AttentionTensors {
  const pack = (x: readonly number[]) => (kind === 'float' ? Float32Array.from(x) : Int8Array.from(x));
  const head = { kind, q: pack(q), k: pack(k), v: pack(k) } as HeadTensors;
  return {
    kind: head.kind,
    heads: 1,
    keyHeads: 1,
    tokens,
    keyTokens: tokens,
    dim,
    shape: [tokens, dim],
    head: () => head,
  };
}

const scores = ({ q, k }: HeadTensors, dim: number): number[] =>
  Array.from({ length: (q.length / dim) ** 2 }, (_, n) => {
    const tokens = q.length / dim;
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += q[Math.floor(n / tokens) * dim + d]! * k[(n % tokens) * dim + d]!;
    return sum;
  });

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof PrunusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
};

describe('training', () => {
  test('finds the groups that keys are in, and their own means', () => {
    // Per subspace four far points, each with two keys about it; channel d is d + 1 times as large as the first.
    const corner = (n: number, d: number): number => [8, -8][(n >> d) & 1]!;
    const k = Array.from({ length: 8 * 4 }, (_, n) => {
      const [token, d] = [Math.floor(n / 4), n % 4];
      const group = d < 2 ? token >> 1 : (token >> 1) ^ 3;
      return (d + 1) * (corner(group, d % 2) + (token % 2 === 0 ? 0.25 : -0.25));
    });
    const file = trainCodebooks([{ name: 'a', tensors: tensorsOf(8, 4, k, k) }], {
      subspaces: 2,
      centroids: 4,
      mixing: 'none',
    });
    const { centroids, mix: none } = file.layers[0]!.heads[0]!;
    expect(none).toBeNull();
    for (const m of [0, 1]) {
      // In units of their channels.
      const own = centroids.slice(m * 8, m * 8 + 8).map((x, n) => x / (m * 2 + (n % 2) + 1));
      const found = Array.from({ length: 4 }, (_, c) => own.slice(c * 2, c * 2 + 2));
      const rounded = found.map((x) => x.map((y) => Math.round(y)).join()).toSorted();
      expect(rounded).toEqual(['-8,-8', '-8,8', '8,-8', '8,8']);
      // Within the quantisation of the keys.
      for (const x of own) expect(Math.abs(Math.abs(x) - 8)).toBeLessThan(0.05);
    }
  });

  test('is repeatable, depends on the seed, and has as many numbers as it says', () => {
    const train = (seed: number) => trainCodebooks([{ name: 'l0', tensors: real }], { ...options, seed });
    const file = train(3);
    expect(train(3)).toEqual(file);
    expect(train(4).layers).not.toEqual(file.layers);
    expect(file.layers[0]).toMatchObject({ name: 'l0', dim: 64, subspaces: 16, centroids: 16 });
    for (const head of file.layers[0]!.heads) {
      expect([head.centroids.length, head.queries.length, head.mix!.length]).toEqual([1024, 1024, 4096]);
    }
  });

  test('tokens past the valid length take no part', () => {
    const { q, k } = real.head(0);
    const loud = (x: ArrayLike<number>) => Array.from(x, (y, n) => (n < 100 * 64 ? y : 1e3 * mix(n)));
    const one = (a: ArrayLike<number>, b: ArrayLike<number>) => tensorsOf(128, 64, Array.from(a), Array.from(b));
    const train = (tensors: AttentionTensors) => trainCodebooks([{ name: 'l', tensors, validLength: 100 }], options);
    expect(train(one(loud(q), loud(k)))).toEqual(train(one(q, k)));
  });

  test('fewer different keys than centroids, and keys that are all zero', () => {
    for (const value of [3, 0]) {
      const tensors = tensorsOf(
        4,
        4,
        Array.from({ length: 16 }, () => 1),
        Array.from({ length: 16 }, () => value),
      );
      for (const mixing of ['none', 'balanced'] as const) {
        const [layer] = trainCodebooks([{ name: 'l', tensors }], { subspaces: 2, centroids: 4, mixing }).layers;
        expect(layer!.heads[0]!.centroids.every((x) => x === 0)).toBe(true);
        const head = prepareHead(mixedTensors(tensors, layer!).head(0), { tokens: 4, dim: 4 }, codebookScheme(layer!));
        const { codebook, keyRamp } = programCodebook(
          designOf(tensors, { subspaces: 2, centroids: 4 }),
          layer!,
          0,
          head,
          4,
        );
        expect([codebook.cells.every((x) => x === 0), keyRamp]).toEqual([true, 0]);
      }
    }
  });

  test('refuses what cannot be', () => {
    const train = (change: Partial<CodebookOptions>) =>
      codeOf(() => trainCodebooks([{ name: 'l', tensors: real }], { ...options, ...change }));
    expect(train({ centroids: 12 })).toBe('PR0460 12 centroids cannot be: their numbers need a power of two');
    expect(train({ centroids: 512 })).toBe('PR0460 centroids is 512; a whole number from 2 to 256 is needed');
    expect(train({ subspaces: 5 })).toBe('PR0460 5 subspaces do not divide a vector of 64 elements evenly');
    expect(train({ power: 0.6 })).toBe('PR0460 the power is 0.6; 0 to 0.5 is needed');
    expect(train({ seed: -1 })).toMatch(/^PR0460 the seed is -1/);
    const long = codeOf(() => trainCodebooks([{ name: 'l', tensors: real, validLength: 129 }], options));
    expect(long).toBe('PR0460 the valid length is 129; a whole number from 1 to 128 is needed');
  });
});

describe('mixing', () => {
  const { layers } = trainCodebooks([{ name: 'l', tensors: real }], options);
  const mixed = mixedTensors(real, layers[0]!);

  test('leaves every q.k and the values, and makes the largest centred key of every subspace 1', () => {
    for (let h = 0; h < real.heads; h++) {
      const before = scores(real.head(h), 64);
      const after = scores(mixed.head(h), 64);
      const size = Math.max(...before.map(Math.abs));
      expect(Math.max(...after.map((x, n) => Math.abs(x - before[n]!)))).toBeLessThan(1e-4 * size);
      expect(mixed.head(h).v).toEqual(real.head(h).v);
      const k = Array.from(mixed.head(h).k);
      const mean = Array.from({ length: 64 }, (_, d) => k.reduce((sum, x, n) => sum + (n % 64 === d ? x / 128 : 0), 0));
      for (let m = 0; m < 16; m++) {
        const part = k.map((x, n) => x - mean[n % 64]!).filter((_, n) => Math.floor((n % 64) / 4) === m);
        expect(Math.max(...part.map(Math.abs))).toBeCloseTo(1, 4);
      }
    }
  });

  test('integers cannot be mixed; without mixing nothing happens', () => {
    const integers = tensorsOf(2, 64, Array.from(new Int8Array(128)), Array.from(new Int8Array(128)), 'quantised');
    expect(codeOf(() => mixedTensors(integers, layers[0]!))).toBe(
      'PR0459 the codebook of l mixes channels, and the tensors are integers',
    );
    const [plain] = trainCodebooks([{ name: 'l', tensors: integers }], { ...options, mixing: 'none' }).layers;
    expect(mixedTensors(integers, plain!)).toBe(integers);
  });

  test('mixed keys have one scale, so that distances in codes are those that were trained for', () => {
    expect(codebookScheme(layers[0]!)).toEqual({ ...defaultScheme, key: 'head' });
    expect(codebookScheme({ heads: [{ ...layers[0]!.heads[0]!, mix: null }] })).toEqual(defaultScheme);
  });
});

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

describe('programming', () => {
  const [layer] = trainCodebooks([{ name: 'l', tensors: real }], options).layers;
  const shape = { tokens: 128, dim: 64 };
  const head = prepareHead(mixedTensors(real, layer!).head(1), shape, codebookScheme(layer!));

  test('winners are the nearest centroids where devices are fine, and relevances the products with them', () => {
    const p = designOf(real, { cellBits: 7, dacBits: 8, crossingBits: 12 });
    const { codebook, keyRamp, queryRamp, unit, zero } = programCodebook(p, layer!, 1, head, 128);
    const centroid = (m: number, c: number) =>
      Array.from(
        { length: 4 },
        (_, d) => layer!.heads[1]!.centroids[(m * 16 + c) * 4 + d]! / head.keyScale[m * 4 + d]!,
      );
    const predictor = new RelevancePredictor(p, {
      length: 128,
      q: head.q,
      k: head.k,
      noiseSeed: 0,
      codebook,
      keyRamp,
      queryRamp,
    });
    const row = new Int32Array(128);
    let near = 0;
    let error = 0;
    let size = 0;
    let bias = 0;
    predictor.query(5, 128, row);
    for (let j = 0; j < 128; j++) {
      let product = 0;
      for (let m = 0; m < 16; m++) {
        const distance = (c: number) =>
          centroid(m, c).reduce((sum, x, d) => sum + (x - head.k[j * 64 + m * 4 + d]!) ** 2, 0);
        const least = Math.min(...Array.from({ length: 16 }, (_, c) => distance(c)));
        const id = predictor.ids[j * 16 + m]!;
        if (Math.sqrt(distance(id)) <= Math.sqrt(least) + 2) near++;
        product += centroid(m, id).reduce((sum, x, d) => sum + x * head.q[5 * 64 + m * 4 + d]!, 0);
      }
      error += ((row[j]! - zero) * unit - product) ** 2;
      size += product ** 2;
      bias += (row[j]! - zero - product / unit) / 128;
    }
    expect(near / (128 * 16)).toBeGreaterThan(0.99);
    expect(Math.sqrt(error / size)).toBeLessThan(0.03);
    // Codes are rounded down, half a unit in each of 16 subspaces, which the zero makes up for.
    expect(Math.abs(bias)).toBeLessThan(3);
  });

  test('ramps are the least that leave nearly all currents inside', () => {
    const p = designOf(real);
    const { codebook, keyRamp, queryRamp } = programCodebook(p, layer!, 1, head, 128);
    const outside = (ramp: number, bias: boolean): number => {
      const array = new CodebookArray(p, codebook.cells, 0);
      let out = 0;
      let all = 0;
      for (let i = 0; i < 128; i++) {
        array.drive(bias ? head.k : head.q, i * 64, { bias, ramp, operation: 0 });
        const told = bias ? [...array.winners].map((c, m) => array.codes[m * 16 + c]!) : [...array.codes];
        out += told.filter((code) => code === 0 || code === 255).length;
        all += told.length;
      }
      return out / all;
    };
    for (const [ramp, bias] of [
      [keyRamp, true],
      [queryRamp, false],
    ] as const) {
      // The last code inside is told like what is beyond: a little more than half a percent.
      expect(outside(ramp, bias)).toBeLessThan(0.01);
      if (ramp > 0) expect(outside(ramp - 1, bias)).toBeGreaterThan(0.005);
    }
  });

  test('the score of relevances keeps what the functional model keeps, in all forms', () => {
    for (const relevance of ['asymmetric', 'table', 'count'] as const) {
      const p = designOf(real, { relevance, readSigma: 0.01 });
      const programmed = programCodebook(p, layer!, 1, head, 128);
      const score = relevanceScore(p, programmed, 9);
      const flat = { scoreScale: new Float64Array(128).fill(1), scoreOffset: new Float64Array(128) };
      const scaled = { ...head, ...(relevance === 'count' ? flat : {}) };
      const found = thresholdForKeep({ head: scaled, score, fraction: 0.25 });
      const threshold = integerThresholds(score, { ...scaled, threshold: found.threshold });
      const given = { ...head, ...programmed, length: 128, causal: false, prune: true, scoreShift: head.shift };
      const out = hardseaHead({ ...p, scoreBits: 12 }, { ...given, noiseSeed: 9, threshold, topK: 0, diagonal: false });
      expect(out.keptCount).toBe(found.keptPairs);
      const { mass } = relevanceQuality(
        real.head(1),
        { ...shape, length: 128, causal: false },
        out.kept,
        'threshold',
      ).predicted;
      // Chance would have a quarter, had counts no ties.
      if (relevance !== 'count') expect(found.keptPairs / 128 ** 2).toBeCloseTo(0.25, 2);
      expect(mass).toBeGreaterThan({ asymmetric: 0.7, table: 0.6, count: 0.35 }[relevance]);
    }
  });
});

describe('quality', () => {
  test('by hand', () => {
    // Scores 1, 2, 3 times ln 2 for each query: masses 1/7, 2/7, 4/7 and so on with the query.
    const log = Math.LN2 * Math.SQRT1_2 * 2;
    const tensors = tensorsOf(3, 2, [1, 0, 1, 0, 1, 0], [log, 0, 2 * log, 0, 3 * log, 0]).head(0);
    const masks = { tokens: 3, dim: 2, length: 3, causal: false };
    const kept = [1, 0, 0, 0, 1, 0, 0, 1, 1];
    const top = relevanceQuality(tensors, masks, kept, 'top');
    expect(top.keptFraction).toBeCloseTo(4 / 9, 12);
    expect(top.predicted.mass).toBeCloseTo((1 / 7 + 2 / 7 + 6 / 7) / 3, 6);
    expect(top.predicted.recall).toBeCloseTo(2 / 4, 12);
    expect(top.oracle.mass).toBeCloseTo((4 / 7 + 4 / 7 + 6 / 7) / 3, 6);
    // Four of the head's largest: three of 4/7, and the first of the next.
    const threshold = relevanceQuality(tensors, masks, kept, 'threshold');
    expect(threshold.oracle.mass).toBeCloseTo((4 / 7 + 2 / 7 + 4 / 7 + 4 / 7) / 3, 6);
    expect(threshold.predicted.recall).toBeCloseTo(1 / 4, 12);
    const causal = relevanceQuality(tensors, { ...masks, causal: true }, [1, 0, 0, 0, 1, 0, 0, 0, 1], 'top');
    expect(causal.predicted.mass).toBeCloseTo((1 + 2 / 3 + 4 / 7) / 3, 6);
    expect([causal.predicted.recall, causal.keptFraction]).toEqual([1, 0.5]);
  });

  test('SPRINT, beside: nearly the oracle', () => {
    const masks = { tokens: 128, dim: 64, length: 128, causal: false };
    const kept = Uint8Array.from({ length: 128 ** 2 }, (_, n) => (n % 128 < 32 ? 1 : 0));
    for (const selection of ['threshold', 'top'] as const) {
      const { oracle, memory, predicted, keptFraction } = relevanceQuality(real.head(0), masks, kept, selection);
      expect(keptFraction).toBe(0.25);
      expect(oracle.recall).toBe(1);
      expect(memory.mass / oracle.mass).toBeGreaterThan(0.98);
      expect(memory.mass).toBeLessThanOrEqual(oracle.mass + 1e-12 + (selection === 'threshold' ? 0.01 : 0));
      expect(predicted.mass).toBeLessThan(0.6 * oracle.mass);
    }
  });

  test('the k that keeps a fraction', () => {
    expect(topKForKeep(0.25, 128, false)).toBe(32);
    expect(topKForKeep(0, 128, false)).toBe(1);
    expect(topKForKeep(1, 128, true)).toBe(128);
    // 1 + 2 + 3 + 3 + 3 of 15.
    expect(topKForKeep(0.8, 5, true)).toBe(3);
  });
});
