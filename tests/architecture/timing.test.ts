/** The timing model against the counters of the RTL: the designs of the sweep, so that their simulations are built already. */
import { describe, expect, test } from 'vitest';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { SprintTiming } from '../../src/architectures/sprint/timing/timing.ts';
import { countersOf } from '../../src/explore/counters.ts';
import { expectedHead, headCase, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { Random } from '../../src/explore/verify/random.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import { randomSprint } from './random-designs.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
const count = Number(process.env['PRUNUS_TIMING'] ?? 6);
const heads = 5;

/** A head of small random numbers, with a threshold somewhere between keeping all and keeping nothing. */
function randomHead(random: Random, tokens: number, dim: number) {
  const length = random.integer(1, tokens);
  const vector = () => Int8Array.from({ length: length * dim }, () => random.integer(-60, 60));
  const threshold = random.integer(-40, 40) * Math.round(Math.sqrt(dim));
  return {
    length,
    causal: random.integer(0, 2) === 0,
    prune: random.integer(0, 3) > 0,
    scoreShift: 22,
    expShift: random.integer(0, 4),
    noiseSeed: random.integer(0, 1e6),
    q: vector(),
    k: vector(),
    v: vector(),
    multiplier: new Uint16Array(length).fill(40_000),
    threshold: new Int32Array(length).fill(threshold),
  };
}

describe(`timing model, seed ${seed}`, () => {
  test.each(Array.from({ length: count }, (_, i) => i))('design %i: every cycle and every fetch', async (index) => {
    const part = sprint(randomSprint(new Random(seed, index)));
    const design = headDesign(part, 'sweep', machines.sprint)!;
    const random = new Random(seed, 1000 + index);
    const all = Array.from({ length: heads }, () => randomHead(random, design.tokens, design.dim));
    const simulation = await openSimulation(simTop(design.netlist, 'simulation'));
    const results = await simulation.run(all.map((head, i) => headCase(design, head, { reset: i === 0 })));
    const predict = design.machine!.predictor();
    for (const [i, head] of all.entries()) {
      expect(
        predict(head, expectedHead(design, head).output!),
        `seed ${seed} design ${index} head ${i}: ${JSON.stringify(part.parameters)}`,
      ).toEqual(countersOf(results[i]!));
    }
  });

  test('is not satisfied by anything: another memory gives other cycles', () => {
    const head = { length: 16, prune: true, kept: new Uint8Array(256).fill(1) };
    const cycles = (tCL: number) =>
      new SprintTiming(sprint({ tokens: 16, dim: 8, memory: { tCL } }).parameters as never).head(head).cycles;
    expect(cycles(30)).toBeGreaterThan(cycles(2));
  });
});
