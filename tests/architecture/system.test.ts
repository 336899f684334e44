/**
 * Systems around the three machines: the generated driver, compiled for this computer, runs heads through the Verilated design and
 * models of what is on its buses, with a protocol checker on every AXI port.
 */
import { describe, expect, test } from 'vitest';
import type { ArchitectureName } from '../../src/architectures/names.ts';
import { Job, type Manner, prompt, Results } from '../../src/explore/system/job.ts';
import { runSystemHeads } from '../../src/explore/system/heads.ts';
import { openSystem, type SystemSimulation } from '../../src/sim/system.ts';
import type { SystemOptions } from '../../src/system/options.ts';
import { emptyRows, layerOf, randomHeads, systemCase, wrongElements } from './system-cases.ts';

const slow: Manner = { seed: 9, validPercent: 45, readyPercent: 35, latency: 27 };
const manners = [prompt, slow];

const cases: [ArchitectureName, Partial<SystemOptions>][] = [
  ['sprint', { kind: 'memory', dataBits: 32, addressBits: 32 }],
  ['sprint', { kind: 'stream', dataBits: 64 }],
  ['leopard', { kind: 'memory', dataBits: 1024, readQueue: 8 }],
  ['leopard', { kind: 'stream', dataBits: 32 }],
  ['hardsea', { kind: 'memory', dataBits: 64 }],
  ['hardsea', { kind: 'stream', dataBits: 128 }],
];

describe.each(cases)('%s, %o', (architecture, options) => {
  const { design, system } = systemCase(architecture, options);
  const memory = options.kind === 'memory';
  let simulation: Promise<SystemSimulation> | undefined;
  const opened = () => (simulation ??= openSystem(system, { brief: true }));

  test('heads one after the other, whatever the buses do', async () => {
    const heads = randomHeads(design, 21, 8);
    for (const manner of manners) {
      const { outputs, runs } = await runSystemHeads(await opened(), heads, { manner });
      expect(wrongElements(design, heads, outputs)).toBe(0);
      expect(runs.reduce((n, r) => n + r.counters['rows_empty']!, 0)).toBe(emptyRows(design, heads));
      expect(runs.every((r) => r.badAccesses === 0)).toBe(true);
    }
  }, 300_000);

  test('a threshold a head, from registers or records', async () => {
    const heads = layerOf(design, 3, 3).map((h) => ({
      ...h,
      multiplier: h.multiplier.map(() => h.multiplier[0]!),
      threshold: Float64Array.from(h.threshold, () => h.threshold[0]!),
    }));
    const { outputs } = await runSystemHeads(await opened(), heads, { perQuery: false });
    expect(wrongElements(design, heads, outputs)).toBe(0);
  });

  test('a trim moves every threshold', async () => {
    const { thresholdBits } = system.core;
    const trim = -(2 ** Math.min(10, thresholdBits - 4));
    // Thresholds that no score reaches are as large as they can be, and cannot be moved up.
    const moves = (t: number) => Math.abs(t) < 2 ** (thresholdBits - 2);
    const heads = randomHeads(design, 8, 40)
      .filter((h) => h.prune && h.threshold.every(moves))
      .slice(0, 4);
    const moved = heads.map((h) => ({ ...h, threshold: h.threshold.map((t) => t - trim) }));
    const { outputs } = await runSystemHeads(await opened(), moved, { trim });
    expect([heads.length, wrongElements(design, heads, outputs)]).toEqual([4, 0]);
    const untrimmed = await runSystemHeads(await opened(), moved);
    expect(wrongElements(design, heads, untrimmed.outputs)).toBeGreaterThan(0);
  });

  test.runIf(memory)('a whole layer with one start: counters add up, rows may lie apart', async () => {
    const heads = layerOf(design, 11, 5);
    const alone = await Promise.all(heads.map(async (h) => runSystemHeads(await opened(), [h])));
    for (const manner of manners) {
      const { outputs, runs } = await runSystemHeads(await opened(), heads, { manner, spread: 100 });
      expect(runs.map((r) => [r.heads, r.headsDone])).toEqual([[5, 5]]);
      expect(wrongElements(design, heads, outputs)).toBe(0);
      const sum = (name: string) => alone.reduce((n, a) => n + a.runs[0]!.counters[name]!, 0);
      for (const name of Object.keys(runs[0]!.counters).filter((n) => /kept|empty|histogram/.test(n)))
        expect([name, runs[0]!.counters[name]]).toEqual([name, sum(name)]);
    }
  });
});

