import { bits, flag, payload, signed, vector } from '../dsl/kinds.ts';
import { clog2 } from '../numerics/fixed.ts';

/** Bits that number `count` things; at least 1, since Verilog has no empty vectors. */
export const indexBits = (count: number): number => Math.max(1, clog2(count));

/** Widths that several components of an attention core must agree on. */
export interface CoreShape {
  /** Elements of a key, query or value vector. */
  readonly dim: number;
  /** Keys that one CORELET may have to do with: the design's tokens divided by its CORELETs. */
  readonly localTokens: number;
}

/** Fraction bits of a weight: e^-u is a product of two Q1.8 table entries (SPRINT Fig. 7, inferred: docs/sprint.md). */
export const weightFraction = 16;
/** Bits of a weight e^-u in [0, 1]: Q1.16, 1.0 included. */
export const weightBits = weightFraction + 1;
/** Bits of a probability, e^-u divided by the sum of all of the query (SPRINT Fig. 7): it counts 1/256, and stays below 1. */
export const probabilityBits = 8;
/** Bits of a normalised output element, Q8.8. */
export const resultBits = 16;

/** One bit for each key of a CORELET: 1 = kept. */
export const keepPayload = (localTokens: number) => payload('keep', { keep: vector(localTokens, bits(1)) });

/** A query as the query-key unit takes it: int8 elements and the multiplier that turns an integer score into a real one. */
export const queryPayload = (dim: number) => payload('query', { data: vector(dim, signed(8)), multiplier: bits(16) });

/**
 * A score in `scoreBits` bits with the head's binary point. `empty`: the packet has no score at all (nothing was kept); `last` ends
 * the packet of one query.
 */
export const scorePayload = (localTokens: number, scoreBits: number) =>
  payload('score', { index: bits(indexBits(localTokens)), score: signed(scoreBits), empty: flag(), last: flag() });

/** The largest score of a query; `empty` where nothing was kept. */
export const peakPayload = (scoreBits: number) => payload('peak', { score: signed(scoreBits), empty: flag() });

/** A key vector, split as its buffers are. */
export const keyTokenPayload = (s: CoreShape, cellBits: number) =>
  payload('key_token', {
    index: bits(indexBits(s.localTokens)),
    ...keyFields(s.dim, cellBits),
    empty: flag(),
    last: flag(),
  });

/** The most significant bits of a key's elements (signed), and the rest (unsigned; absent when the cells hold all). */
export const keyFields = (dim: number, cellBits: number, keyBits = 8) => ({
  msb: vector(dim, signed(cellBits)),
  ...(cellBits < keyBits ? { lsb: vector(dim, bits(keyBits - cellBits)) } : {}),
});

export const valueTokenPayload = (s: CoreShape, valueBits = 8) =>
  payload('value_token', {
    index: bits(indexBits(s.localTokens)),
    data: vector(s.dim, signed(valueBits)),
    empty: flag(),
    last: flag(),
  });

/** A value vector with its weight, on the way into the value unit. */
export const weightedPayload = (dim: number, width: number, valueBits = 8) =>
  payload('weighted', { weight: bits(width), data: vector(dim, signed(valueBits)), empty: flag(), last: flag() });

/** Bits of an accumulator of weight x value over `tokens` keys; a product has as many bits as its factors together. */
export const accumulatorBits = (weight: number, tokens: number, valueBits = 8): number =>
  weight + valueBits + indexBits(tokens);
/** Bits of a sum of weights over `tokens` keys. */
export const sumBits = (weight: number, tokens: number): number => weight + indexBits(tokens);

/**
 * `lanes` accumulators of a query's output; `sum`, absent when it has 0 bits, is the query's sum of weights, repeated in each
 * beat.
 */
export const partialPayload = (lanes: number, accumulator: number, sum: number) =>
  payload('partial', {
    data: vector(lanes, signed(accumulator)),
    ...(sum > 0 ? { sum: bits(sum) } : {}),
    none: flag(),
    last: flag(),
  });

/** Where a key or value is wanted: its number among the CORELET's own tokens. */
export const requestPayload = (localTokens: number) => payload('request', { index: bits(indexBits(localTokens)) });

/** A query's output, `lanes` elements a beat, in Q8.8; `none`: nothing was kept, the elements are 0. */
export const resultPayload = (lanes: number) =>
  payload('result', { data: vector(lanes, signed(resultBits)), none: flag(), last: flag() });

/** A query's accumulators over all CORELETs, `lanes` a beat. */
export const mergedPayload = (lanes: number, accumulator: number) =>
  payload('merged', { data: vector(lanes, signed(accumulator)), none: flag(), last: flag() });

/** The sum of a query's weights. */
export const totalPayload = (sum: number) => payload('total', { sum: bits(sum) });

/**
 * What a query is divided by: with z = the sum's bit length, reciprocal = floor(2^(z+15) / sum), 16 or 17 bits, and exponent = z.
 * Both are 0 where nothing was kept.
 */
export const scalePayload = () => payload('scale', { reciprocal: bits(17), exponent: bits(6) });
