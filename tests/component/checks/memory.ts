/** Main memory: tokens are written in one case, thresholded and read in the next, written over, and read again. */
import { type MemoryParameters, memoryParameters } from '../../../src/components/main-memory/layout.ts';
import { mainMemory, memoryChannel } from '../../../src/components/main-memory/main-memory.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomField, randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimItem } from '../../../src/sim/cases.ts';
import { listOf, shuffled } from './stimulus.ts';

type Shape = MemoryParameters & { readonly corelets: number };
const base = memoryParameters.parse({});
const shape = (change: Partial<Shape>): Shape => ({ ...base, corelets: 1, ...change });
const noWait = { tCL: 0, tRCD: 0, tRP: 0, tBURST: 1, tAxTh: 1 };

/** Keys longer than a tile's columns, banks of several tiles, all widths, fast and slow. */
const groups: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  main_memory_small: {
    segments: shape({ tokens: 40, dim: 8, channels: 4, banks: 4, corelets: 2, rows: 4, columns: 2 }),
    single: shape({
      ...noWait,
      tokens: 9,
      dim: 3,
      channels: 1,
      banks: 1,
      columns: 4,
      cellBits: 8,
      dacBits: 1,
      rowTokens: 1,
      queue: 2,
    }),
    long: shape({
      tokens: 64,
      dim: 2,
      channels: 1,
      banks: 4,
      tBURST: 3,
      tCL: 5,
      tRCD: 4,
      tRP: 3,
      rowTokens: 4,
      cellBits: 5,
      dacBits: 2,
    }),
  },
  main_memory_wide: {
    channels: shape({
      tokens: 50,
      dim: 15,
      channels: 8,
      banks: 1,
      corelets: 4,
      rows: 8,
      cellBits: 1,
      dacBits: 8,
      tCL: 3,
      tRCD: 7,
      tRP: 2,
      tBURST: 2,
      rowTokens: 2,
      queue: 3,
    }),
    lanes: shape({
      ...noWait,
      tokens: 20,
      dim: 3,
      channels: 1,
      banks: 8,
      corelets: 4,
      columns: 2,
      cellBits: 7,
      dacBits: 3,
    }),
  },
};
const noisy: Readonly<Record<string, Shape>> = {
  all: shape({
    tokens: 30,
    dim: 6,
    channels: 2,
    banks: 2,
    columns: 4,
    cellBits: 3,
    dacBits: 6,
    programSigma: 0.05,
    readSigma: 0.02,
    comparatorSigma: 0.02,
  }),
  some: shape({ ...noWait, tokens: 17, dim: 8, channels: 4, banks: 1, columns: 4, cellBits: 2, readSigma: 0.04 }),
};

function memoryTrials(part: ReturnType<typeof bench>, shapes: Readonly<Record<string, Shape>>, rounds: number) {
  return (r: Random): Trial[] => {
    const wires: Record<string, number> = {};
    for (const [name, { tokens }] of Object.entries(shapes)) {
      Object.assign(wires, { [`${name}_clear`]: 0, [`${name}_length`]: tokens, [`${name}_noise_seed`]: r.word() });
    }
    return listOf(rounds, (round): Trial[] => {
      const writes: Record<string, SimItem[]> = {};
      const reads: Record<string, SimItem[]> = {};
      const loaded: Record<string, number> = {};
      for (const [name, p] of Object.entries(shapes)) {
        const length = p.tokens;
        const fields = (port: string) => streamFields(part, `${name}_${port}`);
        // Real heads come in order; nothing here depends on it.
        const order = round % 2 ? shuffled(r, length) : listOf(length, (n) => n);
        writes[`${name}_write`] = order.map((index) => randomItem(fields('write'), r, { index }));
        if (round === 0) loaded[`${name}_loaded`] = 1;
        const spread = Math.sqrt(p.dim) * 2 ** (p.cellBits + p.dacBits - 1);
        reads[`${name}_lookup`] = listOf(round === 0 ? 30 : r.integer(1, 10), () => {
          const threshold = r.chance(0.1)
            ? (randomField(fields('lookup')['threshold']!, r, true) as number)
            : Math.round(spread * r.gaussian());
          return randomItem(fields('lookup'), r, { threshold });
        });
        for (let lane = 0; lane < p.corelets; lane++) {
          const most = Math.ceil((length - lane) / p.corelets);
          for (const kind of ['key', 'value']) {
            const count = most > 0 ? r.integer(0, 40) : 0;
            reads[`${name}_${kind}_requests${lane}`] = listOf(count, () => ({ index: r.integer(0, most - 1) }));
          }
        }
      }
      return [
        { reset: round === 0, streams: writes, wires, expectWires: loaded },
        { reset: false, streams: reads, given: { ...writes, ...reads }, wires },
      ];
    }).flat();
  };
}

