import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptQuantisedHead, quantiseHead, type QuantisationScheme } from '../../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../../src/workload/reference.ts';
import { chooseScaling, roundedScore, scaleFor, score12 } from '../../src/workload/score-scaling.ts';

const scheme: fc.Arbitrary<QuantisationScheme> = fc.record({
  query: fc.constantFrom('row', 'head'),
  key: fc.constantFrom('head', 'channel'),
  centreKeys: fc.boolean(),
  value: fc.constantFrom('head', 'channel'),
});

/** A head of floats of any magnitude, with zero rows and zero channels now and then. */
const head = fc
  .record({ tokens: fc.integer({ min: 1, max: 6 }), dim: fc.integer({ min: 1, max: 9 }), scheme, causal: fc.boolean() })
  .chain((shape) => {
    const size = shape.tokens * shape.dim;
    const element = fc.oneof(
      { weight: 8, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 50), max: 2 ** 50 }) },
    );
    const tensor = fc.oneof(
      { weight: 9, arbitrary: fc.array(element, { minLength: size, maxLength: size }) },
      { weight: 1, arbitrary: fc.constant(Array.from({ length: size }, () => 0)) },
    );
    return fc
      .record({ q: tensor, k: tensor, v: tensor, validLength: fc.integer({ min: 1, max: shape.tokens }) })
      .map((tensors) => ({ ...shape, ...tensors }));
  });

function dot(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, dim: number): number {
  return Array.from({ length: dim }, (_, c) => a[i * dim + c] * b[j * dim + c]).reduce((x, y) => x + y, 0);
}

describe('score scaling', () => {
  test('the rounded score is the BigInt formula', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 24), max: 2 ** 24 }),
        fc.integer({ min: 0, max: 65535 }),
        fc.integer({ min: 1, max: 47 }),
        (x, multiplier, shift) => {
          const exact = (BigInt(x) * BigInt(multiplier) + (1n << BigInt(shift - 1))) >> BigInt(shift);
          expect(BigInt(roundedScore(x, multiplier, shift))).toBe(exact);
          const saturated = exact > 2047n ? 2047n : exact < -2048n ? -2048n : exact;
          expect(BigInt(score12(x, multiplier, shift))).toBe(saturated);
        },
      ),
    );
  });

  test('multipliers use the top of their 16 bits', () => {
    const { multiplier, shift } = scaleFor(Float64Array.of(0.01, 0.003), 4);
    expect(multiplier[0]).toBeGreaterThanOrEqual(32768);
    expect(multiplier[1] / 2 ** shift / 16).toBeCloseTo(0.003, 6);
  });

  test('the most fraction bits that saturate nothing, checked by trying them all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 20 }), fc.double({ min: 1e-6, max: 10, noNaN: true })), {
          minLength: 1,
          maxLength: 5,
        }),
        (queries) => {
          const scale = Float64Array.from(queries, (x) => x[1]);
          const range = { min: Int32Array.from(queries, (x) => -x[0]), max: Int32Array.from(queries, (x) => x[0]) };
          const saturates = (f: number) => {
            const { multiplier, shift } = scaleFor(scale, f);
            return queries.some(([d], i) => Math.abs(roundedScore(d, multiplier[i], shift)) > 2047);
          };
          const possible = [8, 7, 6, 5, 4, 3, 2, 1].filter((f) => !saturates(f));
          const chosen = chooseScaling(scale, range);
          // A score of exactly -2048 fits too, which the symmetric trial above does not allow.
          expect([possible[0] ?? 0, (possible[0] ?? 0) + 1]).toContain(chosen.fractionBits);
          expect(chosen.expShift).toBe(8 - chosen.fractionBits);
          expect(chosen.fractionBits === 0 || !saturates(chosen.fractionBits)).toBe(true);
        },
      ),
    );
  });
});

