import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttentionHead, Integers } from '../../src/architectures/head.ts';
import { mostTokens, type SprintFunctionalDesign, sprintHead } from '../../src/architectures/sprint/functional.ts';
import { PrunusError } from '../../src/errors.ts';
import { mix } from '../../src/numerics/random.ts';
import { referenceHead } from './sprint-functional-reference.ts';

function designOf(change: Partial<SprintFunctionalDesign> = {}): SprintFunctionalDesign {
  const memory = { channels: 2, banks: 2, columns: 4, cellBits: 4, dacBits: 4 };
  const noise = { programSigma: 0, readSigma: 0, comparatorSigma: 0 };
  const form = { scoreBits: 12, normalisation: 'deferred', probabilityRounding: 'truncate' } as const;
  return { tokens: 64, dim: 8, ...memory, ...noise, ...form, ...change };
}

/** A head of `length` tokens; tensors from `fill` of the element's number, one seed each. */
function headOf(length: number, dim: number, change: Partial<AttentionHead> = {}, fill = uniform): AttentionHead {
  const tensor = (seed: number) => Int8Array.from({ length: length * dim }, (_, n) => fill(seed, n));
  const masks = { length, causal: false, prune: true, noiseSeed: 7 };
  const scaling = { scoreShift: 16, expShift: 0, multiplier: new Uint16Array(length).fill(3000) };
  const tensors = { q: tensor(1), k: tensor(2), v: tensor(3), threshold: new Int32Array(length) };
  return { ...masks, ...scaling, ...tensors, ...change };
}

const uniform = (seed: number, n: number): number => mix(seed * 2 ** 20 + n);
const extremes = (seed: number, n: number): number => [-128, 127][mix(seed * 2 ** 20 + n) & 1];

function plain({ out, none, kept, keptCount }: ReturnType<typeof sprintHead>) {
  return { out: [...out], none: [...none], kept: [...kept], keptCount };
}

const noise = fc.constantFrom(0, 0.005);
const designs = fc.record({
  dim: fc.constantFrom(1, 8, 15, 64, 128),
  channels: fc.integer({ min: 1, max: 4 }),
  banks: fc.integer({ min: 1, max: 3 }),
  columns: fc.integer({ min: 1, max: 6 }),
  cellBits: fc.integer({ min: 1, max: 6 }),
  dacBits: fc.integer({ min: 1, max: 6 }),
  programSigma: fc.constantFrom(0, 0.03),
  readSigma: noise,
  comparatorSigma: noise,
  normalisation: fc.constantFrom('deferred', 'probability'),
  probabilityRounding: fc.constantFrom('truncate', 'round'),
});
const heads = fc.record({
  length: fc.integer({ min: 0, max: 20 }),
  causal: fc.boolean(),
  prune: fc.boolean(),
  scoreShift: fc.constantFrom(0, 1, 14, 18, 20, 22, 24, 28, 52),
  expShift: fc.integer({ min: 0, max: 12 }),
  noiseSeed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  data: fc.integer({ min: 0, max: 2 ** 20 }),
  fill: fc.constantFrom(
    uniform,
    extremes,
    () => 5,
    () => -128,
    () => 127,
  ),
});