function memoryCheck(name: string, shapes: Readonly<Record<string, Shape>>, rounds: number): ComponentCheck {
  const part = bench(`bench_${name}`, Object.fromEntries(Object.entries(shapes).map(([n, p]) => [n, mainMemory(p)])));
  // A bank answers a store's requests in order; banks and channels do not wait for each other.
  const shared = Object.entries(shapes).flatMap(([n, { corelets, channels, banks }]) =>
    listOf(corelets, (lane) => {
      const bankOf = (item: SimItem) => ((item['index'] as number) * corelets + lane) % (channels * banks);
      return [[`${n}_key_fills${lane}`, bankOf] as const, [`${n}_value_fills${lane}`, bankOf] as const];
    }).flat(),
  );
  return { name, part, trials: memoryTrials(part, shapes, rounds), shared: Object.fromEntries(shared) };
}

export const idealMemoryChecks = Object.entries(groups).map(([name, shapes]) => memoryCheck(name, shapes, 3));
export const noisyMemoryChecks = [memoryCheck('main_memory_noise', noisy, 2)];

const channelShapes = {
  usual: shape({
    tokens: 64,
    dim: 4,
    channels: 1,
    banks: 4,
    rowTokens: 4,
    tCL: 5,
    tRCD: 7,
    tRP: 3,
    tBURST: 2,
    tAxTh: 8,
  }),
  quick: shape({ ...noWait, tokens: 16, dim: 2, channels: 1, banks: 2, rowTokens: 2 }),
  bursts: shape({
    tokens: 100,
    dim: 2,
    channels: 1,
    banks: 2,
    rowTokens: 16,
    tCL: 9,
    tRCD: 2,
    tRP: 11,
    tBURST: 4,
    tAxTh: 3,
  }),
};
const channels = bench(
  'bench_memory_channel',
  Object.fromEntries(
    Object.entries(channelShapes).map(([name, p]) => [name, memoryChannel(memoryParameters.strip().parse(p))]),
  ),
);

/** Tokens read in turn and how long each takes; tokens of a bank are `banks` apart, those of a row next to each other in it. */
const steps = ['open', 'hit', 'conflict', 'hit', 'other bank', 'conflict'] as const;
const tokensOfSteps = ({ banks, rowTokens }: Shape): number[] => {
  const next = banks;
  const far = banks * rowTokens;
  return [0, next, far, far + next, 1, 0];
};

function latencyOf({ tCL, tRCD, tRP, tBURST }: Shape, step: (typeof steps)[number]): number {
  // Two cycles to get into the queue and out of the last stage, one for each command to the row.
  const read = tCL + tBURST + 2;
  if (step === 'hit') return read;
  return step === 'conflict' ? read + tRP + 1 + tRCD + 1 : read + tRCD + 1;
}

