/** A component on its bench against its model: random items, random stalls, from reset and going on from what was there. */
import type { Part } from '../../dsl/component.ts';
import { elaborate } from '../../dsl/elaborate.ts';
import type { Item } from '../../dsl/kinds.ts';
import { runGolden } from '../../dsl/network.ts';
import type { EmittedFile } from '../../emit/design.ts';
import type { CaseResult, SimCase, SimItem, Stall } from '../../sim/cases.ts';
import { compareResults, type Expected, printMismatch } from '../../sim/compare.ts';
import { designFiles } from '../../sim/design-files.ts';
import { type SimFlow, simTop } from '../../sim/from-design.ts';
import { type Engine, openSimulation } from '../../sim/simulation.ts';
import type { SimTop } from '../../sim/top.ts';
import { Random } from '../verify/random.ts';
import { randomWires } from './items.ts';

type Streams = Readonly<Record<string, readonly SimItem[]>>;

/** One case of a check. */
export interface Trial {
  /** Default: the first trial and, by chance, one in eight. */
  readonly reset?: boolean;
  /** Input wires; those left out get random values. */
  readonly wires?: Readonly<Record<string, number>>;
  readonly streams: Streams;
  /** What the model takes where that is not `streams`: what came in earlier trials and matters still. */
  readonly given?: Streams;
  /** What comes out where no model says so. */
  readonly expect?: Streams;
  /** Output wires after the case. */
  readonly expectWires?: Readonly<Record<string, number>>;
  /** Default: by chance. `null`: none. */
  readonly stall?: Stall | null;
}

export interface ComponentCheck {
  readonly name: string;
  readonly part: Part;
  readonly trials: (r: Random) => readonly Trial[];
  /**
   * Output streams whose items may come in any order but for those of one key, which keep theirs: streams that several
   * sources share.
   */
  readonly shared?: Readonly<Record<string, (item: SimItem) => number>>;
  /** Output streams whose `empty` items say nothing else: their other fields may be anything. */
  readonly bare?: readonly string[];
  /** Output streams that deliver an item a cycle, from their first to their last, while nothing stalls them. */
  readonly steady?: readonly string[];
  /** More that must hold, in words where it does not. */
  readonly inspect?: (results: readonly CaseResult[], trials: readonly Trial[], cases: readonly SimCase[]) => string[];
}

export interface PreparedCheck {
  readonly check: ComponentCheck;
  readonly trials: readonly Trial[];
  readonly cases: readonly SimCase[];
  readonly expected: readonly Expected[];
}

/** The cases of a check and what its model makes of them. */
export function prepareCheck(check: ComponentCheck, seed = 1): PreparedCheck {
  const r = new Random(seed, 0);
  const trials = check.trials(r);
  const prepared = trials.map((trial, i) => {
    const wires = randomWires(check.part, r, trial.wires);
    const streams = (trial.given ?? trial.streams) as unknown as Record<string, Item[]>;
    const items = trial.expect ?? (runGolden(check.part, { streams, wires }) as unknown as Streams);
    const still = check.steady !== undefined && i === 1;
    const stall = trial.stall === undefined && !still ? stallOf(r) : trial.stall;
    const simCase: SimCase = {
      reset: trial.reset ?? (i === 0 || r.chance(0.125)),
      wires,
      streams: trial.streams,
      expect: Object.fromEntries(Object.entries(items).map(([name, list]) => [name, list.length])),
      maxIdleCycles: 3000,
      ...(stall ? { stall } : {}),
    };
    const expected: Expected = { streams: items, ...(trial.expectWires ? { wires: trial.expectWires } : {}) };
    return { simCase, expected };
  });
  return { check, trials, cases: prepared.map((p) => p.simCase), expected: prepared.map((p) => p.expected) };
}

function stallOf(r: Random): Stall | undefined {
  if (r.chance(0.2)) return undefined;
  return { seed: r.word(), validPercent: r.pick([100, 100, 75, 25]), readyPercent: r.pick([100, 100, 75, 25]) };
}

export interface CheckOptions {
  readonly flow?: SimFlow | undefined;
  readonly engine?: Engine | undefined;
  readonly files?: readonly EmittedFile[] | undefined;
  readonly cacheDir?: string | undefined;
  /** Default: two minutes. */
  readonly timeoutMs?: number | undefined;
}

