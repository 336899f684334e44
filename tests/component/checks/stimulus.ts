/** What the stimulus functions of several components share. */
import type { Fields } from '../../../src/dsl/kinds.ts';
import type { Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';

export const listOf = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

export const trialsOf = (count: number, of: (i: number) => Trial): Trial[] => listOf(count, of);

/** The numbers 0 to count - 1 in any order. */
export function shuffled(r: Random, count: number): number[] {
  const order = listOf(count, (i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = r.integer(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** A packet with an item for each of `indices`; of none: one item that is `empty`. */
export function packet(
  fields: Fields,
  r: Random,
  indices: readonly number[],
  given: (index: number) => SimItem = () => ({}),
): SimItem[] {
  if (indices.length === 0) return [randomItem(fields, r, { index: 0, empty: 1, last: 1 })];
  return indices.map((index, n) =>
    randomItem(fields, r, { index, empty: 0, last: n === indices.length - 1 ? 1 : 0, ...given(index) }),
  );
}

/** Some of `count` tokens: none, one, all, or any. */
export function someOf(r: Random, count: number): number[] {
  const order = shuffled(r, count);
  return order.slice(0, r.pick([0, 1, count, r.integer(0, count), r.integer(0, count)]));
}
