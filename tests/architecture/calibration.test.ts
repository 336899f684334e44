/** SPRINT with replica columns: the controller's calibration in the RTL, against functional, network and timing model. */
import { describe, expect, test } from 'vitest';
import type { SprintInput } from '../../src/architectures/sprint/parameters.ts';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { countersOf } from '../../src/explore/counters.ts';
import { expectedHead, headCase, type HeadDesign, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { calibratedGain } from '../../src/reram/calibration.ts';
import { replicaCounter } from '../../src/reram/programmed.ts';
import { compareResults } from '../../src/sim/compare.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { type Engine, openSimulation } from '../../src/sim/simulation.ts';
import type { SimTop } from '../../src/sim/top.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
const shape: SprintInput = {
  tokens: 22,
  dim: 13,
  tile: { rows: 5, columns: 3, cellBits: 3 },
  memory: { channels: 2, banks: 2, tAxTh: 5 },
};
const wired: SprintInput['reram'] = { device: 'reram65', wordOhms: 2000, bitOhms: 2000, calibration: 'replica' };
const designOf = (reram: SprintInput['reram']): HeadDesign =>
  headDesign(sprint({ ...shape, reram }), 'calibrated', machines.sprint)!;
const design = designOf(wired);
const top = simTop(design.netlist);

const headsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => headTrial(design, seed, first + i).head);

/** Icarus where one would only wait for a build. */
async function run(of: SimTop, heads: ReturnType<typeof headsFrom>, by = design, engine: Engine = 'verilator') {
  const simulation = await openSimulation(of, { engine });
  const expected = heads.map((head) => expectedHead(by, head));
  const results = await simulation.run(heads.map((head, i) => headCase(by, head, { reset: i === 0 })));
  const wanted = expected.map(({ items, wires }) => ({ streams: { result: items }, wires }));
  return { results, expected, compared: compareResults(of, results, wanted) };
}

describe(`SPRINT with replica columns, seed ${seed}`, () => {
  test('is silent in lint, in every form', async () => {
    for (const each of [design, designOf({ calibration: 'replica' })]) {
      for (const flow of ['simulation', 'emulation'] as const) {
        const { files, top: name } = simTop(each.netlist, flow);
        expect(await lintVerilog(files, { top: name }), flow).toEqual([]);
      }
    }
  });

  test('random heads with stalls: RTL, functional model and process network agree', async () => {
    const report = await verify(headSubject(design, seed), top, { first: 0, last: 39, jobs: 1 });
    expect(report).toMatchObject({ cases: 40, mismatches: 0, failures: [], modelFailures: [] });
    expect(report.modelChecks).toBeGreaterThan(0);
  });

  test('the timing model knows every counter: a calibration a head, when its first query comes', async () => {
    const heads = headsFrom(100, 12);
    const { results, expected, compared } = await run(top, heads);
    expect(compared).toMatchObject({ ok: true });
    const predict = design.machine!.predictor();
    const without = designOf({ ...wired, calibration: 'none' }).machine!.predictor();
    let longer = 0;
    heads.forEach((head, i) => {
      const output = expected[i]!.output!;
      const counters = countersOf(results[i]!);
      expect(predict(head, output), `head ${i}`).toEqual(counters);
      longer += Number(counters.cycles > without(head, output).cycles);
    });
    expect(longer).toBe(heads.filter((head) => head.prune).length);
  });

  test('the ideal form finds a gain of 1 and keeps what it would without', async () => {
    const ideal = designOf({ calibration: 'replica' });
    const plain = headDesign(sprint(shape), 'plain', machines.sprint)!;
    const heads = headsFrom(200, 4);
    const { compared } = await run(simTop(ideal.netlist, 'emulation'), heads, ideal, 'icarus');
    expect(compared).toMatchObject({ ok: true, mismatches: [] });
    for (const head of heads) expect(expectedHead(ideal, head).items).toEqual(expectedHead(plain, head).items);
  });

  test('gains are not 1, and a bit of one that is wrong is seen', async () => {
    const heads = headsFrom(300, 16).filter((head) => head.prune);
    const shapeOf = { tokens: 22, dim: 13, channels: 2, banks: 2, columns: 3, cellBits: 3, dacBits: 4 };
    const gains = heads.flatMap((head) => {
      const { replicas } = design.programming!.of(head) as unknown as {
        replicas: Map<number, Parameters<typeof calibratedGain>[1]>;
      };
      return Array.from(replicas, ([tile, r]) =>
        calibratedGain(shapeOf, r, head.noiseSeed, replicaCounter(shapeOf, tile)),
      );
    });
    expect(new Set(gains).size).toBeGreaterThan(10);
    expect(Math.max(...gains.filter((g) => g < 512))).toBeGreaterThan(300);
    const files = top.files.map((file) => ({
      ...file,
      text: file.text.replace('bank_sample) gain0 <= tiles0_replica ? trial0 : found0', 'bank_sample) gain0 <= found0'),
    }));
    expect(files.some((file, n) => file.text !== top.files[n]!.text)).toBe(true);
    const { compared } = await run({ ...top, files }, heads.slice(0, 4), design, 'icarus');
    expect(compared.mismatchCount).toBeGreaterThan(0);
  });
});
