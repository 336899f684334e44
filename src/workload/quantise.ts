/**
 * One head of float Q, K and V to the integers, of 8 bits or more, and the score scaling that the hardware takes.
 * Quantisation is symmetric (to -127..127 with 8 bits), rounding to nearest. Where the scales can go for free:
 *
 * - Q: one a head or one a row (query); a row's scale goes into that query's multiplier.
 * - K: one a head, or one a channel folded into Q before Q is quantised (q_c * scale_c).
 * - V: one a head or one a channel; outputs are scaled back on the host, channel by channel.
 * - K may be centred over the keys first: softmax does not see one vector added to every key; the
 *   offset q_i . mean / sqrt(dim) is returned, because thresholds are in units of the real score.
 *
 * `docs/quantisation.md` measures the choices. Errors: PR0430 sizes, PR0431 a scale out of range.
 */
import type { Integers, IntegerWidths } from '../architectures/head.ts';
import { PrunusError } from '../errors.ts';
import { isValidPair } from './reference.ts';
import { chooseScaling, type DotRange, type ScoreScaling } from './score-scaling.ts';
import type { HeadTensors } from './tensors.ts';

export interface QuantisationScheme {
  readonly query: 'row' | 'head';
  readonly key: 'head' | 'channel';
  readonly centreKeys: boolean;
  readonly value: 'head' | 'channel';
}

/** The scheme that measures best over the recorded models (`docs/quantisation.md`). */
export const defaultScheme: QuantisationScheme = { query: 'row', key: 'channel', centreKeys: true, value: 'channel' };

/** One scale a tensor and nothing else: what most papers quantise with. */
export const plainScheme: QuantisationScheme = { query: 'head', key: 'head', centreKeys: false, value: 'head' };

export interface HeadShape {
  readonly tokens: number;
  readonly dim: number;
  /** Tokens before padding; the others take no part in any scale and become zeros. Default `tokens`. */
  readonly validLength?: number | undefined;
  /** Whether query i sees keys 0 to i only: scores it does not see may saturate. Default false. */
  readonly causal?: boolean | undefined;
}

export interface QuantisedHead extends ScoreScaling {
  readonly tokens: number;
  readonly dim: number;
  /** Row-major `[tokens, dim]`, symmetric: -127..127 in 8 bits (as given when they came quantised). */
  readonly q: Integers;
  readonly k: Integers;
  readonly v: Integers;
  /** Real score = dot * scoreScale + scoreOffset, one a query. scoreScale > 0. */
  readonly scoreScale: Float64Array;
  readonly scoreOffset: Float64Array;
  /** Real value = integer * valueScale, one a channel. */
  readonly valueScale: Float64Array;
  /** Real key less what it was centred by = integer * keyScale, one a channel; 0 for a channel of zeros. */
  readonly keyScale: Float64Array;
}

export interface FloatHead extends HeadShape {
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly scheme?: QuantisationScheme | undefined;
}

const bytes: IntegerWidths = { queryBits: 8, keyBits: 8, valueBits: 8 };

/**
 * Quantises one head of finite floats `[tokens, dim]` to integers of the given widths, 2 to 16 bits each. Throws PR0430 when
 * sizes disagree.
 */
export function quantiseHead(head: FloatHead, widths = bytes): QuantisedHead {
  const { q, k, v, ...rest } = quantise(head, widths);
  return {
    ...rest,
    q: packed(q, widths.queryBits),
    k: packed(k, widths.keyBits),
    v: packed(v, widths.valueBits),
  };
}

/** An array that holds integers of `width` bits, 16 at most. */
export const packed = (x: ArrayLike<number>, width: number): Integers =>
  width > 8 ? Int16Array.from(x) : Int8Array.from(x);

type Unpacked = Omit<QuantisedHead, 'q' | 'k' | 'v'> & { readonly [name in 'q' | 'k' | 'v']: Float64Array };

