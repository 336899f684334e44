/** Random whole heads, meant to be unpleasant: extremes, ties, nothing kept, everything kept, one token, stalls. */
import type { SprintHead } from '../../architectures/sprint/functional.ts';
import type { Stall } from '../../sim/cases.ts';
import { acceptQuantisedHead } from '../../workload/quantise.ts';
import { maxMultiplier, maxShift } from '../../workload/score-scaling.ts';
import { maxMemoryThreshold, memoryScores, minMemoryThreshold } from '../../workload/thresholds.ts';
import { type HeadDesign, type WireValues, wiresAtRest } from '../head-design.ts';
import { fieldValue } from './item-cases.ts';
import { Random } from './random.ts';

export interface HeadTrial {
  readonly head: SprintHead;
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
  const q = tensor(r, length, dim);
  const k = tensor(r, length, dim);
  const v = tensor(r, length, dim);
  const causal = r.chance(0.3);
  const prune = r.chance(0.8);
  const scaling = scalingOf(r, { q, k, v, tokens: length, dim, causal });
  const threshold = prune ? thresholdsOf(r, design, { q, k, length }) : new Int32Array(length);
  const head = { length, causal, prune, noiseSeed: r.word(), q, k, v, threshold, ...scaling };
  const [stall, reset, extreme] = [stallOf(r), r.chance(0.1), r.chance(0.3)];
  const wires = Object.fromEntries(design.wires.map(({ name, field }) => [name, fieldValue(field, r, extreme)]));
  return { head, wires, stall, reset };
}

/** Short ones often, the whole capacity now and then. */
function lengthOf(r: Random, tokens: number): number {
  const most = Math.min(tokens, r.pick([1, 2, 5, 17, 33, 64, 64, tokens]));
  return r.chance(0.3) ? most : r.integer(1, most);
}

/** Row-major `[length, dim]`. */
function tensor(r: Random, length: number, dim: number): Int8Array {
  const data = new Int8Array(length * dim);
  const fill = (of: (n: number) => number) => data.forEach((_, n) => (data[n] = of(n)));
  switch (r.integer(0, 9)) {
    case 0:
      fill(() => r.integer(-128, 127));
      break;
    case 1: {
      const extreme = r.pick([-128, 127]);
      fill(() => (r.chance(0.9) ? extreme : r.integer(-128, 127)));
      break;
    }
    case 2:
      fill(() => r.pick([-128, 127]));
      break;
    case 3: {
      // All rows alike: every score is a tie.
      const row = Array.from({ length: dim }, () => r.integer(-128, 127));
      fill((n) => row[n % dim]!);
      break;
    }
    case 4:
      if (r.chance(0.5)) fill(() => (r.chance(0.05) ? r.integer(-128, 127) : 0));
      break;
    default: {
      const sigma = r.pick([3, 10, 30, 60]);
      fill(() => Math.max(-128, Math.min(127, Math.round(r.gaussian() * sigma))));
    }
  }
  return data;
}

interface Quantised {
  readonly q: Int8Array;
  readonly k: Int8Array;
  readonly v: Int8Array;
  readonly tokens: number;
  readonly dim: number;
  readonly causal: boolean;
}

/** As real tensors have it, or anything that the ports allow. */
function scalingOf(r: Random, given: Quantised): Pick<SprintHead, 'multiplier' | 'scoreShift' | 'expShift'> {
  if (r.chance(0.7)) {
    const scoreScale = 2 ** r.integer(-14, -4);
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
function thresholdsOf(
  r: Random,
  design: HeadDesign,
  { q, k, length }: { q: Int8Array; k: Int8Array; length: number },
): Int32Array {
  const way = r.integer(0, 9);
  if (way === 0) return new Int32Array(length).fill(maxMemoryThreshold);
  if (way === 1) return new Int32Array(length).fill(minMemoryThreshold);
  const coding = { queryBits: design.dacBits, keyBits: design.cellBits, guard: 0 };
  const scores = memoryScores({ q, k, tokens: length, dim: design.dim }, coding);
  const target = r.pick([0.02, 0.1, 0.25, 0.25, 0.5, 0.9]);
  const one = (row: Int32Array): number => {
    const sorted = row.toSorted();
    const at = Math.min(length - 1, Math.floor((1 - target) * length));
    return sorted[at]! + r.integer(-1, 1);
  };
  const shared = one(scores.subarray(0, length));
  return Int32Array.from({ length }, (_, i) => {
    if (way === 2) return shared;
    if (way === 3 && r.chance(0.5)) return r.pick([maxMemoryThreshold, minMemoryThreshold]);
    return one(scores.subarray(i * length, (i + 1) * length));
  });
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
  const change = (more: Partial<SprintHead>): HeadTrial => ({ ...trial, head: { ...head, ...more } });
  for (const length of new Set([1, head.length >> 2, head.length >> 1, head.length - 1])) {
    if (length >= 1 && length < head.length) yield change(cut(head, 0, length, dim));
  }
  if (head.length > 1) yield change(cut(head, 1, head.length, dim));
  if (stall) yield { ...trial, stall: undefined };
  if (Object.values(trial.wires).some((value) => value !== 0)) yield { ...trial, wires: wiresAtRest(design) };
  if (head.prune) yield change({ prune: false, threshold: new Int32Array(head.length) });
  if (head.causal) yield change({ causal: false });
  if (head.noiseSeed !== 0) yield change({ noiseSeed: 0 });
  for (const name of ['q', 'k', 'v'] as const) {
    if (head[name].some((x) => x !== 0)) yield change({ [name]: new Int8Array(head[name].length) });
    if (head[name].some((x, n) => x !== 0 && n % dim > 0)) {
      yield change({ [name]: head[name].map((x, n) => (n % dim === 0 ? x : 0)) });
    }
  }
  if (head.multiplier.some((m) => m !== head.multiplier[0])) {
    yield change({ multiplier: head.multiplier.map(() => head.multiplier[0]!) });
  }
}

/** Tokens from `from` to `to` of a head. */
function cut(head: SprintHead, from: number, to: number, dim: number): Partial<SprintHead> {
  const rows = (x: Int8Array) => x.slice(from * dim, to * dim);
  return {
    length: to - from,
    q: rows(head.q),
    k: rows(head.k),
    v: rows(head.v),
    multiplier: head.multiplier.slice(from, to),
    threshold: head.threshold.slice(from, to),
  };
}
