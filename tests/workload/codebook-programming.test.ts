import { describe, expect, test } from 'vitest';
import { hardseaHead } from '../../src/architectures/hardsea/functional.ts';
import { CodebookArray, RelevancePredictor } from '../../src/architectures/hardsea/predictor.ts';
import { relevanceQuality } from '../../src/explore/relevance.ts';
import { programCodebook, relevanceScore } from '../../src/workload/codebook.ts';
import { codebookScheme, mixedTensors } from '../../src/workload/codebook-mix.ts';
import { trainCodebooks } from '../../src/workload/codebook-training.ts';
import { prepareHead } from '../../src/workload/quantise.ts';
import { integerThresholds, thresholdForKeep } from '../../src/workload/thresholds.ts';
import { real, options, designOf } from './codebook-cases.ts';

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
