/**
 * Whole designs of random parameters, each against the functional model and through both linters.
 * PRUNUS_SWEEP=N sweeps N designs (default 12), PRUNUS_SWEEP_SEED=S others than those of every run.
 */
import { describe, expect, test } from 'vitest';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { Random } from '../../src/explore/verify/random.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { randomSprint } from './random-designs.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
const count = Number(process.env['PRUNUS_SWEEP'] ?? 12);
/** Heads of a design; few of a slow one. */
const heads = 12;

describe(`random designs, seed ${seed}`, { timeout: 300_000 }, () => {
  test.each(Array.from({ length: count }, (_, i) => i))('design %i', async (index) => {
    const parameters = randomSprint(new Random(seed, index));
    const design = headDesign(sprint(parameters), 'sweep', machines.sprint)!;
    const files = designFiles(design.netlist);
    const tops = [simTop(design.netlist, 'simulation', files), simTop(design.netlist, 'emulation', files)];
    const says = `seed ${seed} design ${index}: ${JSON.stringify(parameters)}`;
    const messages = await Promise.all(tops.map((top) => lintVerilog(top.files, { top: top.top })));
    expect(messages.flat(), says).toEqual([]);
    const { failures, modelFailures, mismatches, words } = await verify(
      headSubject(design, seed * 1000 + index),
      tops[0]!,
      {
        first: 0,
        last: (parameters.tokens ?? 128) * (parameters.dim ?? 64) > 16384 ? heads / 3 - 1 : heads - 1,
        jobs: 1,
      },
    );
    expect({ failures, modelFailures, mismatches }, says).toEqual({ failures: [], modelFailures: [], mismatches: 0 });
    expect(words, says).toBeGreaterThan(0);
  });
});
