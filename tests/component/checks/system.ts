import { beatCollect } from '../../../src/components/beat-collect/beat-collect.ts';
import { beatRoute } from '../../../src/components/beat-route/beat-route.ts';
import { codebookJoin } from '../../../src/components/codebook-join/codebook-join.ts';
import { loadJoin } from '../../../src/components/load-join/load-join.ts';
import { queryJoin } from '../../../src/components/query-join/query-join.ts';
import { resultPack } from '../../../src/components/result-pack/result-pack.ts';
import { scaleSplit } from '../../../src/components/scale-split/scale-split.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

const column = { dim: 6, subspaces: 2, centroids: 4, cellBits: 3, crossingBits: 9 } as const;

const bytes = bench('bench_bytes', {
  single: beatCollect({ bytes: 8, rowBytes: 6 }),
  exact: beatCollect({ bytes: 4, rowBytes: 8 }),
  odd: beatCollect({ bytes: 4, rowBytes: 11 }),
  route: beatRoute({ bytes: 4, ways: 5 }),
  narrow: loadJoin({ dim: 3, keyBits: 8, valueBits: 8 }),
  wide: loadJoin({ dim: 3, keyBits: 5, valueBits: 12 }),
  worth: codebookJoin({ ...column, relevance: 'table' }),
  plain: codebookJoin({ ...column, relevance: 'count' }),
});

const items = (part: typeof bytes, r: Random, name: string, count: number, given: SimItem = {}): SimItem[] =>
  listOf(count, () => randomItem(streamFields(part, name), r, given));

const tokens = 7;
const queries = bench('bench_queries', {
  words: scaleSplit({ bytes: 32, tokens, thresholdBits: 36 }),
  word: scaleSplit({ bytes: 8, tokens, thresholdBits: 28 }),
  plain: queryJoin({ dim: 3, queryBits: 8, tokens, thresholdBits: 28 }),
  wide: queryJoin({ dim: 2, queryBits: 12, tokens, thresholdBits: 36 }),
});

const results = bench('bench_results', {
  even: resultPack({ bytes: 4, tokens, dim: 8, lanes: 4 }),
  odd: resultPack({ bytes: 8, tokens, dim: 5, lanes: 2 }),
  short: resultPack({ bytes: 32, tokens, dim: 3, lanes: 3 }),
});

/** Heads of rows, `parts` items a row. */
const rowsOf = (part: typeof results, r: Random, name: string, rows: number, parts: number): SimItem[] =>
  listOf(rows, () => {
    const none = r.integer(0, 1);
    return listOf(parts, (i) => randomItem(streamFields(part, name), r, { none, last: i === parts - 1 ? 1 : 0 }));
  }).flat();

export const systemChecks: readonly ComponentCheck[] = [
  {
    name: 'bytes of rows, of tokens and of codebooks',
    part: bytes,
    trials: (r) =>
      trialsOf(12, () => ({
        reset: true,
        streams: {
          single_beats: items(bytes, r, 'single_beats', r.integer(0, 12)),
          exact_beats: items(bytes, r, 'exact_beats', 2 * r.integer(0, 9)),
          odd_beats: items(bytes, r, 'odd_beats', 3 * r.integer(0, 7)),
          route_from: listOf(r.integer(0, 30), () =>
            randomItem(streamFields(bytes, 'route_from'), r, { tag: r.integer(0, 4) }),
          ),
          ...Object.fromEntries(
            ['narrow', 'wide'].flatMap((name) => {
              const count = r.integer(0, 8);
              return ['keys', 'values'].map((s) => [`${name}_${s}`, items(bytes, r, `${name}_${s}`, count)]);
            }),
          ),
          worth_columns: items(bytes, r, 'worth_columns', r.integer(0, 20)),
          plain_columns: items(bytes, r, 'plain_columns', r.integer(0, 20)),
        },
      })),
  },
  {
    name: 'queries and their scales',
    part: queries,
    trials: (r) =>
      trialsOf(14, () => {
        const [heads, length] = [r.integer(1, 3), r.integer(1, tokens)];
        const own = r.integer(0, 1);
        return {
          reset: true,
          wires: {
            words_length: length,
            word_length: length,
            plain_length: length,
            wide_length: length,
            plain_per_query: own,
            wide_per_query: own,
            plain_trim: r.integer(0, 1) * r.integer(0, 2 ** 28 - 1),
            wide_trim: r.integer(0, 1) * r.integer(0, 2 ** 32 - 1),
          },
          streams: {
            words_words: items(queries, r, 'words_words', heads * Math.ceil(length / 4)),
            word_words: items(queries, r, 'word_words', heads * length),
            ...Object.fromEntries(
              ['plain', 'wide'].flatMap((name) => [
                [`${name}_rows`, items(queries, r, `${name}_rows`, heads * length)],
                [`${name}_scales`, items(queries, r, `${name}_scales`, own * heads * length)],
                [`${name}_constants`, items(queries, r, `${name}_constants`, heads)],
              ]),
            ),
          },
        };
      }),
  },
  {
    name: 'results as transfers',
    part: results,
    trials: (r) =>
      trialsOf(10, () => {
        const [heads, length] = [r.integer(1, 3), r.integer(1, tokens)];
        const streams = {
          even_result: rowsOf(results, r, 'even_result', heads * length, 2),
          odd_result: rowsOf(results, r, 'odd_result', heads * length, 3),
          short_result: rowsOf(results, r, 'short_result', heads * length, 1),
        };
        const empty = (of: readonly SimItem[]) => of.filter((i) => i['none'] === 1 && i['last'] === 1).length;
        const wires = Object.fromEntries(
          ['even', 'odd', 'short'].flatMap((name) => [
            [`${name}_length`, length],
            [`${name}_launch`, 0],
          ]),
        );
        return {
          reset: true,
          wires,
          streams,
          expectWires: {
            even_rows_empty: empty(streams.even_result),
            odd_rows_empty: empty(streams.odd_result),
            short_rows_empty: empty(streams.short_result),
          },
        };
      }),
  },
];
