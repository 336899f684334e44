/** What LeOPArd's dot-product units are, and what follows them: scores, the queue of kept keys, their values; HARDSEA's split of a query. */
import { bitsLeft, dotBits, signMagnitude, widthsOf } from '../../../src/components/dot-payloads.ts';
import { indexQueue, keptPayload, waitingIndices } from '../../../src/components/index-queue/index-queue.ts';
import { maxScoreShift } from '../../../src/components/query-key-unit/query-key-unit.ts';
import { querySplit } from '../../../src/components/query-split/query-split.ts';
import { scoreScale } from '../../../src/components/score-scale/score-scale.ts';
import { writePayload } from '../../../src/components/sequencer/sequencer.ts';
import { serialDot } from '../../../src/components/serial-dot/serial-dot.ts';
import { valueFetch } from '../../../src/components/value-fetch/value-fetch.ts';
import { valueSplit } from '../../../src/components/value-split/value-split.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimCase, SimItem } from '../../../src/sim/cases.ts';
import { firstThen } from './first-then.ts';
import { listOf, packet, shuffled, someOf, trialsOf } from './stimulus.ts';

const dotShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, groupBits: 1 },
  usual: { tokens: 16, dim: 8, queryBits: 12, keyBits: 12, groupBits: 2 },
  single: { tokens: 9, dim: 3, queryBits: 5, keyBits: 8, groupBits: 1 },
  uneven: { tokens: 5, dim: 5, queryBits: 3, keyBits: 7, groupBits: 3 },
  spare: { tokens: 3, dim: 2, queryBits: 8, keyBits: 8, groupBits: 7 },
  parallel: { tokens: 20, dim: 7, queryBits: 8, keyBits: 6, groupBits: 6 },
  scalar: { tokens: 2, dim: 1, queryBits: 2, keyBits: 2, groupBits: 2 },
  wide: { tokens: 2, dim: 15, queryBits: 16, keyBits: 16, groupBits: 5 },
};
type DotShape = (typeof dotShapes)['tiny'];
const dots = bench('bench_serial_dot', {
  tiny: serialDot(dotShapes.tiny),
  usual: serialDot(dotShapes.usual),
  single: serialDot(dotShapes.single),
  uneven: serialDot(dotShapes.uneven),
  spare: serialDot(dotShapes.spare),
  parallel: serialDot(dotShapes.parallel),
  scalar: serialDot(dotShapes.scalar),
  wide: serialDot(dotShapes.wide),
});

/** Elements that are all small, anything, or as far from 0 as they can be: of both signs, or those that agree in sign with `like`. */
function elements(r: Random, { dim }: DotShape, width: number, like?: readonly number[]): number[] {
  const low = -(2 ** (width - 1));
  const high = -low - 1;
  const kind = r.integer(0, 4);
  return listOf(dim, (i) => {
    if (kind === 0) return low;
    if (kind === 1) return r.pick([low, high, 0, -1]);
    if (kind === 2) return like && like[i]! < 0 ? low : high;
    if (kind === 3) return r.integer(-1, 1);
    return r.integer(low, high);
  });
}

/** The dot product of a query and the magnitude and sign of a key, its last `left` bits taken for 0. */
const seenDot = (query: readonly number[], key: readonly number[], left: number): number =>
  query.reduce((sum, q, i) => sum + q * Math.trunc(key[i]! / 2 ** left) * 2 ** left, 0);

const positiveSum = (data: readonly number[]): number => data.filter((q) => q > 0).reduce((sum, q) => sum + q, 0);

/** Keys of several queries; thresholds at, next to and far from what a key reaches or could reach. */
function dotTrials(r: Random): Trial[] {
  return trialsOf(14, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, p] of Object.entries(dotShapes)) {
      wires[`${name}_prune`] = r.chance(0.85) ? 1 : 0;
      const most = 2 ** (dotBits(p) - 1);
      const limit = 2 ** (p.keyBits - 1) - 1;
      const queries: SimItem[] = (streams[`${name}_query`] = []);
      const keys: SimItem[] = (streams[`${name}_keys`] = []);
      for (let q = r.integer(1, 12); q > 0; q--) {
        const data = elements(r, p, p.queryBits);
        const drawn = listOf(r.integer(1, 8), () =>
          elements(r, p, p.keyBits, data).map((k) => Math.max(-limit, Math.min(limit, k))),
        );
        const left = r.pick([0, 0, bitsLeft(p, 0), bitsLeft(p, 1)]);
        const near = seenDot(data, r.pick(drawn), left) + r.pick([0, 0, 1, -1, 2 ** left]);
        const threshold = r.pick([near, near, near, near, -most, most - 1, 0, r.integer(-most, most - 1)]);
        queries.push({ data, reach: positiveSum(data), threshold: Math.max(-most, Math.min(most - 1, threshold)) });
        drawn.forEach((key, n) => {
          // A zero may have either sign.
          const codes = key.map((k) => (k === 0 && r.chance(0.3) ? 2 ** (p.keyBits - 1) : signMagnitude(k, p.keyBits)));
          const given = { data: codes, fresh: n === 0 ? 1 : 0, index: r.integer(0, p.tokens - 1) };
          keys.push(randomItem(streamFields(dots, `${name}_keys`), r, given));
        });
      }
    }
    return { streams, wires };
  });
}

