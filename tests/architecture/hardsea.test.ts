/** HARDSEA's accelerator: RTL against the functional model and the network of its parts, in every form of relevance. */
import { describe, expect, test } from 'vitest';
import { hardsea } from '../../src/architectures/hardsea/hardsea.ts';
import type { HardseaInput } from '../../src/architectures/hardsea/parameters.ts';
import { countersOf } from '../../src/explore/counters.ts';
import { expectedHead, headCase, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);

const spread = { programSigma: 0.05, readSigma: 0.02, comparatorSigma: 0.02, jitterSigma: 0.01 };
const designs: HardseaInput[] = [
  { tokens: 48, dim: 16, rankers: 3, valueWays: 2, device: spread },
  {
    tokens: 33,
    dim: 15,
    subspaces: 5,
    centroids: 4,
    relevance: 'count',
    lanes: 4,
    units: 3,
    queriesAhead: 2,
    valueWays: 4,
  },
  { tokens: 20, dim: 8, subspaces: 4, centroids: 32, relevance: 'table', lanes: 32, crossingBits: 5, evaluation: 1 },
  { tokens: 1, dim: 2, subspaces: 2, outputBeats: 1 },
  {
    tokens: 9,
    dim: 3,
    subspaces: 1,
    centroids: 2,
    lanes: 1,
    units: 1,
    rankers: 2,
    cellBits: 7,
    dacBits: 8,
    outputBeats: 2,
  },
];

describe.each(designs.map((d) => [JSON.stringify(d), d] as const))(`HARDSEA, seed ${seed}: %s`, (_, input) => {
  const design = headDesign(hardsea(input), 'hardsea', machines.hardsea)!;
  const top = simTop(design.netlist);

  test('is silent in lint, in both forms of its array', async () => {
    for (const flow of ['simulation', 'emulation'] as const) {
      const { files, top: name } = simTop(design.netlist, flow);
      expect(await lintVerilog(files, { top: name }), flow).toEqual([]);
    }
  });

  test('random heads: RTL, functional model and process network agree', async () => {
    const report = await verify(headSubject(design, seed), top, { first: 0, last: 39, jobs: 1 });
    expect(report).toMatchObject({ cases: 40, mismatches: 0, failedCases: 0, failures: [], modelFailures: [] });
    expect(report.modelChecks).toBeGreaterThan(0);
  });

  test('the timing model knows every counter', async () => {
    const heads = Array.from({ length: 10 }, (__, i) => headTrial(design, seed + 1, i).head);
    const simulation = await openSimulation(top);
    const results = await simulation.run(heads.map((head, i) => headCase(design, head, { reset: i === 0 })));
    const predict = design.machine!.predictor();
    for (const [i, head] of heads.entries()) {
      const output = expectedHead(design, head).output!;
      expect(predict(head, output), `head ${i}`).toEqual(countersOf(results[i]!));
    }
  });
});

test('exact devices: the synthesizable array computes what the behavioural one does', async () => {
  const design = headDesign(hardsea({ tokens: 24, dim: 8 }), 'hardsea', machines.hardsea)!;
  const top = simTop(design.netlist, 'emulation');
  const report = await verify(headSubject(design, seed), top, { first: 0, last: 39, jobs: 1 });
  expect(report).toMatchObject({ cases: 40, mismatches: 0, failedCases: 0, failures: [] });
});
