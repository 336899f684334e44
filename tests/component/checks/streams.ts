/** Components that pass, copy, compare and add items: every item by its own. */
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { fork } from '../../../src/components/fork/fork.ts';
import { merge } from '../../../src/components/merge/merge.ts';
import { normaliser } from '../../../src/components/normaliser/normaliser.ts';
import { peak } from '../../../src/components/peak/peak.ts';
import { reciprocal } from '../../../src/components/reciprocal/reciprocal.ts';
import { bits, payload, signed, vector } from '../../../src/dsl/kinds.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import { reciprocal as reciprocalOf } from '../../../src/numerics/softmax.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

const mixed = payload('mixed', { number: signed(13), flag: bits(1), row: vector(5, bits(7)), wide: bits(40) });
const single = payload('single', { flag: bits(1) });

const queues = bench('bench_fifo', {
  two: fifo(mixed, 2),
  three: fifo(mixed, 3),
  four: fifo(single, 4),
  seven: fifo(mixed, 7),
  sixteen: fifo(single, 16),
});
const copies = bench('bench_fork', {
  one: fork(mixed, 1),
  two: fork(mixed, 2),
  three: fork(single, 3),
  five: fork(mixed, 5),
});

/** Anything at every input. */
const anything = (part: typeof queues, inputs: readonly string[], count: number) => (r: Random) =>
  trialsOf(count, () => ({
    streams: Object.fromEntries(
      inputs.map((name) => [name, listOf(r.integer(0, 60), () => randomItem(streamFields(part, name), r))]),
    ),
  }));

const peaks = bench('bench_peak', {
  one: peak({ ways: 1, scoreBits: 12 }),
  two: peak({ ways: 2, scoreBits: 12 }),
  five: peak({ ways: 5, scoreBits: 4 }),
  sixteen: peak({ ways: 16, scoreBits: 24 }),
});

function peakTrials(r: Random): Trial[] {
  return trialsOf(10, () => {
    const count = r.integer(1, 50);
    const quiet = r.pick([0, 0.2, 0.7, 1]);
    const streams = Object.entries({ one: 1, two: 2, five: 5, sixteen: 16 }).flatMap(([name, ways]) =>
      Array.from({ length: ways }, (_, way): [string, SimItem[]] => {
        const port = `${name}_from${way}`;
        const fields = streamFields(peaks, port);
        // The score of an empty peak is 0 in the design; it must not matter.
        return [port, listOf(count, () => randomItem(fields, r, { empty: r.chance(quiet) ? 1 : 0 }))];
      }),
    );
    return { streams: Object.fromEntries(streams) };
  });
}

const mergeShapes = {
  one: { ways: 1, lanes: 4, accumulatorBits: 33, sumBits: 24 },
  two: { ways: 2, lanes: 16, accumulatorBits: 33, sumBits: 24 },
  four: { ways: 4, lanes: 3, accumulatorBits: 35, sumBits: 26 },
  seven: { ways: 7, lanes: 1, accumulatorBits: 12, sumBits: 5 },
};
const merges = bench('bench_merge', {
  one: merge(mergeShapes.one),
  two: merge(mergeShapes.two),
  four: merge(mergeShapes.four),
  seven: merge(mergeShapes.seven),
});

function mergeTrials(r: Random): Trial[] {
  return trialsOf(10, () => {
    const streams: Record<string, SimItem[]> = {};
    for (const [name, { ways, lanes, accumulatorBits, sumBits }] of Object.entries(mergeShapes)) {
      const lengths = listOf(r.integer(1, 15), () => r.integer(1, 5));
      const data = Math.floor(2 ** (accumulatorBits - 1) / ways);
      const most = Math.floor(2 ** sumBits / ways);
      const extreme = r.chance(0.2);
      for (let way = 0; way < ways; way++) {
        streams[`${name}_partial${way}`] = lengths.flatMap((beats) => {
          const none = r.chance(0.4) ? 1 : 0;
          return listOf(beats, (beat) => ({
            data: listOf(lanes, () => (extreme ? r.pick([-data, data - 1]) : r.integer(-data, data - 1))),
            sum: extreme ? most - 1 : r.integer(0, most - 1),
            none,
            last: beat === beats - 1 ? 1 : 0,
          }));
        });
      }
    }
    return { streams };
  });
}

