/** Random whole heads, meant to be unpleasant: extremes, ties, nothing kept, everything kept, one token, stalls. */
import type { HardseaHead } from '../../architectures/hardsea/functional.ts';
import type { AttentionHead, Integers } from '../../architectures/head.ts';
import type { Stall } from '../../sim/cases.ts';
import { acceptQuantisedHead, packed } from '../../workload/quantise.ts';
import { maxMultiplier, maxShift } from '../../workload/score-scaling.ts';
import { isPredicted } from '../predicted.ts';
import { type HeadDesign, type WireValues, wiresAtRest } from '../head-design.ts';
import { predictionOf } from './codebook.ts';
import { fieldValue } from './item-cases.ts';
import { Random } from './random.ts';

export interface HeadTrial {
  readonly head: AttentionHead;
  readonly wires: WireValues;
  readonly stall: Stall | undefined;
  /** Reset before it, although the case before it ended well. */
  readonly reset: boolean;
}

/** Case `index` of a seed. */
export function headTrial(design: HeadDesign, seed: number, index: number): HeadTrial {
  const r = new Random(seed, index);
  const { dim } = design;
  const length = lengthOf(r, design.tokens);
  const { queryBits, keyBits, valueBits } = design.widths;
  const q = tensor(r, length, dim, queryBits);
  const k = tensor(r, length, dim, keyBits);
  const v = tensor(r, length, dim, valueBits);
  const causal = r.chance(0.3);
  const prune = r.chance(0.8);
  const scaling = scalingOf(r, design, { q, k, v, tokens: length, dim, causal });
  const prediction = design.codebook && predictionOf(r, design, { k, length, prune });
  const open = { length, causal, prune, noiseSeed: r.word(), q, k, v, ...scaling, ...prediction };
  const threshold = prune ? thresholdsOf(r, design, open) : new Float64Array(length);
  const head = { ...open, threshold };
  const [stall, reset, extreme] = [stallOf(r), r.chance(0.1), r.chance(0.3)];
  const wires = Object.fromEntries(design.wires.map(({ name, field }) => [name, fieldValue(field, r, extreme)]));
  return { head, wires, stall, reset };
}

/** Short ones often, the whole capacity now and then. */
function lengthOf(r: Random, tokens: number): number {
  const most = Math.min(tokens, r.pick([1, 2, 5, 17, 33, 64, 64, tokens]));
  return r.chance(0.3) ? most : r.integer(1, most);
}

/** Row-major `[length, dim]`, of `width` bits. */
function tensor(r: Random, length: number, dim: number, width: number): Integers {
  const most = 2 ** (width - 1) - 1;
  const least = -most - 1;
  const any = (): number => r.integer(least, most);
  const fill = (of: (n: number) => number) =>
    packed(
      Float64Array.from({ length: length * dim }, (_, n) => of(n)),
      width,
    );
  switch (r.integer(0, 9)) {
    case 0:
      return fill(any);
    case 1: {
      const extreme = r.pick([least, most]);
      return fill(() => (r.chance(0.9) ? extreme : any()));
    }
    case 2:
      return fill(() => r.pick([least, most]));
    case 3: {
      // All rows alike: every score is a tie.
      const row = Array.from({ length: dim }, any);
      return fill((n) => row[n % dim]!);
    }
    case 4:
      return r.chance(0.5) ? fill(() => (r.chance(0.05) ? any() : 0)) : fill(() => 0);
    default: {
      const sigma = r.pick([3, 10, 30, 60]) * 2 ** (width - 8);
      return fill(() => Math.max(least, Math.min(most, Math.round(r.gaussian() * sigma))));
    }
  }
}

interface Quantised {
  readonly q: Integers;
  readonly k: Integers;
  readonly v: Integers;
  readonly tokens: number;
  readonly dim: number;
  readonly causal: boolean;
}

/** As real tensors have it, or anything that the ports allow. */
function scalingOf(
  r: Random,
  { widths }: HeadDesign,
  given: Quantised,
): Pick<AttentionHead, 'multiplier' | 'scoreShift' | 'expShift'> {
  if (r.chance(0.7)) {
    const scoreScale = 2 ** (r.integer(-14, -4) + 16 - widths.queryBits - widths.keyBits);
    const { multiplier, shift, expShift } = acceptQuantisedHead({ ...given, scoreScale });
    // Each query has a multiplier of its own.
    const own = multiplier.map((m) => Math.min(maxMultiplier, Math.round(m * (0.5 + r.unit()))));
    return { multiplier: own, scoreShift: shift, expShift };
  }
  const multiplier = Uint16Array.from({ length: given.tokens }, () =>
    r.pick([0, 1, maxMultiplier, r.integer(0, maxMultiplier), r.integer(0, maxMultiplier)]),
  );
  return { multiplier, scoreShift: r.integer(1, r.chance(0.5) ? 30 : maxShift), expShift: r.integer(0, 8) };
}

