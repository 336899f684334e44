/** The paper's form of the softmax: the sum of the weights first, then 8-bit probabilities, and no division at the end. */
import { merge } from '../../../src/components/merge/merge.ts';
import { peak } from '../../../src/components/peak/peak.ts';
import { saturate } from '../../../src/components/saturate/saturate.ts';
import { softmax } from '../../../src/components/softmax/softmax.ts';
import { totalMerge } from '../../../src/components/total-merge/total-merge.ts';
import { valueUnit } from '../../../src/components/value-unit/value-unit.ts';
import { waitingScores, weightSum } from '../../../src/components/weight-sum/weight-sum.ts';
import type { Part } from '../../../src/dsl/component.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import { reciprocal } from '../../../src/numerics/softmax.ts';
import type { CaseResult, SimItem } from '../../../src/sim/cases.ts';
import { listOf, packet, shuffled, someOf, trialsOf } from './stimulus.ts';

/** Packets of scores that are near each other, or at both ends, with a peak for each that none of them exceeds. */
function scorePackets(part: Part, port: string, r: Random, packets: readonly (readonly number[])[], scoreBits: number) {
  const limit = 2 ** (scoreBits - 1);
  const fields = streamFields(part, port);
  const spread = r.pick([1, 20, 300, 2 * limit]);
  const clamp = (x: number) => Math.max(-limit, Math.min(limit - 1, x));
  const scores = packets.map((tokens) => {
    const middle = r.integer(-limit, limit - 1);
    return packet(fields, r, tokens, () => ({ score: clamp(middle + r.integer(-spread, spread)) }));
  });
  const peaks = scores.map((items): SimItem => {
    const kept = items.filter((i) => !i['empty']).map((i) => i['score'] as number);
    const own = Math.max(-limit, ...kept);
    return { score: r.chance(0.5) ? own : r.integer(own, limit - 1), empty: kept.length ? 0 : r.integer(0, 1) };
  });
  return { scores: scores.flat(), peaks };
}

const sumShapes = {
  tiny: { localTokens: 1, scoreBits: 12 },
  usual: { localTokens: 20, scoreBits: 12 },
  narrow: { localTokens: 9, scoreBits: 4 },
};
const sums = bench('bench_weight_sum', {
  tiny: weightSum(sumShapes.tiny),
  usual: weightSum(sumShapes.usual),
  narrow: weightSum(sumShapes.narrow),
});

function sumTrials(r: Random): Trial[] {
  return trialsOf(14, (i) => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { localTokens, scoreBits }] of Object.entries(sumShapes)) {
      // Many packets, whose sums leave slowly in trial 1: the queue is full for most of the time.
      const count = i === 1 ? 3 * waitingScores({ localTokens }) : r.integer(1, 25);
      const packets = listOf(count, () => someOf(r, localTokens));
      const { scores, peaks } = scorePackets(sums, `${name}_scores`, r, packets, scoreBits);
      streams[`${name}_scores`] = scores;
      streams[`${name}_peaks`] = peaks;
      wires[`${name}_exponent_shift`] = r.integer(0, 15);
    }
    const stall = [null, { seed: 1, validPercent: 100, readyPercent: 5 }][i];
    return { streams, wires, ...(i < 2 ? { stall } : {}) };
  });
}

/** Without stalls, sums leave as far from each other as their scores are many: one score a cycle, none lost between queries. */
function onePerCycle([result]: readonly CaseResult[], [trial]: readonly Trial[]): string[] {
  return Object.keys(sumShapes).flatMap((name) => {
    const { cycles } = result!.outputs[`${name}_total`]!;
    const scores = trial!.streams[`${name}_scores`]!;
    const rest = scores.length - 1 - scores.findIndex((s) => s['last'] === 1);
    const taken = cycles.at(-1)! - cycles[0]!;
    return taken === rest ? [] : [`${name}: ${rest} scores took ${taken} cycles`];
  });
}

