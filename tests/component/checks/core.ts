/** The arithmetic of a CORELET: dot products and scores, weights, weighted sums. */
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { peakPayload } from '../../../src/components/payloads.ts';
import { peak } from '../../../src/components/peak/peak.ts';
import { maxScoreShift, queryKeyUnit } from '../../../src/components/query-key-unit/query-key-unit.ts';
import { softmax } from '../../../src/components/softmax/softmax.ts';
import { valueUnit } from '../../../src/components/value-unit/value-unit.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, packet, shuffled, someOf, trialsOf } from './stimulus.ts';

const queryKeyShapes = {
  tiny: { dim: 1, localTokens: 1, cellBits: 8, scoreBits: 12, treeStep: 1 },
  eight: { dim: 8, localTokens: 20, cellBits: 4, scoreBits: 12, treeStep: 1 },
  odd: { dim: 15, localTokens: 100, cellBits: 7, scoreBits: 24, treeStep: 2 },
  narrow: { dim: 3, localTokens: 6, cellBits: 1, scoreBits: 4, treeStep: 10 },
};
const queryKey = bench('bench_query_key_unit', {
  tiny: queryKeyUnit(queryKeyShapes.tiny),
  eight: queryKeyUnit(queryKeyShapes.eight),
  odd: queryKeyUnit(queryKeyShapes.odd),
  narrow: queryKeyUnit(queryKeyShapes.narrow),
});

function queryKeyTrials(r: Random): Trial[] {
  return trialsOf(16, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { localTokens, scoreBits }] of Object.entries(queryKeyShapes)) {
      const queries = r.integer(1, 12);
      const fields = streamFields(queryKey, `${name}_tokens`);
      streams[`${name}_query`] = listOf(queries, () => randomItem(streamFields(queryKey, `${name}_query`), r));
      streams[`${name}_tokens`] = listOf(queries, () => packet(fields, r, someOf(r, localTokens))).flat();
      // Where scores neither all saturate nor all vanish, mostly.
      wires[`${name}_score_shift`] = r.pick([
        0,
        1,
        maxScoreShift,
        r.integer(28, 36) - scoreBits,
        r.integer(0, maxScoreShift),
      ]);
    }
    return { streams, wires };
  });
}

const softmaxShapes = {
  tiny: { dim: 1, localTokens: 1, scoreBits: 12, contexts: 2 },
  usual: { dim: 3, localTokens: 20, scoreBits: 12, contexts: 4 },
  narrow: { dim: 2, localTokens: 9, scoreBits: 4, contexts: 8 },
};
// The peak of all CORELETs comes from the softmax's own and that of another, which the bench stands for.
const weighing = bench(
  'bench_softmax',
  {
    tiny: softmax(softmaxShapes.tiny),
    usual: softmax(softmaxShapes.usual),
    narrow: softmax(softmaxShapes.narrow),
    tiny_peak: peak({ ways: 2, scoreBits: 12 }),
    usual_peak: peak({ ways: 2, scoreBits: 12 }),
    narrow_peak: peak({ ways: 2, scoreBits: 4 }),
    usual_queue: fifo(peakPayload(12), 4),
  },
  (at, { connect, pick }) => {
    connect(at.tiny.peak, pick(at.tiny_peak.from, 0));
    connect(pick(at.tiny_peak.to, 0), at.tiny.peaks);
    connect(at.usual.peak, pick(at.usual_peak.from, 0));
    connect(pick(at.usual_peak.to, 0), at.usual_queue.put);
    connect(at.usual_queue.get, at.usual.peaks);
    connect(at.narrow.peak, pick(at.narrow_peak.from, 0));
    connect(pick(at.narrow_peak.to, 0), at.narrow.peaks);
  },
);

function softmaxTrials(r: Random): Trial[] {
  return trialsOf(16, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { localTokens, scoreBits }] of Object.entries(softmaxShapes)) {
      const packets = listOf(r.integer(1, 20), () => someOf(r, localTokens));
      const scores = streamFields(weighing, `${name}_scores`);
      const tokens = streamFields(weighing, `${name}_tokens`);
      const limit = 2 ** (scoreBits - 1);
      // Scores near each other give weights that are neither 0 nor 1.
      const spread = r.pick([1, 20, 300, 2 * limit]);
      const one = (middle: number): number =>
        Math.max(-limit, Math.min(limit - 1, middle + r.integer(-spread, spread)));
      streams[`${name}_scores`] = packets.flatMap((tokensOf) => {
        const middle = r.integer(-limit, limit - 1);
        return packet(scores, r, tokensOf, () => ({ score: one(middle) }));
      });
      // The same tokens in another order.
      streams[`${name}_tokens`] = packets.flatMap((tokensOf) =>
        packet(
          tokens,
          r,
          shuffled(r, tokensOf.length).map((i) => tokensOf[i]!),
        ),
      );
      streams[`${name}_peak_from1`] = listOf(packets.length, () =>
        randomItem(streamFields(weighing, `${name}_peak_from1`), r, { empty: r.chance(0.5) ? 1 : 0 }),
      );
      wires[`${name}_exponent_shift`] = r.pick([0, 1, 3, r.integer(0, 8)]);
    }
    return { streams, wires };
  });
}

const valueShapes = {
  tiny: { dim: 1, tokens: 1, weightBits: 17, lanes: 1 },
  one: { dim: 5, tokens: 30, weightBits: 17, lanes: 5 },
  padded: { dim: 8, tokens: 100, weightBits: 8, lanes: 3 },
  beats: { dim: 15, tokens: 64, weightBits: 24, lanes: 1 },
};
const summing = bench('bench_value_unit', {
  tiny: valueUnit(valueShapes.tiny),
  one: valueUnit(valueShapes.one),
  padded: valueUnit(valueShapes.padded),
  beats: valueUnit(valueShapes.beats),
});

function valueTrials(r: Random): Trial[] {
  return trialsOf(12, (i) => {
    const streams: Record<string, SimItem[]> = {};
    for (const [name, { dim, tokens, weightBits }] of Object.entries(valueShapes)) {
      const fields = streamFields(summing, `${name}_weighted`);
      // The largest sums there are, of both signs.
      const most = { weight: 2 ** weightBits - 1, data: listOf(dim, (d) => ((d + i) % 2 ? 127 : -128)) };
      const size = () => (r.chance(0.5) ? r.integer(0, Math.min(4, tokens)) : r.integer(0, tokens));
      streams[`${name}_weighted`] =
        i < 2
          ? packet(fields, r, shuffled(r, tokens), () => most)
          : listOf(r.integer(1, 12), () => packet(fields, r, shuffled(r, size()))).flat();
    }
    return { streams };
  });
}

export const coreChecks: readonly ComponentCheck[] = [
  {
    name: 'query_key_unit',
    part: queryKey,
    trials: queryKeyTrials,
    steady: Object.keys(queryKeyShapes).map((name) => `${name}_scores`),
  },
  { name: 'softmax', part: weighing, trials: softmaxTrials },
  { name: 'value_unit', part: summing, trials: valueTrials },
];
