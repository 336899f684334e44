/** What joins the token stores to the memory channels: streams of several sources, in turns. */
import { fillRouter } from '../../../src/components/fill-router/fill-router.ts';
import { requestRouter } from '../../../src/components/request-router/request-router.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

const shapes = {
  tiny: { tokens: 1, channels: 1, corelets: 1 },
  single: { tokens: 20, channels: 1, corelets: 1 },
  channels: { tokens: 40, channels: 8, corelets: 2 },
  corelets: { tokens: 33, channels: 2, corelets: 8 },
  square: { tokens: 64, channels: 4, corelets: 4 },
  spare: { tokens: 5, channels: 8, corelets: 4 },
  few: { tokens: 4, channels: 2, corelets: 4 },
};
type Shape = (typeof shapes)[keyof typeof shapes];
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];

const requests = bench(
  'bench_request_router',
  Object.fromEntries(names.map((name) => [name, requestRouter(shapes[name])])),
);

/** Numbers that a store of lane `lane` may ask for. */
const numbersOf = ({ tokens, corelets }: Shape, lane: number): number => Math.ceil((tokens - lane) / corelets);

function requestTrials(r: Random): Trial[] {
  return trialsOf(10, (i) => {
    const streams: Record<string, SimItem[]> = {};
    for (const name of names) {
      const shape = shapes[name];
      for (const kind of ['keys', 'values']) {
        for (let lane = 0; lane < shape.corelets; lane++) {
          const count = i === 0 ? 30 : r.integer(0, 30);
          streams[`${name}_${kind}${lane}`] = listOf(count, () => ({
            index: r.integer(0, numbersOf(shape, lane) - 1),
          }));
        }
      }
    }
    // The first without stalls: what its sources get is compared below.
    return { streams, ...(i === 0 ? { stall: null } : {}) };
  });
}

/** Nobody waits much longer than the others: with all sources asking all the time, each has its turn in each round. */
function inspectTurns(results: readonly CaseResult[], trials: readonly Trial[]): string[] {
  return names.flatMap((name) => {
    const { corelets, channels } = shapes[name];
    if (corelets < channels) return [];
    return listOf(channels, (c) => c).flatMap((c) => {
      const { items, cycles } = results[0]!.outputs[`${name}_channels${c}`]!;
      const sources = items.map((item) => `${(item['token'] as number) % corelets} ${item['value'] as number}`);
      const size = (2 * corelets) / channels;
      const rounds = listOf(
        Math.floor(sources.length / size),
        (n) => new Set(sources.slice(n * size, (n + 1) * size)).size,
      );
      const given = trials[0]!.streams[`${name}_keys0`]!.length;
      const unfair = rounds.slice(0, given).filter((n) => n !== size).length;
      const gaps = cycles.filter((cycle, n) => n > 0 && cycle !== cycles[n - 1]! + 1).length;
      return [
        ...(unfair ? [`${name}_channels${c}: ${unfair} rounds in which a source has no turn`] : []),
        ...(gaps ? [`${name}_channels${c}: ${gaps} cycles without a request although there are some`] : []),
      ];
    });
  });
}

const fillShapes = {
  tiny: { ...shapes.tiny, dim: 1, cellBits: 8 },
  single: { ...shapes.single, dim: 3, cellBits: 4 },
  channels: { ...shapes.channels, dim: 2, cellBits: 1 },
  corelets: { ...shapes.corelets, dim: 2, cellBits: 4 },
  square: { ...shapes.square, dim: 5, cellBits: 7 },
  spare: { ...shapes.spare, dim: 1, cellBits: 3 },
  few: { ...shapes.few, dim: 1, cellBits: 4 },
};
const fills = bench('bench_fill_router', Object.fromEntries(names.map((name) => [name, fillRouter(fillShapes[name])])));

function fillTrials(r: Random): Trial[] {
  return trialsOf(10, (i) => {
    const streams: Record<string, SimItem[]> = {};
    for (const name of names) {
      const { tokens, channels, corelets } = shapes[name];
      for (let c = 0; c < channels; c++) {
        const port = `${name}_channels${c}`;
        const fields = streamFields(fills, port);
        const count = c >= tokens ? 0 : i === 0 ? 30 : r.integer(0, 30);
        const token = () => c + channels * r.integer(0, Math.ceil((tokens - c) / channels) - 1);
        // In the first, all channels have something for the value store of CORELET 0, where it can be, all the time.
        const given = (): SimItem => (i === 0 && c % corelets === 0 ? { token: c, value: 1 } : { token: token() });
        streams[port] = listOf(count, () => randomItem(fields, r, given()));
      }
    }
    return { streams, ...(i === 0 ? { stall: null } : {}) };
  });
}

/** Channels with something for the same store take turns, a vector a cycle. */
function inspectFillTurns(results: readonly CaseResult[]): string[] {
  return names.flatMap((name) => {
    const { tokens, channels, corelets } = shapes[name];
    const sources = listOf(channels, (c) => c).filter((c) => c % corelets === 0 && c < tokens).length;
    const { items, cycles } = results[0]!.outputs[`${name}_values0`]!;
    const channelsOf = items.slice(0, 30 * sources).map((item) => ((item['index'] as number) * corelets) % channels);
    const rounds = listOf(30, (n) => new Set(channelsOf.slice(n * sources, (n + 1) * sources)).size);
    const unfair = channels >= corelets ? rounds.filter((n) => n !== sources).length : 0;
    const late = cycles.slice(0, 30).filter((cycle, n) => n > 0 && cycle !== cycles[n - 1]! + 1).length;
    return [
      ...(unfair ? [`${name}_values0: ${unfair} rounds in which a channel has no turn`] : []),
      ...(late ? [`${name}_values0: ${late} cycles without a vector although there are some`] : []),
    ];
  });
}

// A channel's requests come from several stores; those of one store stay in order.
const requestsOfStore = Object.fromEntries(
  names.flatMap((name) => {
    const { channels, corelets } = shapes[name];
    const store = (item: SimItem) => 2 * ((item['token'] as number) % corelets) + (item['value'] as number);
    return listOf(channels, (c) => [`${name}_channels${c}`, store] as const);
  }),
);

// A store's vectors come from several channels; those of one channel stay in order.
const fillsOfChannel = Object.fromEntries(
  names.flatMap((name) => {
    const { channels, corelets } = shapes[name];
    return listOf(corelets, (lane) => lane).flatMap((lane) => {
      const channel = (item: SimItem) => ((item['index'] as number) * corelets + lane) % channels;
      return [[`${name}_keys${lane}`, channel] as const, [`${name}_values${lane}`, channel] as const];
    });
  }),
);

export const routerChecks: readonly ComponentCheck[] = [
  { name: 'request_router', part: requests, trials: requestTrials, shared: requestsOfStore, inspect: inspectTurns },
  { name: 'fill_router', part: fills, trials: fillTrials, shared: fillsOfChannel, inspect: inspectFillTurns },
];