describe('sprintHead', () => {
  test('every output bit against BigInt, any design and head', () => {
    let kept = 0;
    let pruned = 0;
    let nonzero = 0;
    fc.assert(
      fc.property(designs, heads, (change, { length, data, fill, ...options }) => {
        const design = designOf(change);
        const head = headOf(length, design.dim, options, (seed, n) => fill(seed + data, n));
        const full = (2 ** design.cellBits - 1) * (2 ** design.dacBits - 1);
        for (let i = 0; i < length; i++) {
          head.multiplier[i] = mix(data + i);
          head.threshold[i] = ((mix(data + 99 + i) % 200) - 100) * 0.003 * full * Math.sqrt(design.dim);
        }
        const expected = referenceHead(design, head);
        expect(plain(sprintHead(design, head))).toEqual(expected);
        kept += expected.keptCount;
        pruned += length ** 2 - expected.keptCount;
        nonzero += expected.out.filter((x) => x !== 0).length;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(kept, pruned, nonzero)).toBeGreaterThan(2000);
  });

  test('long heads of real sizes', () => {
    for (const [length, dim, causal] of [
      [200, 64, false],
      [130, 128, true],
    ] as const) {
      const design = designOf({ tokens: 256, dim, channels: 4, banks: 4, columns: 128, programSigma: 0.02 });
      const head = headOf(length, dim, { causal, scoreShift: 22 });
      expect(plain(sprintHead(design, head))).toEqual(referenceHead(design, head));
    }
  });

  test('is attention: close to float softmax over the same scores', () => {
    const [length, dim] = [96, 64];
    const head = headOf(length, dim, { causal: true, prune: false, scoreShift: 20, expShift: 1 });
    const { out } = sprintHead(designOf({ tokens: 128, dim }), head);
    let [both, actual, exact] = [0, 0, 0];
    for (let i = 0; i < length; i++) {
      const weights = Array.from({ length: i + 1 }, (_, j) => {
        let dot = 0;
        for (let d = 0; d < dim; d++) dot += head.q[i * dim + d] * head.k[j * dim + d];
        return Math.exp((dot * head.multiplier[i]) / 2 ** head.scoreShift / 2 ** (8 - head.expShift));
      });
      const sum = weights.reduce((a, b) => a + b, 0);
      for (let d = 0; d < dim; d++) {
        const value = weights.reduce((a, w, j) => a + (w / sum) * head.v[j * dim + d], 0);
        both += value * (out[i * dim + d] / 256);
        actual += (out[i * dim + d] / 256) ** 2;
        exact += value ** 2;
      }
    }
    expect(both / Math.sqrt(actual * exact)).toBeGreaterThan(0.9995);
    expect(Math.sqrt(actual / exact)).toBeCloseTo(1, 2);
  });

  test('nothing kept: zeros and the flag, in those rows only', () => {
    const head = headOf(5, 8, { threshold: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, 0) });
    const { out, none, kept } = sprintHead(designOf(), head);
    expect([...none.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
    expect([...out.subarray(8, 16), ...out.subarray(24, 32)]).toEqual(Array.from({ length: 16 }, () => 0));
    expect([...kept.subarray(0, 10)]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  test('one token: its own value, in Q8.8 exactly when deferred, 255/256 of it as an 8-bit probability', () => {
    const head = headOf(1, 8, { prune: false, v: Int8Array.of(-128, -127, -1, 0, 1, 2, 126, 127) });
    const run = (change: Partial<SprintFunctionalDesign>) => [...sprintHead(designOf(change), head).out];
    expect(run({})).toEqual([...head.v].map((v) => v * 256));
    for (const probabilityRounding of ['truncate', 'round'] as const) {
      expect(run({ normalisation: 'probability', probabilityRounding })).toEqual([...head.v].map((v) => v * 255));
    }
  });

  test('no token', () => {
    expect(plain(sprintHead(designOf(), headOf(0, 8)))).toEqual({ out: [], none: [], kept: [], keptCount: 0 });
  });

  test('causal: row i is the last row of its first i+1 tokens alone', () => {
    const design = designOf({ tokens: 64, programSigma: 0.03, readSigma: 0.004, comparatorSigma: 0.004 });
    const whole = headOf(12, 8, { causal: true });
    const all = sprintHead(design, whole);
    for (let i = 0; i < 12; i++) {
      const first = (x: Integers) => x.slice(0, (i + 1) * 8);
      const [multiplier, threshold] = [whole.multiplier.slice(0, i + 1), whole.threshold.slice(0, i + 1)];
      const tensors = { q: first(whole.q), k: first(whole.k), v: first(whole.v), multiplier, threshold };
      const part = sprintHead(design, { ...whole, length: i + 1, causal: false, ...tensors });
      expect(all.out.slice(i * 8, (i + 1) * 8)).toEqual(part.out.slice(i * 8));
      expect(all.kept.slice(i * 12, i * 12 + i + 1)).toEqual(part.kept.slice(i * (i + 1)));
    }
  });

  test('pruning off keeps every valid key, whatever the threshold and the noise', () => {
    const threshold = new Int32Array(9).fill(2 ** 31 - 1);
    const head = headOf(9, 8, { prune: false, threshold });
    expect(sprintHead(designOf({ programSigma: 0.5 }), head).keptCount).toBe(81);
    expect(sprintHead(designOf(), { ...head, causal: true }).keptCount).toBe(45);
  });

  test('a key exactly at the threshold is kept', () => {
    const q = Int8Array.of(-128, 127, 16, -16, 0, 15, -1, 1);
    const k = Int8Array.of(127, -128, 64, 3, -5, 100, -100, 0);
    const sum = q.reduce((total, x, d) => total + (2 * (x >> 4) + 1) * (2 * (k[d] >> 4) + 1), 0);
    const run = (threshold: number) =>
      sprintHead(designOf(), headOf(1, 8, { q, k, threshold: Int32Array.of(threshold) })).keptCount;
    expect([run(sum - 1), run(sum), run(sum + 1)]).toEqual([1, 1, 0]);
  });

  test('long flat attention: the deferred form stays within 1/128 of the mean; a truncated p loses everything', () => {
    // All scores equal over 384 tokens: e/sum * 256 = 0.67, which truncates to 0 and rounds to 1.
    const head = headOf(384, 8, { prune: false, q: new Int8Array(384 * 8) });
    const run = (change: Partial<SprintFunctionalDesign>) => sprintHead(designOf({ tokens: 384, ...change }), head).out;
    const mean = Array.from({ length: 8 }, (_, d) => {
      let sum = 0;
      for (let j = 0; j < 384; j++) sum += head.v[j * 8 + d];
      return (sum / 384) * 256;
    });
    const deferred = run({});
    for (let n = 0; n < deferred.length; n++) expect(Math.abs(deferred[n] - mean[n % 8])).toBeLessThan(2);
    expect(run({ normalisation: 'probability' }).every((x) => x === 0)).toBe(true);
    const rounded = run({ normalisation: 'probability', probabilityRounding: 'round' });
    expect(rounded[0]).toBe(Math.round(mean[0] * 1.5));
  });

  test('saturates at 16 bits: p rounded up over many keys can pass the range, the deferred form cannot', () => {
    for (const [value, limit] of [
      [127, 32767],
      [-128, -32768],
    ]) {
      const head = headOf(384, 8, { prune: false, q: new Int8Array(384 * 8), v: new Int8Array(384 * 8).fill(value) });
      const rounding = { normalisation: 'probability', probabilityRounding: 'round' } as const;
      expect(sprintHead(designOf({ tokens: 384, ...rounding }), head).out[0]).toBe(limit);
      // The reciprocal is 2^-15 short at worst: one unit of the output.
      expect(Math.abs(sprintHead(designOf({ tokens: 384 }), head).out[0] - value * 256)).toBeLessThanOrEqual(1);
    }
  });

  test('exact over thousands of keys of equal weight, and in bounds at the most tokens', () => {
    const length = 3000;
    const head = headOf(length, 1, { prune: false, causal: true, q: new Int8Array(length) }, () => -128);
    const { out } = sprintHead(designOf({ tokens: mostTokens, dim: 1 }), { ...head, q: new Int8Array(length) });
    for (const i of [0, 1, 2, 1022, 1023, 1024, length - 1]) {
      const sum = BigInt(i + 1) << 16n;
      const z = BigInt(sum.toString(2).length);
      const r = (1n << (z + 15n)) / sum;
      expect(out[i]).toBe(Number((-128n * sum * r + (1n << (z + 6n))) >> (z + 7n)));
    }
    // The bound of the file's comment, at the largest sum.
    const sum = mostTokens * 65536;
    expect(sum.toString(2).length).toBe(30);
    expect(128 * 2 ** (30 + 15) + 2 ** 36).toBeLessThan(2 ** 53);
  });

  test('refuses heads that do not fit', () => {
    const code = (design: Partial<SprintFunctionalDesign>, head: Partial<AttentionHead>): string => {
      try {
        sprintHead(designOf(design), headOf(4, 8, head));
      } catch (error) {
        if (error instanceof PrunusError) return `${error.code} ${error.message}`;
        throw error;
      }
      return 'accepted';
    };
    expect(code({}, {})).toBe('accepted');
    expect(code({ tokens: 3 }, {})).toBe('PR0310 length is 4; an integer from 0 to 3 is allowed');
    expect(code({ tokens: mostTokens + 1 }, {})).toMatch(/^PR0310 tokens/);
    expect(code({}, { scoreShift: 53 })).toMatch(/^PR0310 scoreShift/);
    expect(code({}, { expShift: -1 })).toMatch(/^PR0310 expShift/);
    expect(code({}, { noiseSeed: 0.5 })).toMatch(/^PR0310 noiseSeed/);
    expect(code({}, { v: new Int8Array(31) })).toBe('PR0310 v has 31 elements; a length of 4 with dim 8 takes 32');
    expect(code({}, { threshold: new Int32Array(5) })).toMatch(/^PR0310 threshold has 5/);
    expect(code({ readSigma: 1e9 }, {})).toMatch(/^PR0301/);
  });
});
