/**
 * Monte Carlo over chips. A chip decides nothing by itself but through what is drawn for it, so chips are independent and may be
 * done in any order, on any number of cores, today or tomorrow.
 *
 * Means over chips have Student's interval, shares of chips Wilson's. Pairs of one chip are not independent of one another (they
 * share devices), which is why a flip rate's interval is that of chips and not of pairs.
 *
 * Errors: PR0606 kept results are not what the model gives now; those of `result-lines` and `chip-pool`.
 */
import { PrunusError } from '../../errors.ts';
import { type Interval, meanInterval, quantile, shareInterval } from '../../numerics/statistics.ts';
import { openResultLines, type ResultLines } from '../result-lines.ts';
import { type ChipResult, type ChipTask, ChipTrial } from './chip.ts';
import { runChips } from './chip-pool.ts';
import type { Devices } from '../machines/machine.ts';

export interface YieldRequest {
  readonly task: ChipTask;
  readonly devices: Devices;
  readonly chips: number;
  readonly jobs: number;
  /** Where results are kept; none: nowhere. */
  readonly folder?: string | undefined;
  /** For people who look into that folder. */
  readonly about?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** All chips, by number. */
export async function sampleChips(request: YieldRequest): Promise<ChipResult[]> {
  const { task, devices, chips, jobs, folder, signal, onProgress } = request;
  const done = new Map<number, ChipResult>();
  let lines: ResultLines<ChipResult> | undefined;
  if (folder !== undefined) {
    lines = openResultLines<ChipResult>(folder, 'chips', { version, task }, request.about ?? {});
    for (const result of lines.found) done.set(result.chip, result);
    refuseStale(task, devices, lines);
  }
  const wanted = Array.from({ length: chips }, (_, n) => n).filter((n) => !done.has(n));
  const before = chips - wanted.length;
  let fresh = 0;
  onProgress?.(before);
  const onChip = (result: ChipResult) => {
    done.set(result.chip, result);
    lines?.add(result);
    onProgress?.(before + ++fresh);
  };
  await runChips(task, devices, wanted, { jobs, signal, onChip });
  return Array.from({ length: chips }, (_, n) => done.get(n)!);
}

/** Of what is kept of a chip. */
const version = 1;

/** One chip is done again: a model that has changed since would mix two kinds of results. */
function refuseStale(task: ChipTask, devices: Devices, { path, found }: ResultLines<ChipResult>): void {
  const [kept] = found;
  if (!kept) return;
  const again = new ChipTrial(task, devices).run(kept.chip);
  if (JSON.stringify(again) === JSON.stringify(kept)) return;
  const message = `${path}: chip ${kept.chip} is not what this version of the model gives.`;
  throw new PrunusError('PR0606', message, 'remove the file, or choose another folder with --out.');
}

const measures = ['flipRate', 'recall', 'keptFraction', 'cosine', 'maxAbsolute', 'relativeError'] as const;
export type Measure = (typeof measures)[number];

export interface Summary {
  /** Over chips, Student. */
  readonly mean: Interval;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface YieldReport {
  readonly chips: number;
  readonly measures: Readonly<Record<Measure, Summary>>;
  /** Share of flipped pairs that the chip keeps and the ideal design does not. */
  readonly keptOfFlips: number;
  /** Relative error that a chip may have. */
  readonly within: number;
  /** Chips that have no more: Wilson. */
  readonly yield: Interval;
  /** That of every error, at no more than 200 of them. */
  readonly curve: readonly (Interval & { readonly error: number })[];
  /** Chips by flip rate. */
  readonly flips: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  /** The five of the largest error. */
  readonly worst: readonly ChipResult[];
}

export function yieldReport(results: readonly ChipResult[], within: number): YieldReport {
  const n = results.length;
  const errors = results.map((r) => r.relativeError).toSorted((a, b) => a - b);
  const share = (error: number) => shareInterval(errors.findLastIndex((e) => e <= error) + 1, n);
  const sum = (of: (r: ChipResult) => number) => results.reduce((all, r) => all + of(r), 0);
  const flips = sum((r) => r.falselyKept + r.falselyPruned);
  const points = Math.min(n, 200);
  const at = [...new Set(Array.from({ length: points }, (_, i) => errors[Math.ceil(((i + 1) * n) / points) - 1]!))];
  return {
    chips: n,
    measures: Object.fromEntries(measures.map((name) => [name, summary(results.map((r) => r[name]))])) as Record<
      Measure,
      Summary
    >,
    keptOfFlips: flips === 0 ? 0 : sum((r) => r.falselyKept) / flips,
    within,
    yield: share(within),
    curve: at.map((error) => ({ error, ...share(error) })),
    flips: histogramOf(results.map((r) => r.flipRate)),
    worst: results.toSorted((a, b) => b.relativeError - a.relativeError || a.chip - b.chip).slice(0, 5),
  };
}

function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return { mean: meanInterval(values), least: sorted[0]!, median: quantile(sorted, 0.5), most: sorted.at(-1)! };
}

/** 40 bins of one width from the least to the largest value. */
function histogramOf(values: readonly number[]): YieldReport['flips'] {
  const bins = 40;
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const width = (most - least) / bins || 1 / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - least) / width))]!++;
  return { edges: Array.from({ length: bins + 1 }, (_, n) => least + n * width), counts };
}
