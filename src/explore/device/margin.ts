/**
 * How far scores are from their thresholds, against what the analog array resolves. All in units of the real score, q.k/sqrt(dim): a
 * query's scale turns what its comparators compare into that.
 *
 *     margin     m = ideal score - threshold, of every pair inside the masks
 *     deviation  e = what the comparators of a chip see - ideal score
 *
 * Deviations are sampled by running the model of the design on some chips, whatever its settings say. Their mean over chips is what
 * is wrong with all of them alike (a gain error of wires); the rest is spread. With a guard band g subtracted from every threshold
 * a pair is kept iff m + e >= -g.
 */
import { type Interval, meanInterval, quantile } from '../../numerics/statistics.ts';
import type { AttentionHead } from '../../architectures/head.ts';
import type { Devices, Machine } from '../machines/machine.ts';
import { headSeed, type PreparedHead } from '../prepare.ts';
import { chipSeed } from './chip.ts';

export interface MarginRequest {
  readonly devices: Devices;
  readonly heads: readonly PreparedHead[];
  /** Chips that are sampled, 2 or more. */
  readonly chips: number;
  readonly seed: number;
  /** Recall that a guard band is wanted for. */
  readonly recall: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Root mean squares over all pairs. */
export interface Deviation {
  readonly systematic: number;
  readonly spread: number;
}

export interface GuardPoint {
  readonly guard: number;
  /** Share of the pairs kept ideally (without guard) that are kept; over chips, Student. */
  readonly recall: Interval;
  /** Share of all pairs that are kept. */
  readonly kept: Interval;
}

export interface MarginReport {
  readonly pairs: number;
  /** Share kept by the ideal design. */
  readonly keptFraction: number;
  readonly chips: number;
  readonly deviation: Deviation;
  /** With only one imperfection. */
  readonly alone: Readonly<Record<string, Deviation>>;
  /** Share of the pairs with a margin of at most 1, 2 and 3 spreads, systematic deviation included as if it were spread. */
  readonly within: readonly [one: number, two: number, three: number];
  /** Share of pairs, over chips, on the wrong side. */
  readonly flipRate: Interval;
  readonly histogram: {
    readonly edges: readonly number[];
    readonly pruned: readonly number[];
    readonly kept: readonly number[];
    /** Pairs beyond the first and the last edge. */
    readonly outside: number;
  };
  readonly guard: readonly GuardPoint[];
  readonly wanted: {
    readonly recall: number;
    /** The least guard band that gives it on average; null where four deviations do not. */
    readonly guard: number | null;
    readonly kept: number | null;
  };
}

const guardPoints = 80;
const bins = 80;

export function marginReport(request: MarginRequest): MarginReport {
  const { devices, heads, chips, seed, recall, onProgress } = request;
  const margins = joined(heads.map((prepared) => marginsOf(devices.ideal(), prepared.head, prepared)));
  const names = Object.keys(devices.alone);
  // One imperfection has nothing to be told apart from.
  const sampled = names.length > 1 ? names : [];
  const total = chips * (1 + sampled.length);
  let done = 0;
  const sample = (machine: (chip: number) => Machine): Float64Array[] =>
    Array.from({ length: chips }, (_, n) => {
      const number = chipSeed(seed, n);
      const own = machine(number);
      const seen = heads.map((prepared, h) =>
        marginsOf(own, { ...prepared.head, noiseSeed: headSeed(number, h) }, prepared),
      );
      onProgress?.(++done, total);
      return joined(seen);
    });
  const all = sample(devices.chip);
  const deviation = deviationOf(margins, all);
  const alone = Object.fromEntries(
    names.map((name) => [name, sampled.length === 0 ? deviation : deviationOf(margins, sample(devices.alone[name]!))]),
  );
  const size = Math.hypot(deviation.systematic, deviation.spread);
  const near = (n: number) =>
    margins.reduce((count, m) => count + (Math.abs(m) <= n * size ? 1 : 0), 0) / margins.length;
  const guard = guardCurve(margins, all, 4 * size);
  const found = guard.find((p) => p.recall.value >= recall);
  return {
    pairs: margins.length,
    keptFraction: shareOf(margins, 0),
    chips,
    deviation,
    alone,
    within: [near(1), near(2), near(3)],
    flipRate: meanInterval(
      all.map((seen) => seen.reduce((n, m, at) => n + (m >= 0 === margins[at]! >= 0 ? 0 : 1), 0) / margins.length),
    ),
    histogram: histogramOf(margins),
    guard,
    wanted: { recall, guard: found?.guard ?? null, kept: found?.kept.value ?? null },
  };
}

/** Score less threshold of every pair inside the masks, as a machine sees them. */
function marginsOf(machine: Machine, head: AttentionHead, { scoreUnits }: PreparedHead): Float64Array {
  const { length, causal, threshold } = head;
  const scores = machine.scores!(head);
  const out = new Float64Array(causal ? (length * (length + 1)) / 2 : length ** 2);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const seen = causal ? i + 1 : length;
    for (let j = 0; j < seen; j++) out[at++] = (scores[i * length + j]! - threshold[i]!) * scoreUnits[i]!;
  }
  return out;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The mean over chips estimates the systematic part with an error of spread / sqrt(chips), which is taken out of its square. */
function deviationOf(margins: Float64Array, chips: readonly Float64Array[]): Deviation {
  const n = chips.length;
  let [systematic, spread] = [0, 0];
  for (let at = 0; at < margins.length; at++) {
    let [sum, squares] = [0, 0];
    for (const seen of chips) {
      const e = seen[at]! - margins[at]!;
      sum += e;
      squares += e * e;
    }
    const variance = Math.max(0, (squares - sum ** 2 / n) / (n - 1));
    spread += variance;
    systematic += (sum / n) ** 2 - variance / n;
  }
  return {
    systematic: Math.sqrt(Math.max(0, systematic / margins.length)),
    spread: Math.sqrt(spread / margins.length),
  };
}

const shareOf = (margins: Float64Array, from: number): number =>
  margins.reduce((n, m) => n + (m >= from ? 1 : 0), 0) / margins.length;

function guardCurve(margins: Float64Array, chips: readonly Float64Array[], most: number): GuardPoint[] {
  const kept = margins.reduce((n, m) => n + (m >= 0 ? 1 : 0), 0);
  return Array.from({ length: guardPoints + 1 }, (_, point): GuardPoint => {
    const guard = (most * point) / guardPoints;
    const recalls: number[] = [];
    const shares: number[] = [];
    for (const seen of chips) {
      let [both, all] = [0, 0];
      for (let at = 0; at < seen.length; at++) {
        if (seen[at]! < -guard) continue;
        all++;
        if (margins[at]! >= 0) both++;
      }
      recalls.push(kept === 0 ? 1 : both / kept);
      shares.push(all / seen.length);
    }
    return { guard, recall: meanInterval(recalls), kept: meanInterval(shares) };
  });
}

/** Bins of one width, one edge at 0, from the 0.5th to the 99.5th percentile. */
function histogramOf(margins: Float64Array): MarginReport['histogram'] {
  const sorted = margins.toSorted();
  const [low, high] = [Math.min(0, quantile(sorted, 0.005)), Math.max(0, quantile(sorted, 0.995))];
  const width = (high - low) / bins || 1;
  const first = Math.floor(low / width);
  const count = Math.max(1, Math.ceil(high / width) - first);
  const pruned = new Array<number>(count).fill(0);
  const kept = new Array<number>(count).fill(0);
  let outside = 0;
  for (const m of margins) {
    const bin = Math.floor(m / width) - first;
    if (bin < 0 || bin >= count) outside++;
    else (m >= 0 ? kept : pruned)[bin]!++;
  }
  return { edges: Array.from({ length: count + 1 }, (_, n) => (first + n) * width), pruned, kept, outside };
}
