/** What predicts which keys matter to a query: relevances from centroids, the selection of keys, and their numbers. */
import { z } from 'zod';
import { indexWalk } from '../../../src/components/index-walk/index-walk.ts';
import { relevance, relevanceLatency } from '../../../src/components/relevance/relevance.ts';
import { type RelevanceShape, relevanceBits, relevancePayload } from '../../../src/components/relevance-payloads.ts';
import { relevanceDigits, relevanceSelect } from '../../../src/components/relevance-select/relevance-select.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { bits, payload, stream } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimCase, SimItem } from '../../../src/sim/cases.ts';
import { listOf, shuffled, trialsOf } from './stimulus.ts';
import { keptWords } from './ways.ts';

type Size = Pick<RelevanceShape, 'tokens' | 'lanes' | 'crossingBits' | 'subspaces'>;
export type Shape = Size & Pick<RelevanceShape, 'centroids' | 'relevance'>;

/** Some queries of a head, in order: all of them, or as many as are asked for. */
const rowsOf = (r: Random, length: number, most: number): number[] =>
  shuffled(r, length)
    .slice(0, most)
    .toSorted((a, b) => a - b);

/** Relevances that nothing is said about are 0 behind this: those of keys that the query may not see. */
const sightOnly = defineComponent({
  name: 'sight_only',
  summary: 'Sets the relevances of keys to 0 that a query may not see.',
  parameters: z.strictObject({
    tokens: z.number(),
    lanes: z.number(),
    crossingBits: z.number(),
    subspaces: z.number(),
  }),
  ports: (p) => ({
    sights: input(stream(payload('sight', { keys: bits(16) }))),
    from: input(stream(relevancePayload(p), 'packet')),
    to: output(stream(relevancePayload(p), 'packet')),
  }),
  constants: (p) => ({ LANES: p.lanes, RELEVANCE: relevanceBits(p) }),
  template: {
    text: `  assign to_valid = from_valid && sights_valid;
  assign from_ready = to_ready && sights_valid;
  assign sights_ready = from_valid && from_last && to_ready;
  assign to_word = from_word;
  assign to_last = from_last;
  wire [31:0] first = { 16'd0, 16'd0 | from_word } * LANES;
  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
      wire seen = first + lane < { 16'd0, sights_keys };
      assign to_relevances[RELEVANCE*lane +: RELEVANCE] =
        from_relevances[RELEVANCE*lane +: RELEVANCE] & {RELEVANCE{seen} };
    end
  endgenerate
  wire unused = &{1'b0, clk, rst_n};
`,
  },
  *model(p, io): Process {
    for (;;) {
      const { keys } = yield* io.sights.take();
      for (let last = 0; !last; ) {
        const { word, relevances, last: ends } = yield* io.from.take();
        io.to.put({
          word,
          relevances: Array.from(relevances, (x, n) => (word * p.lanes + n < keys ? x : 0)),
          last: ends,
        });
        last = ends;
      }
    }
  },
});

const shapes: Readonly<Record<string, Shape>> = {
  single: { tokens: 1, subspaces: 1, centroids: 2, crossingBits: 2, lanes: 1, relevance: 'asymmetric' },
  usual: { tokens: 20, subspaces: 4, centroids: 4, crossingBits: 5, lanes: 4, relevance: 'asymmetric' },
  deep: { tokens: 6, subspaces: 20, centroids: 2, crossingBits: 3, lanes: 2, relevance: 'asymmetric' },
  products: { tokens: 33, subspaces: 3, centroids: 8, crossingBits: 8, lanes: 8, relevance: 'table' },
  alone: { tokens: 9, subspaces: 1, centroids: 4, crossingBits: 6, lanes: 2, relevance: 'table' },
  spare: { tokens: 3, subspaces: 2, centroids: 4, crossingBits: 4, lanes: 8, relevance: 'table' },
  count: { tokens: 40, subspaces: 5, centroids: 16, crossingBits: 3, lanes: 16, relevance: 'count' },
  serial: { tokens: 12, subspaces: 2, centroids: 4, crossingBits: 12, lanes: 1, relevance: 'count' },
};
const large: Readonly<Record<string, Shape>> = {
  full: { tokens: 512, subspaces: 8, centroids: 16, crossingBits: 8, lanes: 16, relevance: 'asymmetric' },
  broad: { tokens: 100, subspaces: 16, centroids: 4, crossingBits: 4, lanes: 32, relevance: 'table' },
};

export const sized = ({ tokens, lanes, crossingBits, subspaces }: Shape) => ({
  tokens,
  lanes,
  crossingBits,
  subspaces,
});

