/**
 * Learned thresholds against their baselines, on one task and any seeds:
 *
 *     npm run experiments -- --task sentiment --seeds 1,2,3,4,5 [--set name=value]
 *     npm run experiments -- --task sentiment --seeds 1,2,3,4,5 --folds
 *     npm run experiments -- --task sentiment --seeds 1 --rtl
 *     npm run experiments -- --table
 *
 * What has its result, at this `pruning`, `pruneRate` and `distilStates`, in `scripts/experiments/results` is not run again. `--both` learns thresholds and
 * weights together alone, without quantiles and without thresholds by themselves; `--alone 0.5,0.6` learns thresholds by themselves, on the
 * weights of the unpruned model, for each of these values of `pruning`. `--folds` tests each seed on a fold of its own, 1 to 5 and again
 * from 1 on, so that seeds do not share their test sentences. `--rtl` runs sentences through the RTL with the
 * model that such a run has left in `rtl-out/learn`; `--table` prints the results as `docs/learn.md` has them; `--validation` looks at
 * the validation part instead of the test part, for choosing, and keeps nothing.
 */
import { parseArgs } from 'node:util';
import { fail } from '../../src/cli/failure.ts';
import { learningParameters } from '../../src/cli/learning.ts';
import type { LearnParameters } from '../../src/learn/parameters.ts';
import { folds } from '../../src/learn/tasks.ts';
import { type Examined, Laboratory, type Weights } from './laboratory.ts';
import { both, comparison, rateName, rates } from './learned.ts';
import { allResults, kindOf, storedResult, storeResult } from './results.ts';
import { rtl } from './rtl.ts';
import { printTable } from './table.ts';

/** What the experiments change of the defaults: the mails' numbers and lengths, so that they end within hours on two cores. */
const chosen: Readonly<Record<string, Partial<LearnParameters>>> = {
  sentiment: { trainExamples: 2000 },
  spam: { trainExamples: 800, validationExamples: 200, testExamples: 800, tokens: 32 },
};

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'sentiment' },
    seeds: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    rtl: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    validation: { type: 'boolean', default: false },
    'no-hardware': { type: 'boolean', default: false },
    both: { type: 'boolean', default: false },
    alone: { type: 'string', default: '' },
    folds: { type: 'boolean', default: false },
  },
});

/** Runs an experiment, and keeps what it found unless it looks at the validation part. */
async function run(
  kind: string,
  seed: number,
  p: LearnParameters,
  experiment: (lab: Laboratory, unpruned: Weights) => Promise<void>,
): Promise<void> {
  const examined: Examined = { validation: values.validation, hardware: !values['no-hardware'] };
  const lab = await Laboratory.open(values.task, seed, p, examined);
  await experiment(lab, await lab.unpruned());
  if (!examined.validation) lab.keepWeights();
  const result = lab.close();
  if (!examined.validation) storeResult(kind, result);
}

async function experiments(): Promise<void> {
  const common = learningParameters(values.set, chosen[values.task]);
  const alone = values.alone.split(',').filter(Boolean).map(Number);
  for (const seed of values.seeds.split(',').map(Number)) {
    const p = values.folds ? { ...common, fold: ((seed - 1) % folds) + 1 } : common;
    const kind = kindOf(p, alone.length > 0);
    const stored = values.validation ? undefined : storedResult(values.task, kind, seed);
    /* oxlint-disable no-await-in-loop -- one run, and one simulator, use one core */
    if (values.rtl) {
      console.log(JSON.stringify(await rtl(values.task, seed, p), null, 1));
    } else if (alone.length > 0) {
      const left = alone.filter((pruning) => stored?.rows[rateName(pruning)] === undefined);
      if (left.length > 0) await run(kind, seed, p, (lab, unpruned) => rates(lab, unpruned, left));
    } else if (!stored) {
      await run(kind, seed, p, values.both ? both : comparison);
    }
    /* oxlint-enable no-await-in-loop */
  }
}

try {
  if (values.table) printTable(allResults());
  else await experiments();
} catch (error) {
  process.exitCode = fail(error, false);
}