describe('what goes wrong', () => {
  const { design, system } = systemCase('sprint', { kind: 'memory', dataBits: 32, addressBits: 32 });
  const heads = layerOf(design, 5, 2);

  test('an error on the bus: told, with an interrupt, and the next run is in order', async () => {
    const simulation = await openSystem(system, { brief: true });
    for (const [errors, bit] of [
      [[0x1000, 0x1010], 3],
      [[0x1000, 0x8000], 4],
    ] as const) {
      await expect(runSystemHeads(simulation, heads, { manner: { ...prompt, errors } })).rejects.toThrow(
        /PR1003|errors: 0x/,
      );
      await expect(runSystemHeads(simulation, heads, { manner: { ...prompt, errors } })).rejects.toMatchObject({
        message: expect.stringMatching(bit === 3 ? /errors: 0x8\b/ : /errors: 0x18\b/),
      });
    }
    expect(wrongElements(design, heads, (await runSystemHeads(simulation, heads)).outputs)).toBe(0);
  });

  const places = (base: number) => {
    const at = { address: base, rowStride: 32, headStride: 1024 };
    return { q: at, k: at, v: at, o: { ...at, address: 0x8000 }, records: 0, scales: 0, scalesHeadStride: 0, group: 1 };
  };
  const run = { heads: 1, length: 4, causal: false, prune: false, perQuery: false, program: false };

  test('what does not fit is refused, and says why', async () => {
    const simulation = await openSystem(system, { brief: true });
    const job = new Job(system);
    job.manner(prompt);
    job.open();
    job.settings(
      [[0, 0, 0, 0, 0, 0]].map((w) => w.slice(0, 6)),
      0,
    );
    job.run({ ...run, length: 13, places: places(0x1000) });
    job.run({ ...run, heads: 0, places: places(0x1000) });
    job.run({ ...run, places: places(0x1002) });
    const results = new Results(await simulation.run(job.done));
    expect(results.opened()).toBe('ok');
    expect([results.run(), results.run(), results.run()].map((r) => [r.started, r.errors])).toEqual([
      ['refused', 2],
      ['refused', 2],
      ['refused', 4],
    ]);
  });

  test('a soft reset at any moment leaves the bus in order, and nothing behind', async () => {
    const simulation = await openSystem(system, { brief: true });
    const job = new Job(system);
    job.manner(slow);
    job.open();
    job.settings([[0, 0, 0, 0, 0, 0]], 0);
    const moments = [1, 7, 40, 111, 160, 222, 300, 371, 402, 455, 520, 611];
    for (const abortAfter of moments) job.run({ ...run, heads: 3, length: 12, places: places(0x1000), abortAfter });
    const results = new Results(await simulation.run(job.done));
    results.opened();
    for (const moment of moments) {
      const { started, ended, errors } = results.run();
      expect([moment, started, ended, errors]).toEqual([moment, 'ok', 'ok', 0]);
    }
  });

  test('heads that share keys and values', async () => {
    const [a, b] = heads as [(typeof heads)[0], (typeof heads)[0]];
    const shared = { ...b, k: a.k, v: a.v };
    const simulation = await openSystem(system, { brief: true });
    const { outputs } = await runSystemHeads(simulation, [a, shared, b, { ...a, k: b.k, v: b.v }], { group: 2 });
    expect(wrongElements(design, [a, shared, b, { ...a, k: b.k, v: b.v }], outputs)).toBe(0);
  });
});

test('a soft reset of a system with streams: the packet under way is dropped, the next run is in order', async () => {
  const { design, system } = systemCase('sprint', { kind: 'stream', dataBits: 64 });
  const simulation = await openSystem(system, { brief: true });
  const heads = layerOf(design, 5, 1);
  for (const abortAfter of [3, 60, 130, 200]) {
    const { outputs } = await runSystemHeads(simulation, heads, { manner: slow, abortFirst: abortAfter });
    expect(wrongElements(design, heads, outputs)).toBe(0);
  }
});

test('a transfer with settings of more queries than a head has', async () => {
  const { design, system } = systemCase('leopard', { kind: 'stream', dataBits: 1024 }, { tokens: 5 });
  const heads = randomHeads(design, 4, 6);
  const { outputs } = await runSystemHeads(await openSystem(system, { brief: true }), heads, { manner: slow });
  expect(wrongElements(design, heads, outputs)).toBe(0);
});

test('a packet that ends within a head is told', async () => {
  const { design, system } = systemCase('sprint', { kind: 'stream', dataBits: 64 });
  const simulation = await openSystem(system, { brief: true });
  const heads = layerOf(design, 5, 1);
  await expect(runSystemHeads(simulation, heads, { endAfter: 3 })).rejects.toThrow(/errors: 0x4\b/);
});