/** From nothing kept to everything kept; where a threshold is one of the scores, equality decides. */
function thresholdsOf(r: Random, design: HeadDesign, head: Omit<AttentionHead, 'threshold'>): Float64Array {
  const { length } = head;
  const way = r.integer(0, 9);
  const { least, most } = design.score;
  if (way === 0) return new Float64Array(length).fill(most);
  if (way === 1) return new Float64Array(length).fill(least);
  const scores = comparedScores(design, head);
  const target = r.pick([0.02, 0.1, 0.25, 0.25, 0.5, 0.9]);
  const one = (row: Float64Array): number => {
    const sorted = row.toSorted();
    const at = Math.min(length - 1, Math.floor((1 - target) * length));
    return Math.max(least, Math.min(most, sorted[at]! + r.integer(-1, 1)));
  };
  const shared = one(scores.subarray(0, length));
  return Float64Array.from({ length }, (_, i) => {
    if (way === 2) return shared;
    if (way === 3 && r.chance(0.5)) return r.pick([most, least]);
    return one(scores.subarray(i * length, (i + 1) * length));
  });
}

/** What thresholds are compared with; of a predictor that is what it makes of the head. */
function comparedScores(
  { codebook, machine, score, dim }: HeadDesign,
  head: Omit<AttentionHead, 'threshold'>,
): Float64Array {
  const { q, k, length } = head;
  const relevances = codebook && machine?.functional({ ...head, threshold: new Float64Array(length) }).relevances;
  return relevances ? new Float64Array(relevances) : score.scores({ q, k, tokens: length, dim });
}

function stallOf(r: Random): Stall | undefined {
  const [validPercent, readyPercent] = r.pick([
    [100, 100],
    [100, 100],
    [100, 60],
    [60, 100],
    [75, 75],
    [25, 40],
    [100, 10],
  ]) as [number, number];
  return validPercent === 100 && readyPercent === 100 ? undefined : { seed: r.word(), validPercent, readyPercent };
}

/** Smaller trials that may still fail, simplest first. */
export function* simpler(trial: HeadTrial, design: HeadDesign): Generator<HeadTrial> {
  const { head, stall } = trial;
  const { dim } = design;
  const change = (more: Partial<AttentionHead>): HeadTrial => ({ ...trial, head: { ...head, ...more } });
  for (const length of new Set([1, head.length >> 2, head.length >> 1, head.length - 1])) {
    if (length >= 1 && length < head.length) yield change(cut(head, 0, length, dim));
  }
  if (head.length > 1) yield change(cut(head, 1, head.length, dim));
  if (stall) yield { ...trial, stall: undefined };
  if (Object.values(trial.wires).some((value) => value !== 0)) yield { ...trial, wires: wiresAtRest(design) };
  if (head.prune) yield change({ prune: false, threshold: new Float64Array(head.length) });
  if (head.causal) yield change({ causal: false });
  if (head.noiseSeed !== 0) yield change({ noiseSeed: 0 });
  if (isPredicted(head) && head.topK > 0) yield change({ topK: 0 } as Partial<HardseaHead>);
  if (isPredicted(head) && head.diagonal) yield change({ diagonal: false } as Partial<HardseaHead>);
  for (const name of ['q', 'k', 'v'] as const) {
    if (head[name].some((x) => x !== 0)) yield change({ [name]: head[name].map(() => 0) });
    if (head[name].some((x, n) => x !== 0 && n % dim > 0)) {
      yield change({ [name]: head[name].map((x, n) => (n % dim === 0 ? x : 0)) });
    }
  }
  if (head.multiplier.some((m) => m !== head.multiplier[0])) {
    yield change({ multiplier: head.multiplier.map(() => head.multiplier[0]!) });
  }
}

/** Tokens from `from` to `to` of a head. */
function cut(head: AttentionHead, from: number, to: number, dim: number): Partial<AttentionHead> {
  const rows = (x: Integers) => x.slice(from * dim, to * dim);
  return {
    length: to - from,
    q: rows(head.q),
    k: rows(head.k),
    v: rows(head.v),
    multiplier: head.multiplier.slice(from, to),
    threshold: head.threshold.slice(from, to),
  };
}