/** The part, and behind it what makes its items comparable. */
function relevanceLoop(name: string, shape: Shape): Part {
  return bench(`loop_${name}`, { sums: relevance(shape), seen: sightOnly(sized(shape)) }, (at, { connect }) => {
    connect(at.sums.relevances, at.seen.from);
  });
}

/** A head of each shape, in two cases: `clear` and products, if there are new ones, and then the crossings. */
function relevanceTrials(part: Part, all: Readonly<Record<string, Shape>>, heads: number, most: number) {
  return (r: Random): Trial[] => {
    const programmed: Record<string, SimItem[]> = {};
    const counted: Record<string, number> = {};
    return listOf(heads, (head): Trial[] => {
      const before = { streams: {} as Record<string, SimItem[]>, wires: {} as Record<string, number> };
      const during = { streams: {} as Record<string, SimItem[]>, wires: {} as Record<string, number> };
      const encoded = [{} as Record<string, number>, {} as Record<string, number>];
      for (const [name, { tokens, subspaces, centroids, relevance: form }] of Object.entries(all)) {
        const at = `${name}_sums`;
        const length = r.pick([1, tokens, r.integer(1, tokens), r.integer(1, tokens)]);
        const causal = r.integer(0, 1);
        const prune = head > 0 && r.chance(0.2) ? 0 : 1;
        const wires = { [`${at}_length`]: length, [`${at}_causal`]: causal, [`${at}_prune`]: prune };
        // Where a reset comes in between, it has to do what `clear` does.
        const clear = head % 5 === 4 ? 0 : 1;
        Object.assign(before.wires, wires, { [`${at}_clear`]: clear });
        Object.assign(during.wires, wires, { [`${at}_clear`]: 0 });
        if (form === 'table' && (head === 0 || r.chance(0.6))) {
          const fields = streamFields(part, `${at}_products`);
          const rows = shuffled(r, subspaces * centroids).map((n) =>
            randomItem(fields, r, { subspace: n % subspaces, column: Math.floor(n / subspaces) }),
          );
          programmed[`${at}_products`] = before.streams[`${at}_products`] = rows;
        }
        const fields = streamFields(part, `${at}_crossings`);
        const written = prune && r.chance(0.1) ? r.integer(0, length - 1) : length;
        const rows = written < length ? [] : rowsOf(r, length, most);
        const operations = [...listOf(written, (key) => key), ...rows.map((row) => tokens + row)];
        const crossings = operations.map((operation) => randomItem(fields, r, { operation }));
        during.streams[`${at}_crossings`] = prune ? crossings : [];
        during.streams[`${name}_seen_sights`] = prune ? rows.map((row) => ({ keys: causal ? row + 1 : length })) : [];
        // Keys that come while the count is cleared do not count.
        const early = clear && prune ? listOf(r.integer(0, length), (key) => key) : [];
        before.streams[`${at}_crossings`] = early.map((operation) => randomItem(fields, r, { operation }));
        const kept = clear ? 0 : counted[name]!;
        encoded[0]![`${at}_encoded`] = !prune || kept === length ? 1 : 0;
        encoded[1]![`${at}_encoded`] = !prune || written === length ? 1 : 0;
        counted[name] = prune ? written : 0;
      }
      const still = head % 4 === 0 ? { stall: null } : {};
      return [
        { reset: head === 0, ...before, expect: {}, expectWires: encoded[0]! },
        {
          reset: head % 5 === 4,
          ...during,
          given: { ...during.streams, ...programmed },
          expectWires: encoded[1]!,
          ...still,
        },
      ];
    }).flat();
  };
}

/** Where an unstalled case's cycles are not those that are wanted. */
function differences(what: string, got: ArrayLike<number>, wanted: readonly number[]): string[] {
  const at = wanted.findIndex((cycle, n) => got[n] !== cycle);
  return at < 0 ? [] : [`${what}[${at}] in cycle ${got[at]}, expected ${wanted[at]}`];
}

