/** Streams that are dealt out and collected in turn. */
import { collect } from '../../../src/components/collect/collect.ts';
import { deal } from '../../../src/components/deal/deal.ts';
import { bits, flag, payload, vector } from '../../../src/dsl/kinds.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

const row = payload('row', { data: vector(3, bits(5)), last: flag() });
const shapes = {
  one: { ways: 1, by: 'packet' },
  two: { ways: 2, by: 'packet' },
  three: { ways: 3, by: 'item' },
  five: { ways: 5, by: 'packet' },
} as const;
const names = Object.keys(shapes) as (keyof typeof shapes)[];
const dealt = bench(
  'bench_deal',
  Object.fromEntries(names.map((name) => [name, deal(row, shapes[name].ways, shapes[name].by)])),
);
const collected = bench(
  'bench_collect',
  Object.fromEntries(names.map((name) => [name, collect(row, shapes[name].ways, shapes[name].by)])),
);

/**
 * Every other one rests and is cleared while the others work, which were cleared in the trial before: nothing else puts the turn back, as there
 * is no reset but the first. `streams`: of one that works.
 */
const taking = (streams: (name: (typeof names)[number], r: Random) => Record<string, SimItem[]>) => (r: Random) =>
  trialsOf(14, (i): Trial => {
    const works = (n: number): boolean => n % 2 === i % 2;
    return {
      reset: i === 0,
      wires: Object.fromEntries(names.map((name, n) => [`${name}_clear`, works(n) ? 0 : 1])),
      streams: Object.assign(
        {},
        ...names.filter((_, n) => works(n)).map((name) => streams(name, r)),
      ) as Trial['streams'],
    };
  });

const packets = (r: Random, part: typeof dealt, port: string, count: number): SimItem[] =>
  listOf(count, () => r.integer(1, 4)).flatMap((items) =>
    listOf(items, (n) => randomItem(streamFields(part, port), r, { last: n === items - 1 ? 1 : 0 })),
  );

export const turnChecks: readonly ComponentCheck[] = [
  {
    name: 'deal bench',
    part: dealt,
    trials: taking((name, r) => ({ [`${name}_from`]: packets(r, dealt, `${name}_from`, r.integer(3, 20)) })),
  },
  {
    name: 'collect bench',
    part: collected,
    trials: taking((name, r) => {
      // The last ways may have one less, so that it is anybody's turn at the end. Of items in turn the packets do not matter.
      const { ways, by } = shapes[name];
      const total = r.integer(3, 12 * ways);
      return Object.fromEntries(
        listOf(ways, (way) => {
          const port = `${name}_from${way}`;
          const count = Math.floor((total + ways - 1 - way) / ways);
          const items = packets(r, collected, port, count);
          return [port, by === 'item' ? items.slice(0, count) : items];
        }),
      );
    }),
    steady: names.map((name) => `${name}_to`),
  },
];
