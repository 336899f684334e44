/** From crossings to the numbers of kept keys: relevances, their selection and the walk through it, one behind the other. */
import { indexWalk } from '../../../src/components/index-walk/index-walk.ts';
import { relevance } from '../../../src/components/relevance/relevance.ts';
import { wordRoute } from '../../../src/components/word-route/word-route.ts';
import { relevanceSelect } from '../../../src/components/relevance-select/relevance-select.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { type Shape, sized } from './relevance.ts';
import { listOf, trialsOf } from './stimulus.ts';

const shapes = {
  nearest: { tokens: 24, subspaces: 3, centroids: 4, crossingBits: 4, lanes: 4, relevance: 'asymmetric' },
  equal: { tokens: 21, subspaces: 4, centroids: 2, crossingBits: 2, lanes: 8, relevance: 'count' },
} satisfies Record<string, Shape>;

export const chainNames = Object.keys(shapes) as (keyof typeof shapes)[];

export const chain = bench(
  'bench_relevance_chain',
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const parts = {
        sums: relevance(shape),
        select: relevanceSelect(sized(shape)),
        route: wordRoute({ tokens: shape.tokens, lanes: shape.lanes }),
        walk: indexWalk({ tokens: shape.tokens, lanes: shape.lanes }),
      };
      const part = bench(`chain_${name}`, parts, (at, { connect }) => {
        connect(at.sums.relevances, at.select.relevances);
        connect(at.select.words, at.route.words);
        connect(at.route.kept, at.walk.words);
      });
      return [name, part];
    }),
  ),
);

export function chainTrials(r: Random, count = 16): Trial[] {
  return trialsOf(count, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { tokens, crossingBits, subspaces, relevance: form }] of Object.entries(shapes)) {
      const length = r.integer(1, tokens);
      const shared = { length, causal: r.integer(0, 1), prune: r.chance(0.85) ? 1 : 0 };
      const most = form === 'count' ? subspaces : subspaces * (2 ** crossingBits - 1);
      for (const [of, value] of Object.entries(shared))
        wires[`${name}_sums_${of}`] = wires[`${name}_select_${of}`] = value;
      wires[`${name}_sums_clear`] = 0;
      wires[`${name}_select_top_k`] = r.chance(0.5) ? 0 : r.integer(1, length);
      wires[`${name}_select_diagonal`] = r.integer(0, 1);
      const fields = streamFields(chain, `${name}_sums_crossings`);
      const operations = [...listOf(length, (key) => key), ...listOf(length, (row) => tokens + row)];
      streams[`${name}_sums_crossings`] = shared.prune
        ? operations.map((operation) => randomItem(fields, r, { operation }))
        : [];
      streams[`${name}_select_sought`] = listOf(length, (row) => ({ row, threshold: r.integer(0, most) }));
    }
    return { reset: true, streams, wires };
  });
}

/** The keys that a query of a trial keeps, from what is said about them: no order, no words, no digits. */
export function keptKeys({ streams, wires }: Trial, name: keyof typeof shapes): number[][] {
  const { tokens, subspaces, centroids, relevance: form } = shapes[name];
  const wire = (of: string): number => wires![`${name}_select_${of}`]!;
  const crossings = streams[`${name}_sums_crossings`]! as unknown as Record<'codes' | 'winners', number[]>[];
  const find = (operation: number) => crossings.find((c) => (c as unknown as SimItem)['operation'] === operation)!;
  const worth = (row: number, key: number): number => {
    const [query, { winners }] = [find(tokens + row), find(key)];
    const parts = listOf(subspaces, (m) =>
      form === 'count' ? Number(winners[m] === query.winners[m]) : query.codes[m * centroids + winners[m]!]!,
    );
    return parts.reduce((a, b) => a + b);
  };
  return streams[`${name}_select_sought`]!.map((sought) => {
    const [row, threshold] = [sought['row'] as number, sought['threshold'] as number];
    const seen = listOf(wire('length'), (key) => key).filter((key) => !wire('causal') || key <= row);
    const kept = (key: number): boolean => {
      if (!wire('prune') || (wire('diagonal') && key === row)) return true;
      const own = worth(row, key);
      if (!wire('top_k')) return own >= threshold;
      const ahead = seen.filter((other) => worth(row, other) > own || (worth(row, other) === own && other < key));
      return ahead.length < wire('top_k');
    };
    return seen.filter(kept);
  });
}

export const relevanceChainChecks: readonly ComponentCheck[] = [
  { name: 'relevance_chain', part: chain, trials: chainTrials },
];