const softmaxShapes = {
  tiny: { dim: 1, localTokens: 1, scoreBits: 12, contexts: 2, probabilityRounding: 'round' },
  rounded: { dim: 3, localTokens: 20, scoreBits: 12, contexts: 8, probabilityRounding: 'round' },
  cut: { dim: 2, localTokens: 9, scoreBits: 4, contexts: 4, probabilityRounding: 'truncate' },
} as const;
const normalisation = 'probability';
const weighing = bench(
  'bench_probability',
  {
    tiny: softmax({ ...softmaxShapes.tiny, normalisation }),
    rounded: softmax({ ...softmaxShapes.rounded, normalisation }),
    cut: softmax({ ...softmaxShapes.cut, normalisation }),
    tiny_peak: peak({ ways: 1, scoreBits: 12 }),
    rounded_peak: peak({ ways: 1, scoreBits: 12 }),
    cut_peak: peak({ ways: 1, scoreBits: 4 }),
  },
  (at, { connect, pick }) => {
    connect(at.tiny.peak, pick(at.tiny_peak.from, 0));
    connect(pick(at.tiny_peak.to, 0), at.tiny.peaks);
    connect(at.rounded.peak, pick(at.rounded_peak.from, 0));
    connect(pick(at.rounded_peak.to, 0), at.rounded.peaks);
    connect(at.cut.peak, pick(at.cut_peak.from, 0));
    connect(pick(at.cut_peak.to, 0), at.cut.peaks);
  },
);

/** The scale of a sum that has one weight of 1.0 at least, or of none. */
function randomScale(r: Random, none: boolean): SimItem {
  const sum = none ? 0 : r.pick([65536, 65537, 2 ** 20, 2 ** 20 + 1, r.integer(65536, 2 ** r.integer(17, 29))]);
  return { reciprocal: reciprocal(sum).r, exponent: reciprocal(sum).z };
}

function weighingTrials(r: Random): Trial[] {
  return trialsOf(16, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { localTokens, scoreBits }] of Object.entries(softmaxShapes)) {
      const packets = listOf(r.integer(1, 12), () => someOf(r, localTokens));
      const tokens = streamFields(weighing, `${name}_tokens`);
      streams[`${name}_scores`] = scorePackets(weighing, `${name}_scores`, r, packets, scoreBits).scores;
      // The same tokens in another order.
      streams[`${name}_tokens`] = packets.flatMap((of) =>
        packet(
          tokens,
          r,
          shuffled(r, of.length).map((i) => of[i]!),
        ),
      );
      streams[`${name}_scale`] = packets.map((of) => randomScale(r, of.length === 0 && r.chance(0.5)));
      wires[`${name}_exponent_shift`] = r.integer(0, 15);
    }
    return { streams, wires };
  });
}

const valueTokens = 40;
const mergeShape = { ways: 3, lanes: 4, accumulatorBits: 23, sumBits: 0 };
const others = bench('bench_without_division', {
  one: totalMerge({ ways: 1, localBits: 18, sumBits: 18 }),
  two: totalMerge({ ways: 2, localBits: 18, sumBits: 19 }),
  five: totalMerge({ ways: 5, localBits: 20, sumBits: 24 }),
  narrow: saturate({ lanes: 1, accumulatorBits: 17 }),
  wide: saturate({ lanes: 5, accumulatorBits: 25 }),
  values: valueUnit({ dim: 7, tokens: valueTokens, weightBits: 8, lanes: 4, sums: false }),
  sums: merge(mergeShape),
});

/** Packets of values; partial results that fit and end together; anything at the other inputs. */
function otherTrials(r: Random): Trial[] {
  const inputs = Object.entries(others.ports).flatMap(([name, p]) => (p.direction === 'in' ? [name] : []));
  return trialsOf(10, () => {
    const count = r.integer(1, 50);
    const most = Math.floor(2 ** (mergeShape.accumulatorBits - 1) / mergeShape.ways);
    const last = listOf(count, () => r.integer(0, 1));
    const of = (name: string): SimItem[] => {
      const fields = streamFields(others, name);
      if (name === 'values_weighted')
        return listOf(r.integer(1, 12), () => packet(fields, r, someOf(r, valueTokens))).flat();
      if (!name.startsWith('sums_')) return listOf(count, () => randomItem(fields, r));
      const data = () => listOf(mergeShape.lanes, () => r.pick([-most, most, r.integer(-most, most)]));
      return listOf(count, (i) => randomItem(fields, r, { data: data(), last: last[i]! }));
    };
    return { streams: Object.fromEntries(inputs.map((name) => [name, of(name)])) };
  });
}

export const normalisationChecks: readonly ComponentCheck[] = [
  { name: 'weight_sum', part: sums, trials: sumTrials, inspect: onePerCycle },
  { name: 'softmax', part: weighing, trials: weighingTrials },
  { name: 'total_merge, saturate, and value_unit and merge without sums', part: others, trials: otherTrials },
];
