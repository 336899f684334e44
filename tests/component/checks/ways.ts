/** Kept keys on their way to the values: queries that keep none go around the SRAM-CIM, the others' keys are divided among ways. */
import { survivorSplit } from '../../../src/components/survivor-split/survivor-split.ts';
import { survivorWays } from '../../../src/components/survivor-ways/survivor-ways.ts';
import { wordRoute } from '../../../src/components/word-route/word-route.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimCase, SimItem } from '../../../src/sim/cases.ts';
import { listOf, packet, shuffled, trialsOf } from './stimulus.ts';

const routeShapes = {
  tiny: { tokens: 1, lanes: 1 },
  usual: { tokens: 40, lanes: 8 },
  spare: { tokens: 3, lanes: 8 },
};
const routes = bench(
  'bench_word_route',
  Object.fromEntries(Object.entries(routeShapes).map(([name, s]) => [name, wordRoute(s)])),
);

const routeTrials = (r: Random): Trial[] =>
  trialsOf(12, () => ({
    streams: Object.fromEntries(
      Object.entries(routeShapes).map(([name, shape]) => {
        const density = r.pick([0, 0.05, 0.4, 1]);
        return [`${name}_words`, listOf(r.integer(1, 20), () => keptWords(r, shape, density)).flat()];
      }),
    ),
  }));

/** A word a cycle, whether it goes on or not. */
const inspectRoutes = (results: readonly CaseResult[], _: readonly Trial[], cases: readonly SimCase[]): string[] =>
  results.flatMap(({ accepted }, i) =>
    Object.keys(routeShapes).flatMap((name) => {
      const cycles = cases[i]!.stall ? [] : accepted[`${name}_words`]!;
      const late = cycles.filter((cycle, n) => cycle !== cycles[0]! + n);
      return late.length > 0 ? [`case ${i} ${name}: ${late.length} words come late`] : [];
    }),
  );

/** The words of a query, as the selection gives them: those with kept keys, or one without. */
export function keptWords(r: Random, { tokens, lanes }: { tokens: number; lanes: number }, density: number): SimItem[] {
  const words = listOf(Math.ceil(tokens / lanes), (word) => ({
    word,
    keep: listOf(lanes, (lane) => (word * lanes + lane < tokens && r.chance(density) ? 1 : 0)),
  }));
  const some = words.filter(({ keep }) => keep.includes(1));
  if (some.length === 0) some.push({ ...r.pick(words), keep: listOf(lanes, () => 0) });
  return some.map((word, n) => ({ ...word, last: n === some.length - 1 ? 1 : 0 }));
}

const shapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, valueWays: 1 },
  alone: { tokens: 9, dim: 3, queryBits: 5, keyBits: 3, valueWays: 1 },
  halves: { tokens: 20, dim: 8, queryBits: 8, keyBits: 9, valueWays: 2 },
  quarters: { tokens: 7, dim: 1, queryBits: 16, keyBits: 16, valueWays: 4 },
  single: { tokens: 4, dim: 2, queryBits: 5, keyBits: 3, valueWays: 4 },
};
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];
const splits = bench(
  'bench_survivor_split',
  Object.fromEntries(names.map((name) => [name, survivorSplit(shapes[name])])),
);
const ways = bench('bench_survivor_ways', Object.fromEntries(names.map((name) => [name, survivorWays(shapes[name])])));

/** What queries keep, one after the other: one, some or all of their keys, or where `empty` allows it none, also many times in a row. */
function keptOf(r: Random, tokens: number, empty: boolean): number[][] {
  const rare = r.chance(0.5);
  return listOf(r.integer(0, 30), () => {
    if (empty && r.chance(rare ? 0.2 : 0.8)) return [];
    const most = r.pick([1, tokens, r.integer(1, tokens)]);
    return shuffled(r, tokens).slice(0, most);
  });
}

const splitTrials = (r: Random): Trial[] =>
  trialsOf(10, () => ({
    streams: Object.fromEntries(
      names.map((name) => {
        const fields = streamFields(splits, `${name}_survivors`);
        const kept = keptOf(r, shapes[name].tokens, false);
        return [`${name}_survivors`, kept.flatMap((keys) => packet(fields, r, keys))];
      }),
    ),
  }));

const wayTrials = (r: Random): Trial[] =>
  trialsOf(12, () => {
    const streams: Record<string, SimItem[]> = {};
    for (const name of names) {
      const { tokens, valueWays } = shapes[name];
      const fields = streamFields(ways, `${name}_survivors`);
      const kept = keptOf(r, tokens, true);
      streams[`${name}_survivors`] = kept.filter((keys) => keys.length > 0).flatMap((keys) => packet(fields, r, keys));
      for (let way = 0; way < valueWays; way++)
        streams[`${name}_presence${way}`] = kept.map((keys) => ({ keeps: keys.length > 0 ? 1 : 0 }));
    }
    return { streams };
  });

export const wayChecks: readonly ComponentCheck[] = [
  { name: 'word_route bench', part: routes, trials: routeTrials, inspect: inspectRoutes },
  { name: 'survivor_split bench', part: splits, trials: splitTrials, steady: ['tiny_ways0', 'alone_ways0'] },
  { name: 'survivor_ways bench', part: ways, trials: wayTrials },
];
