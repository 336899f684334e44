/**
 * Whole designs of random parameters: SPRINTs against the functional model and through both linters, and designs of every machine through
 * both linters and both versions of Yosys, without a message (`npm run bench -- --only lint`: a hundred).
 * PRUNUS_SWEEP=N sweeps N designs of either kind (default 12 and 3), PRUNUS_SWEEP_SEED=S others than those of every run.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lintDesign, randomSubject } from '../../bench/lint.ts';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { Random } from '../../src/explore/verify/random.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { checkSynthesis, lintVerilog } from '../../src/sim/lint.ts';
import { openYosys, type Yosys, yosysKinds } from '../../src/synth/yosys.ts';
import { randomSprint } from './random-designs.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
const count = (otherwise: number): number[] =>
  Array.from({ length: Number(process.env['PRUNUS_SWEEP'] ?? otherwise) }, (_, i) => i);
/** Heads of a design; few of a slow one. */
const heads = 12;

describe(`random designs, seed ${seed}`, { timeout: 300_000 }, () => {
  test.each(count(12))('design %i', async (index) => {
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

describe(`random designs of every machine, seed ${seed}`, { timeout: 300_000 }, () => {
  let tools: Yosys[];
  beforeAll(async () => {
    tools = await Promise.all(yosysKinds.map(openYosys));
  });
  afterAll(() => Promise.all(tools.map((t) => t.close())));

  test.each(count(3))('lint of design %i', async (index) => {
    const subject = randomSubject(seed, index);
    expect(await lintDesign(subject, tools), `seed ${seed} design ${index}: ${JSON.stringify(subject)}`).toEqual([]);
  });

  test('a message of either version of Yosys is seen', async () => {
    const files = [{ path: 'rtl/bad.v', text: 'module bad (input a, output b);\n  assign b = a & c;\nendmodule\n' }];
    for (const yosys of tools) {
      const messages = await checkSynthesis(files, 'bad', { quick: true, yosys });
      expect(
        messages.map((m) => m.rule),
        yosys.version,
      ).toContain('implicit');
    }
  });
});
