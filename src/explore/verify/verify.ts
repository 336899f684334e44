/** Random cases of one design through one simulation binary, many a process, against the golden model. */
import { join } from 'node:path';
import type { CaseResult, SimCase } from '../../sim/cases.ts';
import { type Comparison, compareResults, type Expected } from '../../sim/compare.ts';
import { writeReplay } from '../../sim/replay.ts';
import { type Engine, openSimulation, type Simulation } from '../../sim/simulation.ts';
import type { SimTop } from '../../sim/top.ts';
import type { Subject } from './subject.ts';

export interface VerifyOptions {
  /** First and last case. */
  readonly first: number;
  readonly last: number;
  /** Simulator processes at the same time. */
  readonly jobs: number;
  readonly engine?: Engine | undefined;
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default `sim/replay/<top>-<case>`. */
  readonly replayFolder?: string | undefined;
  readonly onProgress?: ((done: number, cycles: number) => void) | undefined;
}

export interface Failure {
  readonly case: number;
  readonly what: string;
  /** The first differences, one line each. */
  readonly lines: readonly string[];
  /** Of the first failure only: the smallest form found that still fails. */
  readonly shrunk?: { readonly what: string; readonly lines: readonly string[] } | undefined;
  /** It fails only after the cases before it, from this one on. */
  readonly after?: number | undefined;
  readonly replay?: string | undefined;
}

export interface VerifyReport {
  readonly cases: number;
  readonly cycles: number;
  /** Output elements compared. */
  readonly words: number;
  /** Cases in which the second model was held against the first, and what differed. */
  readonly modelChecks: number;
  readonly modelFailures: readonly string[];
  readonly mismatches: number;
  readonly failedCases: number;
  /** The first ten. */
  readonly failures: readonly Failure[];
  readonly build: Simulation['build'];
  /** Without the build. */
  readonly seconds: number;
}

/** Cases in one simulator process. */
const batchSize = 40;
const shownFailures = 10;
const shownLines = 8;
/** Simulations that shrinking may take. */
const shrinkBudget = 120;

interface Batch<T> {
  readonly first: number;
  readonly trials: readonly T[];
  readonly cases: readonly SimCase[];
  readonly expected: readonly Expected[];
  readonly results: readonly CaseResult[];
}

/** Throws what simulation throws; differences are in the report. */
export async function verify<T, E extends Expected>(
  subject: Subject<T, E>,
  top: SimTop,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { engine, cacheDir, signal, first, last } = options;
  const simulation = await openSimulation(top, { engine, cacheDir, signal });
  const started = performance.now();
  const sums = { cases: 0, cycles: 0, words: 0, modelChecks: 0, mismatches: 0, failedCases: 0 };
  const modelFailures: string[] = [];
  const failures: Failure[] = [];
  let failing: { batch: Batch<T>; at: number } | undefined;

  const size = Math.max(1, Math.min(batchSize, Math.ceil((last - first + 1) / options.jobs)));
  let next = first;
  const work = async (): Promise<void> => {
    while (next <= last) {
      const from = next;
      const end = Math.min(last + 1, from + size);
      next = end; // the other workers go on from here while this one waits
      const batch = await runBatch(subject, simulation, from, end, signal);
      batch.results.forEach((result, i) => {
        const compared = compareResults(top, [result], [batch.expected[i]!], shownLines);
        sums.cases++;
        sums.cycles += result.cycles;
        sums.words += compared.words;
        if (compared.ok) return;
        sums.failedCases++;
        sums.mismatches += compared.mismatchCount;
        const lines = compared.mismatches.map((m) => subject.mismatch({ ...m, case: from + i }));
        failures.push({ case: from + i, what: subject.describe(batch.trials[i]!), lines });
        if (!failing || from + i < failing.batch.first + failing.at) failing = { batch, at: i };
      });
      if (subject.crossCheck) {
        const chosen = from + ((from * 7 + 3) % (end - from));
        const differs = subject.crossCheck(batch.trials[chosen - from]!);
        sums.modelChecks++;
        if (differs !== undefined) modelFailures.push(`case ${chosen}: ${differs}`);
      }
      options.onProgress?.(sums.cases, sums.cycles);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  const seconds = (performance.now() - started) / 1000;
  failures.sort((a, b) => a.case - b.case);
  const shown = failures.slice(0, shownFailures);
  if (failing) shown[0] = await reduce(subject, simulation, failing.batch, failing.at, shown[0]!, options);
  return { ...sums, modelFailures, failures: shown, build: simulation.build, seconds };
}

async function runBatch<T, E extends Expected>(
  subject: Subject<T, E>,
  simulation: Simulation,
  first: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Batch<T>> {
  const trials = Array.from({ length: end - first }, (_, i) => subject.trial(first + i));
  const expected = trials.map((t) => subject.expected(t));
  const cases = trials.map((t, i) => subject.simCase(t, expected[i]!, i === 0));
  return { first, trials, cases, expected, results: await simulation.run(cases, { signal }) };
}

const hangs = ({ mismatches }: Comparison): boolean => mismatches.some((m) => m.field === 'status');

/** Makes the failing case as small as it gets, and writes the folder that replays it. */
async function reduce<T, E extends Expected>(
  subject: Subject<T, E>,
  simulation: Simulation,
  batch: Batch<T>,
  at: number,
  failure: Failure,
  options: VerifyOptions,
): Promise<Failure> {
  const { top } = simulation;
  const folder = options.replayFolder ?? join('sim', 'replay', `${top.top}-case${failure.case}`);
  const about = `Case ${failure.case}: ${failure.what}.`;
  const tries = { left: shrinkBudget };
  const attempt = async (trial: T) => {
    tries.left--;
    const expected = [subject.expected(trial)];
    const cases = [subject.simCase(trial, expected[0]!, true)];
    const results = await simulation.run(cases, { signal: options.signal });
    return { trial, cases, expected, results, compared: compareResults(top, results, expected, shownLines) };
  };
  let smallest = await attempt(batch.trials[at]!);
  if (smallest.compared.ok) {
    // Not by itself: what a case before it left behind matters.
    let from = at;
    while (from > 0 && !batch.cases[from]!.reset) from--;
    const part = <U>(list: readonly U[]) => list.slice(from, at + 1);
    const replayed = { cases: part(batch.cases), results: part(batch.results), expected: part(batch.expected) };
    return { ...failure, after: batch.first + from, replay: await writeReplay(folder, { top, ...replayed, about }) };
  }
  const step = async (): Promise<boolean> => {
    for (const candidate of subject.simpler(smallest.trial)) {
      if (tries.left <= 0) return false;
      const tried = await attempt(candidate);
      // A case that hangs is no smaller form of one that gives a wrong word.
      if (tried.compared.ok || hangs(tried.compared) !== hangs(smallest.compared)) continue;
      smallest = tried;
      return true;
    }
    return false;
  };
  while (await step());
  const { trial, cases, results, expected, compared } = smallest;
  const replay = await writeReplay(folder, { top, cases, results, expected, about });
  const lines = compared.mismatches.map((m) => subject.mismatch({ ...m, case: failure.case }));
  return { ...failure, shrunk: { what: subject.describe(trial), lines }, replay };
}