function channelTrials(r: Random): Trial[] {
  const wires: Record<string, number> = {};
  const writes: Record<string, SimItem[]> = {};
  const names = Object.keys(channelShapes) as (keyof typeof channelShapes)[];
  for (const name of names) {
    const { tokens } = channelShapes[name];
    const fields = streamFields(channels, `${name}_write`);
    // The last one written leaves the row of `conflict` open in bank 0; it is closed again by token 0 of the first step below.
    writes[`${name}_write`] = listOf(tokens, (index) => randomItem(fields, r, { index }));
    Object.assign(wires, { [`${name}_channel_number`]: 0, [`${name}_noise_seed`]: 0 });
  }
  const one = (streams: Trial['streams'], expect: Trial['streams'], reset = false): Trial => ({
    reset,
    streams,
    expect,
    wires,
    stall: null,
  });
  const datum = (name: keyof typeof channelShapes, token: number): SimItem => {
    const { value } = writes[`${name}_write`]![token]!;
    return { token, value: 1, data: Array.from(value as ArrayLike<number>, (v) => v & 255) };
  };
  const all = (of: (name: keyof typeof channelShapes) => SimItem[], port: string): Record<string, SimItem[]> =>
    Object.fromEntries(names.map((name) => [`${name}_${port}`, of(name)]));
  const reads = (of: (name: keyof typeof channelShapes) => number[], reset = false): Trial =>
    one(
      all((name) => of(name).map((token) => ({ token, value: 1 })), 'read'),
      all((name) => of(name).map((token) => datum(name, token)), 'data'),
      reset,
    );
  const lookups = (count: number): Trial =>
    one(
      all(
        (name) =>
          listOf(count, () => randomItem(streamFields(channels, `${name}_lookup`), r, { threshold: -(2 ** 27) })),
        'lookup',
      ),
      all(
        (name) =>
          listOf(count, () => {
            const { tokens, banks } = channelShapes[name];
            return { pruned: new Array<number>(Math.ceil(tokens / banks) * banks).fill(0) };
          }),
        'pruned',
      ),
    );
  return [
    one(writes, {}, true),
    // A reset closes all rows.
    ...steps.map((_, i) => reads((name) => [tokensOfSteps(channelShapes[name])[i]!], i === 0)),
    // A row's tokens one after the other, as fast as the bus allows.
    reads((name) => [0, channelShapes[name].banks]),
    reads((name) => listOf(8, (n) => (n % 2) * channelShapes[name].banks)),
    lookups(1),
    lookups(3),
    // All rows opened, in an order that leaves the turn at bank 0; then as many for each bank, which take turns.
    ...listOf(4, (bank) => reads((name) => (bank < channelShapes[name].banks ? [bank] : []))),
    reads((name) => listOf(24, (n) => n % channelShapes[name].banks)),
  ];
}

/** Times from the parameters alone, cycle by cycle. */
function inspectChannel(results: readonly CaseResult[]): string[] {
  return Object.entries(channelShapes).flatMap(([name, p]) => {
    const problems: string[] = [];
    const is = (what: string, got: number, wanted: number): void => {
      if (got !== wanted) problems.push(`${name}: ${what} takes ${got} cycles, expected ${wanted}`);
    };
    const { tCL, tBURST, tAxTh, tokens, banks, dim } = p;
    steps.forEach((step, i) => {
      const { accepted, outputs } = results[1 + i]!;
      is(
        `read ${i} (${step})`,
        outputs[`${name}_data`]!.cycles[0]! - accepted[`${name}_read`]![0]!,
        latencyOf(p, step),
      );
    });
    const { cycles } = results[8]!.outputs[`${name}_data`]!;
    for (let n = 1; n < cycles.length; n++) is(`read ${n} after the one before`, cycles[n]! - cycles[n - 1]!, tBURST);
    const bursts = Math.ceil((Math.ceil(tokens / banks) * banks) / (8 * dim));
    const copy = tCL + tBURST;
    const answer = tCL + tBURST * bursts;
    const first = results[9]!;
    const asked = first.accepted[`${name}_lookup`]![0]!;
    is('a lookup', first.outputs[`${name}_pruned`]!.cycles[0]! - asked, copy + tAxTh + 3 + answer);
    // Copying a query and evaluating the one before go on at the same time; so do evaluating and the answer before.
    const several = results[10]!.outputs[`${name}_pruned`]!.cycles;
    const round = Math.max(tAxTh + 4, answer + 1);
    is('the third lookup after the second', several[2]! - several[1]!, round);
    const written = results[0]!.accepted[`${name}_write`]!;
    const apart = Array.from(written.slice(1), (c, n) => c - written[n]!);
    is('the fastest write after another', Math.min(...apart), 2 * tBURST);
    return problems;
  });
}

export const channelChecks: readonly ComponentCheck[] = [
  { name: 'memory_channel', part: channels, trials: channelTrials, inspect: inspectChannel },
];