function quantise(head: FloatHead, widths: IntegerWidths): Unpacked {
  const [queryMost, keyMost, valueMost] = [widths.queryBits, widths.keyBits, widths.valueBits].map(
    (width) => 2 ** (width - 1) - 1,
  ) as [number, number, number];
  const { tokens, dim, scheme = defaultScheme } = head;
  checkSizes(head);
  const rows = head.validLength ?? tokens;
  const mean = scheme.centreKeys ? channelMeans(head.k, rows, dim) : new Float64Array(dim);
  const centred = Float64Array.from({ length: rows * dim }, (_, n) => head.k[n] - mean[n % dim]);
  const keyScale = channelScales(centred, rows, dim, scheme.key, keyMost);
  const k = divideRound(centred, tokens * dim, keyMost, (n) => keyScale[n % dim]);
  // A channel scale moves to Q; a head's stays out, as it is the same for every product.
  const perKey = scheme.key === 'head' ? keyScale[0] : 1;
  const folded = Float64Array.from({ length: rows * dim }, (_, n) =>
    scheme.key === 'head' ? head.q[n] : head.q[n] * keyScale[n % dim],
  );
  const queryScale = rowScales(folded, tokens, dim, scheme.query, queryMost);
  const q = divideRound(folded, tokens * dim, queryMost, (n) => queryScale[Math.floor(n / dim)]);
  const valid = Float64Array.from({ length: rows * dim }, (_, n) => head.v[n]);
  const valueScale = channelScales(valid, rows, dim, scheme.value, valueMost);
  const v = divideRound(valid, tokens * dim, valueMost, (n) => valueScale[n % dim]);
  const root = Math.sqrt(dim);
  const scoreScale = queryScale.map((scale) => (scale * perKey || tiny) / root);
  const scoreOffset = offsets(head.q, mean, tokens, rows).map((offset) => offset / root);
  const scaling = chooseScaling(scoreScale, dotRange(q, k, head));
  return { ...scaling, tokens, dim, q, k, v, scoreScale, scoreOffset, valueScale, keyScale };
}

/** The scale given to tensors that are zero throughout: any positive one serves. */
const tiny = 2 ** -60;

export interface IntegerHead extends HeadShape {
  readonly q: Integers;
  readonly k: Integers;
  readonly v: Integers;
  /** Real score of one unit of dot. Default 1/sqrt(dim), as for floats of the same values. */
  readonly scoreScale?: number | undefined;
  /** Real value of one unit of v. Default 1. */
  readonly valueScale?: number | undefined;
}

/** Takes one head that is already integers; only the score scaling is chosen. Throws PR0430, PR0431. */
export function acceptQuantisedHead(head: IntegerHead): QuantisedHead {
  const { tokens, dim, q, k, v } = head;
  checkSizes(head);
  const scale = positive('scoreScale', head.scoreScale ?? 1 / Math.sqrt(dim));
  const scoreScale = new Float64Array(tokens).fill(scale);
  const valueScale = new Float64Array(dim).fill(positive('valueScale', head.valueScale ?? 1));
  const scaling = chooseScaling(scoreScale, dotRange(q, k, head));
  const scoreOffset = new Float64Array(tokens);
  const keyScale = new Float64Array(dim).fill(1);
  return { ...scaling, tokens, dim, q, k, v, scoreScale, scoreOffset, valueScale, keyScale };
}

/** Either of the above, by what the head holds (as `loadAttention` gives it); integers that came as such fit in 8 bits. */
export function prepareHead(
  head: HeadTensors,
  shape: HeadShape,
  scheme = defaultScheme,
  widths = bytes,
): QuantisedHead {
  const { tokens, dim, validLength, causal } = shape;
  const common = { tokens, dim, validLength, causal };
  return head.kind === 'float'
    ? quantiseHead({ q: head.q, k: head.k, v: head.v, ...common, scheme }, widths)
    : acceptQuantisedHead({ q: head.q, k: head.k, v: head.v, ...common });
}