/** Sums that matter: powers of two and their neighbours, the limits, and of every length. */
function sums(r: Random, width: number): number[] {
  const powers = Array.from({ length: width }, (_, b) => 2 ** b);
  const near = powers.flatMap((p) => [p - 1, p, p + 1]).filter((n) => n < 2 ** width);
  const any = powers.flatMap((p) => listOf(4, () => r.integer(p, 2 * p - 1)));
  return [...near, 2 ** width - 1, 2 ** width - 2, ...any].filter((n) => n >= 0);
}

const reciprocalCheck = (name: string, widths: readonly number[]): ComponentCheck => {
  const parts = widths.map((sumBits, i) => [`w${sumBits}`, reciprocal({ sumBits, bitsPerStage: 1 + ((i * 5) % 16) })]);
  const part = bench(name, Object.fromEntries(parts));
  return {
    name,
    part,
    steady: widths.map((width) => `w${width}_scale`),
    trials: (r) =>
      trialsOf(2, () => ({
        streams: Object.fromEntries(widths.map((width) => [`w${width}_total`, sums(r, width).map((sum) => ({ sum }))])),
      })),
  };
};

const normaliserShapes = {
  one: { lanes: 1, accumulatorBits: 33, sumBits: 24 },
  several: { lanes: 5, accumulatorBits: 35, sumBits: 26 },
  narrow: { lanes: 2, accumulatorBits: 26, sumBits: 18 },
  whole: { lanes: 3, accumulatorBits: 30, sumBits: 21, fractionBits: 0 },
};
const normalisers = bench('bench_normaliser', {
  one: normaliser(normaliserShapes.one),
  several: normaliser(normaliserShapes.several),
  narrow: normaliser(normaliserShapes.narrow),
  whole: normaliser(normaliserShapes.whole),
});

function normaliserTrials(r: Random): Trial[] {
  return trialsOf(12, () => {
    const streams: Record<string, SimItem[]> = {};
    for (const [name, { lanes, accumulatorBits, sumBits }] of Object.entries(normaliserShapes)) {
      const scales: SimItem[] = (streams[`${name}_scale`] = []);
      const merged: SimItem[] = (streams[`${name}_merged`] = []);
      for (let query = r.integer(1, 12); query > 0; query--) {
        // A sum holds at least one weight of 1.0; a query that kept nothing has none.
        const sum = r.chance(0.2)
          ? 0
          : Math.min(2 ** sumBits - 1, 2 ** 16 + r.integer(0, 2 ** r.integer(1, sumBits) - 1));
        const { r: inverse, z } = reciprocalOf(sum);
        scales.push({ reciprocal: inverse, exponent: z });
        // Averages of int8 values, and now and then what no attention gives: then the output saturates.
        const limit = r.chance(0.2) ? 2 ** (accumulatorBits - 1) : Math.min(2 ** (accumulatorBits - 1), 128 * sum);
        const beats = r.integer(1, 4);
        for (let beat = 1; beat <= beats; beat++) {
          const data = listOf(lanes, () =>
            r.chance(0.2) ? r.pick([-limit, limit - 1]) : r.integer(-limit, limit - 1),
          );
          merged.push({ data: sum ? data : listOf(lanes, () => 0), none: sum ? 0 : 1, last: beat === beats ? 1 : 0 });
        }
      }
    }
    return { streams };
  });
}

const widths = Array.from({ length: 47 }, (_, i) => i + 2);

export const streamChecks: readonly ComponentCheck[] = [
  {
    name: 'fifo',
    part: queues,
    steady: ['two_get', 'three_get', 'four_get', 'seven_get', 'sixteen_get'],
    trials: anything(queues, ['two_put', 'three_put', 'four_put', 'seven_put', 'sixteen_put'], 12),
  },
  {
    name: 'fork',
    part: copies,
    steady: ['one_to0', 'two_to1', 'three_to2', 'five_to4'],
    trials: anything(copies, ['one_from', 'two_from', 'three_from', 'five_from'], 12),
  },
  { name: 'peak', part: peaks, trials: peakTrials, steady: ['one_to0', 'two_to1', 'five_to4', 'sixteen_to15'] },
  {
    name: 'merge',
    part: merges,
    trials: mergeTrials,
    steady: ['one_merged', 'two_merged', 'four_merged', 'seven_merged'],
  },
  {
    name: 'normaliser',
    part: normalisers,
    trials: normaliserTrials,
    steady: Object.keys(normaliserShapes).map((name) => `${name}_result`),
  },
  reciprocalCheck(
    'reciprocal_even',
    widths.filter((w) => w % 2 === 0),
  ),
  reciprocalCheck(
    'reciprocal_odd',
    widths.filter((w) => w % 2 === 1),
  ),
];