/** A query follows the one before without a pause, and a word comes `relevanceLatency` cycles after the edge at which it is read. */
function inspectRelevance(all: Readonly<Record<string, Shape>>): NonNullable<ComponentCheck['inspect']> {
  return (results: readonly CaseResult[], trials: readonly Trial[], cases: readonly SimCase[]) =>
    results.flatMap(({ accepted, outputs }, i) =>
      Object.entries(all).flatMap(([name, shape]) => {
        const sights = trials[i]!.streams[`${name}_seen_sights`] ?? [];
        if (cases[i]!.stall || sights.length === 0) return [];
        const taken = accepted[`${name}_sums_crossings`]!;
        const keys = taken.length - sights.length;
        const starts: number[] = [];
        const words: number[] = [];
        let next = taken[0]! + keys;
        for (const sight of sights) {
          starts.push(next);
          for (let w = Math.ceil((sight['keys'] as number) / shape.lanes); w > 0; w--, next++) {
            words.push(next + relevanceLatency(shape));
          }
        }
        return [
          ...differences(`case ${i} ${name}: query`, taken.slice(keys), starts),
          ...differences(`case ${i} ${name}: word`, outputs[`${name}_seen_to`]!.cycles, words),
        ];
      }),
    );
}

function relevanceCheck(name: string, all: Readonly<Record<string, Shape>>, heads: number, most: number) {
  const part = bench(
    `bench_${name}`,
    Object.fromEntries(Object.entries(all).map(([n, s]) => [n, relevanceLoop(n, s)])),
  );
  return { name, part, trials: relevanceTrials(part, all, heads, most), inspect: inspectRelevance(all) };
}

const selectShapes: Readonly<Record<string, Size>> = {
  single: { tokens: 1, subspaces: 1, crossingBits: 2, lanes: 1 },
  usual: { tokens: 20, subspaces: 4, crossingBits: 5, lanes: 4 },
  wide: { tokens: 70, subspaces: 8, crossingBits: 8, lanes: 16 },
  serial: { tokens: 9, subspaces: 1, crossingBits: 4, lanes: 1 },
  spare: { tokens: 3, subspaces: 2, crossingBits: 12, lanes: 8 },
  odd: { tokens: 33, subspaces: 3, crossingBits: 3, lanes: 2 },
};
const selectLarge: Readonly<Record<string, Size>> = {
  full: { tokens: 512, subspaces: 8, crossingBits: 8, lanes: 16 },
  broad: { tokens: 200, subspaces: 64, crossingBits: 12, lanes: 64 },
};

/** Relevances of all kinds: any, many of them equal, or alike in their first digits. */
function relevanceValue(r: Random, width: number): () => number {
  const most = 2 ** width - 1;
  const spread = r.pick([most, most, 1, 3, 17, 0]);
  const base = r.integer(0, most - Math.min(spread, most));
  return () => base + r.integer(0, Math.min(spread, most - base));
}

function selectTrials(all: Readonly<Record<string, Size>>, heads: number, most: number) {
  return (r: Random): Trial[] =>
    trialsOf(heads, (i) => {
      const streams: Record<string, SimItem[]> = {};
      const wires: Record<string, number> = {};
      for (const [name, p] of Object.entries(all)) {
        const { tokens, lanes } = p;
        const width = relevanceBits(p);
        const length = r.pick([1, tokens, r.integer(1, tokens), r.integer(1, tokens)]);
        const causal = r.integer(0, 1);
        const prune = r.chance(0.85) ? 1 : 0;
        const limit = 2 ** Math.max(1, Math.ceil(Math.log2(tokens + 1))) - 1;
        const topK = r.pick([0, 0, 1, r.integer(1, length), r.integer(1, length), r.integer(0, limit), limit]);
        Object.assign(wires, {
          [`${name}_length`]: length,
          [`${name}_causal`]: causal,
          [`${name}_prune`]: prune,
          [`${name}_top_k`]: topK,
          [`${name}_diagonal`]: r.chance(0.3) ? 1 : 0,
        });
        const rows = rowsOf(r, length, most);
        const words: SimItem[] = (streams[`${name}_relevances`] = []);
        streams[`${name}_sought`] = rows.map((row) => {
          const count = Math.ceil((causal ? row + 1 : length) / lanes);
          const value = relevanceValue(r, width);
          const drawn = listOf(prune ? count : 0, () => listOf(lanes, value));
          drawn.forEach((relevances, word) => words.push({ word, relevances, last: word === count - 1 ? 1 : 0 }));
          const [low, high] = [-(2 ** (width + 1)), 2 ** (width + 1) - 1];
          // Where some keys reach it: mostly at one of the values, or next to it.
          const near = value() + r.pick([0, 0, 1, -1]);
          return { row, threshold: r.pick([near, near, near, near, low, high, 2 ** width - 1, 2 ** width, 0, -1]) };
        });
      }
      return { streams, wires, ...(i % 4 === 1 ? { stall: null } : {}) };
    });
}