/** Q.K of queries and keys inside the masks, as the range of each query. */
export function dotRange(q: ArrayLike<number>, k: ArrayLike<number>, shape: HeadShape): DotRange {
  const { tokens, dim, validLength = tokens, causal = false } = shape;
  const min = new Float64Array(tokens);
  const max = new Float64Array(tokens);
  for (let i = 0; i < validLength; i++) {
    let low = Infinity;
    let high = -Infinity;
    for (let j = 0; j < tokens && isValidPair(i, j, validLength, causal); j++) {
      let dot = 0;
      for (let c = 0; c < dim; c++) dot += q[i * dim + c] * k[j * dim + c];
      if (dot < low) low = dot;
      if (dot > high) high = dot;
    }
    min[i] = low;
    max[i] = high;
  }
  return { min, max };
}

function checkSizes(head: FloatHead | IntegerHead): void {
  const { tokens, dim, validLength = tokens } = head;
  for (const name of ['q', 'k', 'v'] as const) {
    if (head[name].length !== tokens * dim) {
      const message = `${name} has ${head[name].length} elements; ${tokens} tokens of ${dim} are ${tokens * dim}`;
      throw new PrunusError('PR0430', message);
    }
  }
  if (!Number.isInteger(validLength) || validLength < 1 || validLength > tokens) {
    throw new PrunusError(
      'PR0430',
      `the valid length is ${validLength}; with ${tokens} tokens, 1 to ${tokens} is allowed`,
    );
  }
}

function positive(name: string, scale: number): number {
  if (Number.isFinite(scale) && scale > 0) return scale;
  throw new PrunusError('PR0431', `${name} is ${scale}; a finite number above 0 is needed`);
}

function channelMeans(x: ArrayLike<number>, rows: number, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let n = 0; n < rows * dim; n++) mean[n % dim] += x[n] / rows;
  return mean;
}

/** Largest magnitude / `most`, a channel; all channels alike when `per` is `head`. 0 where all is zero. */
function channelScales(
  x: Float64Array,
  rows: number,
  dim: number,
  per: 'head' | 'channel',
  most: number,
): Float64Array {
  const scale = new Float64Array(dim);
  for (let n = 0; n < rows * dim; n++) scale[n % dim] = Math.max(scale[n % dim], Math.abs(x[n]) / most);
  return per === 'channel' ? scale : scale.fill(scale.reduce((a, b) => Math.max(a, b), 0));
}

/** The same for rows; a row of zeros (padding too) takes the head's scale. */
function rowScales(x: Float64Array, tokens: number, dim: number, per: 'head' | 'row', most: number): Float64Array {
  const scale = new Float64Array(tokens);
  for (let n = 0; n < x.length; n++) {
    const row = Math.floor(n / dim);
    scale[row] = Math.max(scale[row], Math.abs(x[n]) / most);
  }
  const whole = scale.reduce((a, b) => Math.max(a, b), 0);
  return scale.map((s) => (per === 'row' && s > 0 ? s : whole));
}

/** round(x / scale), at most `most` in magnitude, zeros where the scale is 0 and past the end of `x`. */
function divideRound(x: Float64Array, size: number, most: number, scaleOf: (n: number) => number): Float64Array {
  const out = new Float64Array(size);
  for (let n = 0; n < x.length; n++) {
    const scale = scaleOf(n);
    if (scale > 0) out[n] = Math.max(-most, Math.min(most, Math.round(x[n] / scale)));
  }
  return out;
}

function offsets(q: ArrayLike<number>, mean: Float64Array, tokens: number, rows: number): Float64Array {
  const out = new Float64Array(tokens);
  const dim = mean.length;
  for (let n = 0; n < rows * dim; n++) out[Math.floor(n / dim)] += q[n] * mean[n % dim];
  return out;
}