describe('quantiseHead', () => {
  test('codes, multipliers and scores stay inside their ranges, whatever the tensors', () => {
    fc.assert(
      fc.property(head, (given) => {
        const out = quantiseHead(given);
        for (const codes of [out.q, out.k, out.v]) expect(codes.every((x) => x >= -127)).toBe(true);
        expect(out.shift).toBeGreaterThanOrEqual(1);
        expect(out.shift).toBeLessThanOrEqual(47);
        expect(out.scoreScale.every((x) => x > 0 && Number.isFinite(x))).toBe(true);
        for (const row of [out.q, out.k, out.v]) {
          expect(row.subarray(given.validLength * given.dim).every((x) => x === 0)).toBe(true);
        }
        if (out.fractionBits === 0) return;
        for (let i = 0; i < given.validLength; i++) {
          for (let j = 0; j < (given.causal ? i + 1 : given.validLength); j++) {
            const score = roundedScore(dot(out.q, i, out.k, j, given.dim), out.multiplier[i], out.shift);
            expect(score).toBe(Math.max(-2048, Math.min(2047, score)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('dot * scale + offset is the real score, within the quantisation steps', () => {
    fc.assert(
      fc.property(head, ({ validLength, ...given }) => {
        const { q, k, dim } = given;
        const out = quantiseHead({ ...given, validLength });
        const peak = (x: readonly number[]) => Math.max(...x.map(Math.abs));
        const rounding = 1e-12 * dim * peak(q) * peak(k);
        for (let i = 0; i < validLength; i++) {
          for (let j = 0; j < validLength; j++) {
            const real = dot(q, i, k, j, dim) / Math.sqrt(dim);
            const back = dot(out.q, i, out.k, j, dim) * out.scoreScale[i] + out.scoreOffset[i];
            // A product of codes up to 127 is wrong by half a step on each side: 127 at most, a channel.
            expect(Math.abs(back - real)).toBeLessThanOrEqual(127 * dim * out.scoreScale[i] + rounding);
          }
        }
      }),
    );
  });

  test('values come back within half a step of their channel', () => {
    fc.assert(
      fc.property(head, (given) => {
        const out = quantiseHead(given);
        for (let n = 0; n < given.validLength * given.dim; n++) {
          const step = out.valueScale[n % given.dim];
          expect(Math.abs(out.v[n] * step - given.v[n])).toBeLessThanOrEqual(step * 0.5000001);
        }
      }),
    );
  });

  test('keys less their mean come back within half a step of their channel', () => {
    fc.assert(
      fc.property(head, ({ validLength, ...given }) => {
        const { k, dim } = given;
        const out = quantiseHead({ ...given, validLength });
        for (let n = 0; n < validLength * dim; n++) {
          const rows = given.scheme.centreKeys ? validLength : 0;
          let mean = 0;
          for (let j = 0; j < rows; j++) mean += k[j * dim + (n % dim)]! / validLength;
          const step = out.keyScale[n % dim]!;
          expect(Math.abs(out.k[n]! * step - (k[n]! - mean))).toBeLessThanOrEqual(step * 0.5000001 + 1e-12);
        }
      }),
    );
    const codes = Int8Array.of(3, -4);
    const accepted = acceptQuantisedHead({ q: codes, k: codes, v: codes, tokens: 1, dim: 2 });
    expect([...accepted.keyScale]).toEqual([1, 1]);
  });

  test('a query of zeros takes the scale of the head, so that its threshold means something', () => {
    const out = quantiseHead({ q: [0, 0, 3, -4], k: [1, 2, 3, 4], v: [1, 1, 1, 1], tokens: 2, dim: 2 });
    expect(out.scoreScale[0]).toBe(out.scoreScale[1]);
    expect([...out.q.subarray(0, 2)]).toEqual([0, 0]);
  });

  test('padding rows change nothing, however large', () => {
    const q = [1, 2, -3, 4];
    const wild = [...q, 1e30, -1e30];
    const clean = quantiseHead({ q, k: q, v: q, tokens: 2, dim: 2 });
    const padded = quantiseHead({ q: wild, k: wild, v: wild, tokens: 3, dim: 2, validLength: 2 });
    expect([...padded.k]).toEqual([...clean.k, 0, 0]);
    expect([padded.shift, padded.fractionBits]).toEqual([clean.shift, clean.fractionBits]);
  });

  test('a vector added to every key changes neither keys nor output when keys are centred', () => {
    const k = [1, -2, 3, -1, 0, 2];
    const moved = k.map((x, n) => x + [64, -32][n % 2]);
    const q = [1, 0.5, -1, 2, 0.25, -0.75];
    const a = quantiseHead({ q, k, v: q, tokens: 3, dim: 2 });
    const b = quantiseHead({ q, k: moved, v: q, tokens: 3, dim: 2 });
    expect(b.k).toEqual(a.k);
    expect(b.q).toEqual(a.q);
    expect(b.scoreOffset[0] - a.scoreOffset[0]).toBeCloseTo((64 - 16) / Math.SQRT2, 9);
  });

  test('attention over the integers is close to attention over the floats', () => {
    const tokens = 24;
    const dim = 16;
    // Deterministic, spread over channels of unequal size and an offset in K.
    const wave = (seed: number, offset: number) =>
      Float32Array.from({ length: tokens * dim }, (_, n) => Math.sin(seed * n * n + n) * (1 + (n % dim) / 4) + offset);
    const given = { q: wave(0.37, 0), k: wave(0.73, 3), v: wave(0.19, 0), tokens, dim };
    const out = quantiseHead(given);
    const integers = { q: out.q, k: out.k, v: out.v, tokens, dim, scoreScale: out.scoreScale };
    const real = denseAttention(integers).map((x, n) => x * out.valueScale[n % dim]);
    expect(compareOutputs(real, denseAttention(given), dim).cosine).toBeGreaterThan(0.9995);
  });

  test('sizes and lengths that disagree are refused', () => {
    const ok = { q: [1], k: [1], v: [1], tokens: 1, dim: 1 };
    expect(() => quantiseHead({ ...ok, k: [1, 2] })).toThrow(/k has 2 elements/);
    expect(() => quantiseHead({ ...ok, validLength: 2 })).toThrow(/valid length is 2/);
    expect(() => quantiseHead({ ...ok, validLength: 0 })).toThrow(/valid length is 0/);
  });
});

describe('quantiseHead with other widths', () => {
  test('wider integers are nearer to the floats, and stay in their range', () => {
    const [tokens, dim] = [6, 4];
    const wave = (phase: number) => Float32Array.from({ length: tokens * dim }, (_, n) => Math.sin(n * 1.7 + phase));
    const floats = { q: wave(0), k: wave(1), v: wave(2), tokens, dim };
    const error = (valueBits: number) => {
      const wide = quantiseHead(floats, { queryBits: 12, keyBits: 12, valueBits });
      expect(Math.max(...wide.v.map(Math.abs))).toBe(2 ** (valueBits - 1) - 1);
      expect(Math.max(...wide.q.map(Math.abs), ...wide.k.map(Math.abs))).toBeLessThan(2 ** 11);
      return Math.max(...wide.v.map((x, n) => Math.abs(x * wide.valueScale[n % dim]! - floats.v[n]!) * 2 ** 20));
    };
    expect(error(12)).toBeGreaterThan(0);
    expect(error(16)).toBeLessThan(error(12) / 4);
  });
});

describe('acceptQuantisedHead', () => {
  const codes = { q: Int8Array.of(-128, 127), k: Int8Array.of(3, -4), v: Int8Array.of(5, 6), tokens: 1, dim: 2 };

  test('the codes pass through; the score scale is 1/sqrt(dim) unless given', () => {
    const out = acceptQuantisedHead(codes);
    expect([out.q, out.k, out.v]).toEqual([codes.q, codes.k, codes.v]);
    expect(out.scoreScale[0]).toBeCloseTo(Math.SQRT1_2, 15);
    expect(out.valueScale).toEqual(Float64Array.of(1, 1));
    // dot = -892, score -630.7: one fraction bit fits, two do not.
    expect(out.fractionBits).toBe(1);
    expect(acceptQuantisedHead({ ...codes, scoreScale: 0.001 }).fractionBits).toBe(8);
  });

  test('a scale must be positive', () => {
    expect(() => acceptQuantisedHead({ ...codes, scoreScale: 0 })).toThrow(/scoreScale is 0/);
    expect(() => acceptQuantisedHead({ ...codes, valueScale: Number.NaN })).toThrow(/valueScale is NaN/);
  });
});