/** When words come in and go out, as the component says; which words go out is known from what came. */
function inspectSelect(all: Readonly<Record<string, Size>>): NonNullable<ComponentCheck['inspect']> {
  return (results: readonly CaseResult[], trials: readonly Trial[], cases: readonly SimCase[]) =>
    results.flatMap(({ accepted, outputs }, i) =>
      Object.entries(all).flatMap(([name, p]) => {
        const { streams, wires } = trials[i]!;
        if (cases[i]!.stall) return [];
        const wire = (of: string): number => wires![`${name}_${of}`]!;
        const digits = relevanceDigits(p);
        const topK = wire('top_k');
        const given = outputs[`${name}_words`]!.items;
        const expected = { taken: [] as number[], sought: [] as number[], words: [] as number[] };
        let start = wire('prune') ? accepted[`${name}_relevances`]![0]! : undefined;
        let n = 0;
        for (const { row } of streams[`${name}_sought`]!) {
          const sight = wire('causal') ? (row as number) + 1 : wire('length');
          const count = Math.ceil(sight / p.lanes);
          start ??= accepted[`${name}_sought`]![0]! - (count - 1);
          const ranked = wire('prune') === 1 && topK > 0 && topK < sight;
          if (wire('prune')) for (let w = 0; w < count; w++) expected.taken.push(start + w);
          const period = ranked ? (digits + 1) * count + 2 * digits : count;
          const compared = start + period - count;
          expected.sought.push(start + period - 1);
          for (let ends = 0; !ends; n++) {
            const { word, last } = given[n]!;
            // The next word that tells what this one is: one that keeps a key, or the query's last.
            const next = last ? count - 1 : (given[n + 1]!['word'] as number);
            expected.words.push(compared + (word === count - 1 ? (word as number) + 3 : next + 2));
            ends = last as number;
          }
          start += period;
        }
        return [
          ...differences(`case ${i} ${name}: relevances`, accepted[`${name}_relevances`]!, expected.taken),
          ...differences(`case ${i} ${name}: sought`, accepted[`${name}_sought`]!, expected.sought),
          ...differences(`case ${i} ${name}: word`, outputs[`${name}_words`]!.cycles, expected.words),
        ];
      }),
    );
}

const selectCheck = (name: string, all: Readonly<Record<string, Size>>, heads: number, most: number) => ({
  name,
  part: bench(`bench_${name}`, Object.fromEntries(Object.entries(all).map(([n, s]) => [n, relevanceSelect(s)]))),
  trials: selectTrials(all, heads, most),
  inspect: inspectSelect(all),
});

const walkShapes = {
  tiny: { tokens: 1, lanes: 1 },
  serial: { tokens: 12, lanes: 1 },
  usual: { tokens: 40, lanes: 8 },
  two: { tokens: 33, lanes: 2 },
  spare: { tokens: 3, lanes: 8 },
  full: { tokens: 512, lanes: 64 },
};
const walks = bench(
  'bench_index_walk',
  Object.fromEntries(Object.entries(walkShapes).map(([name, s]) => [name, indexWalk(s)])),
);

function walkTrials(r: Random): Trial[] {
  return trialsOf(12, () => {
    const streams: Record<string, SimItem[]> = {};
    for (const [name, shape] of Object.entries(walkShapes)) {
      const density = r.pick([0.05, 0.4, 1]);
      const queries = listOf(r.integer(1, 12), () => keptWords(r, shape, density));
      streams[`${name}_words`] = queries.filter(([{ keep }]) => (keep as number[]).includes(1)).flat();
    }
    return { streams };
  });
}

/** A key a cycle from the cycle after the first word was taken. */
function inspectWalk(results: readonly CaseResult[], _: readonly Trial[], cases: readonly SimCase[]): string[] {
  return results.flatMap(({ accepted, outputs }, i) =>
    Object.keys(walkShapes).flatMap((name) => {
      if (cases[i]!.stall) return [];
      const { cycles } = outputs[`${name}_kept`]!;
      const wanted = listOf(cycles.length, (n) => accepted[`${name}_words`]![0]! + 1 + n);
      return differences(`case ${i} ${name}: key`, cycles, wanted);
    }),
  );
}

export const relevanceChecks: readonly ComponentCheck[] = [
  {
    name: 'index_walk',
    part: walks,
    trials: walkTrials,
    steady: Object.keys(walkShapes).map((name) => `${name}_kept`),
    inspect: inspectWalk,
  },
  relevanceCheck('relevance', shapes, 16, 12),
  selectCheck('relevance_select', selectShapes, 40, 12),
  relevanceCheck('relevance_large', large, 4, 10),
  selectCheck('relevance_select_large', selectLarge, 12, 6),
];