/** A group a cycle; the next key comes in the cycle in which the last group of this one is at hand. */
function inspectDots(results: readonly CaseResult[], _: readonly Trial[], cases: readonly SimCase[]): string[] {
  return results.flatMap(({ accepted, outputs }, i) =>
    Object.keys(dotShapes).flatMap((name) => {
      if (cases[i]!.stall) return [];
      const taken = accepted[`${name}_keys`]!;
      const { cycles, items } = outputs[`${name}_outcome`]!;
      return items.flatMap(({ group }, n) => {
        const last = taken[n]! + 1 + (group as number);
        const late = cycles[n] !== last + 1 || (n + 1 < taken.length && taken[n + 1] !== last);
        return late ? [`case ${i} ${name}: key ${n} of cycle ${taken[n]} is not done with in cycle ${last}`] : [];
      });
    }),
  );
}

const scaleShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, scoreBits: 4 },
  usual: { tokens: 30, dim: 8, queryBits: 12, keyBits: 12, scoreBits: 12 },
  odd: { tokens: 9, dim: 5, queryBits: 7, keyBits: 3, scoreBits: 24 },
  wide: { tokens: 64, dim: 32, queryBits: 16, keyBits: 16, scoreBits: 12 },
};
const scales = bench('bench_score_scale', {
  tiny: scoreScale(scaleShapes.tiny),
  usual: scoreScale(scaleShapes.usual),
  odd: scoreScale(scaleShapes.odd),
  wide: scoreScale(scaleShapes.wide),
});

function scaleTrials(r: Random): Trial[] {
  return trialsOf(20, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, p] of Object.entries(scaleShapes)) {
      const queries = r.integer(1, 12);
      const fields = (port: string) => streamFields(scales, `${name}_${port}`);
      const multiplier = () => ({ multiplier: r.pick([0, 1, 2 ** 16 - 1, r.integer(0, 2 ** 16 - 1)]) });
      streams[`${name}_multipliers`] = listOf(queries, multiplier);
      streams[`${name}_survivors`] = listOf(queries, () => packet(fields('survivors'), r, someOf(r, p.tokens))).flat();
      // Where scores neither all saturate nor all vanish, mostly.
      const middle = dotBits(p) + 16 - p.scoreBits + r.integer(-2, 2);
      wires[`${name}_score_shift`] = r.pick([
        0,
        1,
        maxScoreShift,
        Math.max(0, Math.min(maxScoreShift, middle)),
        r.integer(0, maxScoreShift),
      ]);
    }
    return { streams, wires };
  });
}

const queueShapes = { tiny: { tokens: 1 }, odd: { tokens: 5, scoreBits: 4 }, even: { tokens: 12 } };
const queues = bench('bench_index_queue', {
  tiny: indexQueue(queueShapes.tiny),
  odd: indexQueue(queueShapes.odd),
  even: indexQueue(queueShapes.even),
});

/** Enough to fill the queues several times; in some cases they are, in others they are mostly empty. */
function queueTrials(r: Random): Trial[] {
  return trialsOf(12, (i) => ({
    streams: Object.fromEntries(
      Object.entries(queueShapes).map(([name, { tokens }]) => {
        const fields = streamFields(queues, `${name}_scores`);
        return [`${name}_scores`, listOf(r.integer(12, 40), () => packet(fields, r, someOf(r, tokens))).flat()];
      }),
    ),
    ...(i % 3 === 0 ? { stall: { seed: r.word(), validPercent: 100, readyPercent: 8 } } : {}),
    ...(i % 3 === 2 ? { stall: null } : {}),
  }));
}

/** How many indices wait at most: as many as the memory has words, and the one at its output. */
function inspectQueues(results: readonly CaseResult[], _: readonly Trial[], cases: readonly SimCase[]): string[] {
  return results.flatMap(({ accepted, outputs }, i) =>
    Object.entries(queueShapes).flatMap(([name, { tokens }]) => {
      const most = waitingIndices(tokens) + 1;
      const taken = [...accepted[`${name}_scores`]!];
      const { cycles } = outputs[`${name}_kept`]!;
      const waiting = [...cycles].map((cycle, n) => taken.filter((c) => c < cycle).length - n);
      const high = Math.max(...waiting);
      const slow = cases[i]!.stall?.readyPercent === 8 && taken.length > 3 * most;
      const wrong = high > most || (slow && high < most);
      return wrong ? [`case ${i} ${name}: ${high} indices waited, where ${most} can`] : [];
    }),
  );
}

const valueShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, valueBits: 8 },
  usual: { tokens: 16, dim: 4, queryBits: 12, keyBits: 12, valueBits: 16 },
  odd: { tokens: 9, dim: 3, queryBits: 5, keyBits: 3, valueBits: 11 },
};
const fetching = (name: keyof typeof valueShapes) => {
  const p = valueShapes[name];
  const first = writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p));
  const order = firstThen({ id: `value_${name}`, tokens: p.tokens, first, second: keptPayload(p.tokens) });
  return bench(`bench_value_fetch_${name}`, { order, fetch: valueFetch(p) }, (at, { connect }) => {
    connect(at.order.first_on, at.fetch.write);
    connect(at.order.second_on, at.fetch.kept);
  });
};
const fetches = bench('bench_value_fetch', {
  tiny: fetching('tiny'),
  usual: fetching('usual'),
  odd: fetching('odd'),
});