/** The top of a check's bench; where a packet has no end the order of its items is for `shared` to say. */
export function checkTop(check: ComponentCheck, { flow, files }: CheckOptions = {}): SimTop {
  const { netlist } = elaborate(check.part);
  const top = simTop(netlist, flow, files ?? designFiles(netlist));
  const exact = <S extends SimTop['outputs'][number]>(s: S): S =>
    s.order === 'packet' && !s.fields.some((f) => f.name === 'last') ? { ...s, order: 'exact' } : s;
  return { ...top, inputs: top.inputs.map(exact), outputs: top.outputs.map(exact) };
}

export interface CheckOutcome {
  readonly results: readonly CaseResult[];
  /** One line each; empty when all is well. */
  readonly problems: readonly string[];
  readonly words: number;
}

/** Simulates prepared cases, twice, and compares. Throws what simulation throws. */
export async function runCheck(prepared: PreparedCheck, options: CheckOptions = {}): Promise<CheckOutcome> {
  const { check, cases, expected, trials } = prepared;
  const top = checkTop(check, options);
  const { engine, cacheDir, timeoutMs = 120_000 } = options;
  const simulation = await openSimulation(top, { engine, cacheDir });
  const twice = await simulation.run([...cases, ...cases], { timeoutMs });
  const results = twice.slice(0, cases.length);
  const shared = check.shared ?? {};
  const sorted = expected.map((e, i): Expected => {
    const streams = Object.entries(e.streams).map(([name, items]): [string, readonly SimItem[]] => {
      const key = shared[name];
      const got = results[i]?.outputs[name]?.items ?? [];
      if (key) return [name, inOrderOf(items, got, key)];
      if (!check.bare?.includes(name)) return [name, items];
      const same = (item: SimItem, n: number): boolean => item['empty'] === 1 && got[n]?.['empty'] === 1;
      return [name, items.map((item, n) => (same(item, n) ? { ...got[n], last: item['last']! } : item))];
    });
    return { ...e, streams: Object.fromEntries(streams) };
  });
  const { mismatches, mismatchCount, words } = compareResults(top, results, sorted, 8);
  const problems = mismatches.map(printMismatch);
  if (mismatchCount > problems.length) problems.push(`... and ${mismatchCount - problems.length} more`);
  if (problems.length === 0) problems.push(...remembered(check, results, twice.slice(cases.length)));
  if (problems.length === 0) problems.push(...gaps(check, results, cases));
  if (problems.length === 0) problems.push(...(check.inspect?.(results, trials, cases) ?? []));
  return { results, problems, words };
}

/** What went otherwise when all was done once more, from a reset: nothing may be left of the first time. */
function remembered(check: ComponentCheck, first: readonly CaseResult[], again: readonly CaseResult[]): string[] {
  const seen = ({ status, accepted, outputs, wires }: CaseResult): string =>
    JSON.stringify([
      status,
      wires,
      Object.values(accepted).map((cycles) => [...cycles]),
      Object.entries(outputs).map(([name, { cycles, columns }]) => [
        [...cycles],
        check.bare?.includes(name) ? [] : Object.values(columns).map((column) => [...column]),
      ]),
    ]);
  const at = first.findIndex((result, i) => seen(result) !== seen(again[i]!));
  return at < 0 ? [] : [`case ${at} goes otherwise after a reset than at first`];
}

/** Cycles in which a steady stream delivered nothing. */
function gaps(check: ComponentCheck, results: readonly CaseResult[], cases: readonly SimCase[]): string[] {
  return results.flatMap(({ outputs }, i) => {
    if (cases[i]!.stall) return [];
    return (check.steady ?? []).flatMap((name) => {
      const { cycles } = outputs[name]!;
      const at = cycles.findIndex((cycle, n) => n > 0 && cycle !== cycles[n - 1]! + 1);
      return at < 0 ? [] : [`case ${i} ${name}[${at}]: ${cycles[at]! - cycles[at - 1]!} cycles after the one before`];
    });
  });
}

/** The expected items of each key, in their order, at the places where items of that key came. */
function inOrderOf(items: readonly SimItem[], got: readonly SimItem[], key: (item: SimItem) => number): SimItem[] {
  const waiting = new Map<number, SimItem[]>();
  for (const item of items) waiting.set(key(item), [...(waiting.get(key(item)) ?? []), item]);
  const placed = got.map((g) => waiting.get(key(g))?.shift()).filter((item) => item !== undefined);
  return [...placed, ...[...waiting.values()].flat()];
}
