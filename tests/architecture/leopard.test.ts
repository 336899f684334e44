/** LeOPArd's accelerator: RTL against the functional model, the network of its parts and the timing model. */
import { describe, expect, test } from 'vitest';
import { leopard } from '../../src/architectures/leopard/leopard.ts';
import type { LeopardInput } from '../../src/architectures/leopard/parameters.ts';
import { leopardPresets } from '../../src/architectures/leopard/presets.ts';
import { countersOf, groupsHistogram } from '../../src/explore/counters.ts';
import { expectedHead, headCase, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);

const designs: LeopardInput[] = [
  { ...leopardPresets['leopard-ae'], tokens: 48, dim: 16 },
  { ...leopardPresets['leopard-hp'], tokens: 33, dim: 8 },
  { ...leopardPresets['leopard-baseline'], tokens: 32, dim: 8 },
  {
    units: 4,
    tokens: 7,
    dim: 8,
    groupBits: 3,
    valueWays: 4,

    outcomeQueue: 2,
    scoreQueue: 2,
    contexts: 2,
  },
  { units: 3, tokens: 40, dim: 15, groupBits: 3, queryBits: 9, keyBits: 7, valueBits: 8, outcomeQueue: 2, contexts: 2 },
  { units: 5, tokens: 20, dim: 8, groupBits: 1, queryBits: 6, keyBits: 6, valueBits: 8 },
];

describe.each(designs.map((d) => [JSON.stringify(d), d] as const))(`LeOPArd, seed ${seed}: %s`, (_, input) => {
  const part = leopard(input);
  const design = headDesign(part, 'leopard', machines.leopard)!;
  const top = simTop(design.netlist);

  test('is silent in lint', async () => {
    expect(await lintVerilog(top.files, { top: top.top })).toEqual([]);
  });

  test('random heads: RTL, functional model and process network agree', async () => {
    const report = await verify(headSubject(design, seed), top, { first: 0, last: 24, jobs: 1 });
    expect(report).toMatchObject({ cases: 25, mismatches: 0, failedCases: 0, failures: [], modelFailures: [] });
    expect(report.modelChecks).toBeGreaterThan(0);
  });

  test('the timing model knows every counter, and the functional model where keys stop', async () => {
    const heads = Array.from({ length: 6 }, (__, i) => headTrial(design, seed + 1, i).head);
    const simulation = await openSimulation(top);
    const results = await simulation.run(heads.map((head, i) => headCase(design, head, { reset: i === 0 })));
    const predict = design.machine!.predictor();
    for (const [i, head] of heads.entries()) {
      const output = expectedHead(design, head).output!;
      expect(predict(head, output), `head ${i}`).toEqual(countersOf(results[i]!));
      expect(groupsHistogram(results[i]!), `head ${i}`).toEqual(Array.from(output.histogram!));
    }
  });
});