/** Several heads, their tokens in order as the sequencer gives them; only the bench's own part has to be told that a new one begins. */
function valueTrials(r: Random): Trial[] {
  return listOf(10, (): Trial[] => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const cleared: Record<string, number> = {};
    for (const [name, { tokens }] of Object.entries(valueShapes)) {
      const length = r.pick([1, tokens, r.integer(1, tokens)]);
      const fields = (port: string) => streamFields(fetches, `${name}_${port}`);
      Object.assign(wires, { [`${name}_order_clear`]: 0, [`${name}_order_length`]: length });
      Object.assign(wires, { [`${name}_fetch_length`]: length });
      cleared[`${name}_order_clear`] = 1;
      streams[`${name}_order_first`] = listOf(length, (index) => randomItem(fields('order_first'), r, { index }));
      streams[`${name}_order_second`] = listOf(r.integer(1, 12), () =>
        packet(fields('order_second'), r, someOf(r, length)),
      ).flat();
    }
    return [
      { streams: {}, wires: { ...wires, ...cleared } },
      { streams, wires },
    ];
  }).flat();
}

const shareShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, valueBits: 8, valueWays: 1 },
  halves: { tokens: 16, dim: 4, queryBits: 12, keyBits: 12, valueBits: 16, valueWays: 2 },
  odd: { tokens: 9, dim: 3, queryBits: 5, keyBits: 3, valueBits: 11, valueWays: 2 },
  quarters: { tokens: 7, dim: 1, queryBits: 5, keyBits: 3, valueBits: 8, valueWays: 4 },
  single: { tokens: 4, dim: 2, queryBits: 5, keyBits: 3, valueBits: 8, valueWays: 4 },
};
const sharing = (name: keyof typeof shareShapes) => valueSplit(shareShapes[name]);
const shares = bench('bench_value_split', {
  tiny: sharing('tiny'),
  halves: sharing('halves'),
  odd: sharing('odd'),
  quarters: sharing('quarters'),
  single: sharing('single'),
});

/** Heads of all lengths, their tokens in any order; the lengths that are told add up to the head's, neighbours apart by one at most. */
const shareTrials = (r: Random): Trial[] =>
  listOf(16, (): Trial => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const expectWires: Record<string, number> = {};
    for (const [name, { tokens, valueWays }] of Object.entries(shareShapes)) {
      const length = r.integer(1, tokens);
      const fields = streamFields(shares, `${name}_write`);
      wires[`${name}_length`] = length;
      streams[`${name}_write`] = shuffled(r, length).map((index) => randomItem(fields, r, { index }));
      for (let way = 0; way < valueWays; way++)
        expectWires[`${name}_lengths${way}`] = listOf(length, (n) => n).filter((n) => n % valueWays === way).length;
    }
    return { streams, wires, expectWires };
  });

const splitShapes = {
  tiny: { tokens: 1, dim: 1, subspaces: 1, crossingBits: 2 },
  usual: { tokens: 20, dim: 8, subspaces: 4, crossingBits: 8 },
  odd: { tokens: 9, dim: 15, subspaces: 5, crossingBits: 3 },
};
const splits = bench('bench_query_split', {
  tiny: querySplit(splitShapes.tiny),
  usual: querySplit(splitShapes.usual),
  odd: querySplit(splitShapes.odd),
});

const splitTrials = (r: Random): Trial[] =>
  trialsOf(10, () => ({
    streams: Object.fromEntries(
      Object.keys(splitShapes).map((name) => {
        const fields = streamFields(splits, `${name}_rows`);
        return [`${name}_rows`, listOf(r.integer(0, 40), () => randomItem(fields, r))];
      }),
    ),
  }));

const portsOf = (shapes: object, ...ports: readonly string[]): string[] =>
  Object.keys(shapes).flatMap((name) => ports.map((port) => `${name}_${port}`));

export const serialChecks: readonly ComponentCheck[] = [
  { name: 'serial_dot bench', part: dots, trials: dotTrials, inspect: inspectDots },
  { name: 'score_scale bench', part: scales, trials: scaleTrials, steady: portsOf(scaleShapes, 'scores') },
  {
    name: 'index_queue bench',
    part: queues,
    trials: queueTrials,
    steady: portsOf(queueShapes, 'kept'),
    inspect: inspectQueues,
  },
  { name: 'value_fetch bench', part: fetches, trials: valueTrials, steady: portsOf(valueShapes, 'fetch_values') },
  { name: 'value_split bench', part: shares, trials: shareTrials },
  {
    name: 'query_split bench',
    part: splits,
    trials: splitTrials,
    steady: portsOf(splitShapes, 'driven', 'sought', 'queries', 'multipliers'),
  },
];
