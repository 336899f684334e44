/** The paper's form of the softmax, component by component and as a whole. */
import { describe, expect, test } from 'vitest';
import { architectures } from '../../src/architectures/registry.ts';
import { sprintParameters } from '../../src/architectures/sprint/parameters.ts';
import { sprintHead } from '../../src/architectures/sprint/functional.ts';
import { peak } from '../../src/components/peak/peak.ts';
import { softmax } from '../../src/components/softmax/softmax.ts';
import { weightSum } from '../../src/components/weight-sum/weight-sum.ts';
import { runGolden } from '../../src/dsl/network.ts';
import { bench } from '../../src/explore/component-check/bench.ts';
import { headDesign, networkResult, resultItems } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { functionalDesign } from '../../src/explore/machines/sprint.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { reciprocal, weight } from '../../src/numerics/softmax.ts';
import type { SimItem } from '../../src/sim/cases.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { normalisationChecks } from './checks/normalisation.ts';
import { testChecks } from './run.ts';

const normalisation = 'probability';

testChecks(normalisationChecks);

describe('models against the formula', () => {
  const item = (index: number, score: number, last: number) => ({ index, score, empty: 0, last });

  test('weight_sum adds the weights of the distances from the peak', () => {
    const scores = [item(0, 100, 0), item(2, -30, 0), item(1, 90, 1), { index: 0, score: 5, empty: 1, last: 1 }];
    const peaks = [
      { score: 110, empty: 0 },
      { score: 7, empty: 0 },
    ];
    const part = bench('one', { weight_sum: weightSum({ localTokens: 20, scoreBits: 12 }) });
    const { total } = runGolden(part, { streams: { scores, peaks }, wires: { exponent_shift: 2 } });
    expect(total).toEqual([{ sum: weight(40) + weight(560) + weight(80) }, { sum: 0 }]);
  });

  // One token of weight 1.0: p = 65536 r / 2^(z+7), which is 256 of 256 for a sum of 1.0 and 128 for one of 2.0.
  test.each([
    ['round', 65536, 255],
    ['truncate', 65536, 255],
    ['round', 131072, 128],
    ['truncate', 131072, 128],
    ['round', 65536 * 3, 85],
    ['truncate', 65536 * 3, 85],
    ['round', 65536 * 1.5, 171],
    ['truncate', 65536 * 1.5, 170],
  ] as const)('softmax: %s 1.0 / %i', (probabilityRounding, sum, expected) => {
    const part = bench(
      'one',
      {
        weighing: softmax({ dim: 1, localTokens: 1, normalisation, probabilityRounding }),
        top: peak({ ways: 1, scoreBits: 12 }),
      },
      (at, { connect, pick }) => {
        connect(at.weighing.peak, pick(at.top.from, 0));
        connect(pick(at.top.to, 0), at.weighing.peaks);
      },
    );
    const { r, z } = reciprocal(sum);
    const { weighing_weighted: out } = runGolden(part, {
      streams: {
        weighing_scores: [item(0, -7, 1)],
        weighing_tokens: [{ index: 0, data: [3], empty: 0, last: 1 }],
        weighing_scale: [{ reciprocal: r, exponent: z }],
      },
      wires: { weighing_exponent_shift: 0 },
    });
    expect(out!.map((o) => o['weight'])).toEqual([expected]);
  });
});

describe.each([
  ['round', { corelets: 2, tokens: 24, dim: 8, bufferBytes: 64, contexts: 2, outputBeats: 2 }],
  ['truncate', { corelets: 4, tokens: 21, dim: 15, outputBeats: 3 }],
] as const)('SPRINT, probabilities: %s', (probabilityRounding, given) => {
  const part = architectures['sprint']!.make({ ...given, normalisation, probabilityRounding });
  const design = headDesign(part, 'probable', machines.sprint)!;

  test('RTL equals the functional model', async () => {
    const report = await verify(headSubject(design, 11), simTop(design.netlist), { first: 0, last: 29, jobs: 1 });
    expect(report).toMatchObject({ cases: 30, mismatches: 0, failedCases: 0, failures: [], modelFailures: [] });
  });

  test('the process network equals the functional model, and not the deferred one', () => {
    const probability = functionalDesign(sprintParameters.parse(part.parameters));
    let different = 0;
    for (let index = 0; index < 6; index++) {
      const { head } = headTrial(design, 5, index);
      const { out, none } = sprintHead(probability, head);
      const plain = (items: readonly SimItem[]) =>
        items.map((i) => ({ ...i, data: Array.from(i['data'] as number[]) }));
      expect(plain(networkResult(design, head))).toEqual(plain(resultItems(design, out, none)));
      const deferred = sprintHead({ ...probability, normalisation: 'deferred' }, head).out;
      if (deferred.some((x, i) => x !== out[i])) different++;
    }
    expect(different).toBeGreaterThan(0);
  });
});
