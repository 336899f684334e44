/**
 * Learned thresholds against their baselines, on one task and any seeds:
 *
 *     npm run experiments -- --task sentiment --seeds 1,2,3,4,5 [--set name=value]
 *     npm run experiments -- --task sentiment --seeds 1,2,3,4,5 --folds
 *     npm run experiments -- --task sentiment --seeds 1 --rtl
 *     npm run experiments -- --table
 *
 * What has its result, with the same parameters, in `scripts/experiments/results` is not run again: of an experiment only the rows that
 * are missing. `--both` learns thresholds and weights together alone, without quantiles and without thresholds by themselves; `--alone 0.5,0.6` learns thresholds by themselves, on the
 * weights of the unpruned model, for each of these values of `pruning`. `--folds` tests each seed on a fold of its own, 1 to 5 and again
 * from 1 on, so that seeds do not share their test sentences. `--rtl` runs sentences through the RTL with the
 * model that such a run has left in `rtl-out/learn`; `--table` prints the results as `docs/learn.md` has them; `--validation` looks at
 * the validation part instead of the test part, for choosing, and keeps nothing. `--blas libopenblas.so.0` multiplies with that library.
 */
import { parseArgs } from 'node:util';
import { fail } from '../../src/cli/failure.ts';
import { Laboratory, type Weights } from './laboratory.ts';
import { parts, rateName, rates } from './learned.ts';
import { parametersOf } from './recipe.ts';
import { allResults, type Asked, type Result, storedResult, storeResult } from './results.ts';
import { rtl } from './rtl.ts';
import { printTable } from './table.ts';

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
    blas: { type: 'string' },
  },
});

/** Runs an experiment, and keeps what it found unless it looks at the validation part. */
async function run(
  asked: Asked,
  stored: Result | undefined,
  experiment: (lab: Laboratory, unpruned: Weights) => Promise<void>,
): Promise<void> {
  const { validation, blas } = values;
  const lab = await Laboratory.open(asked, { validation, hardware: !values['no-hardware'], blas });
  await experiment(lab, await lab.unpruned(stored?.rows['none']));
  const result = lab.close();
  if (!validation) storeResult(result);
}

async function experiments(): Promise<void> {
  const { task } = values;
  const pruned = values.alone.split(',').filter(Boolean).map(Number);
  const alone = pruned.length > 0;
  for (const seed of values.seeds.split(',').map(Number)) {
    const asked = { task, seed, parameters: parametersOf(task, values.set, seed, values.folds), alone };
    const stored = values.validation ? undefined : storedResult(asked);
    /* oxlint-disable no-await-in-loop -- one run, and one simulator, use one core */
    if (values.rtl) {
      console.log(JSON.stringify(await rtl(asked, values.blas), null, 1));
    } else if (alone) {
      const left = pruned.filter((pruning) => stored?.rows[rateName(pruning)] === undefined);
      if (left.length > 0) await run(asked, stored, (lab, unpruned) => rates(lab, unpruned, left));
    } else {
      const names = values.both ? (['both'] as const) : (['thresholds', 'both'] as const);
      const left = names.filter((name) => stored?.rows[name] === undefined);
      const experiment = async (lab: Laboratory, unpruned: Weights): Promise<void> => {
        for (const name of left) await parts[name](lab, unpruned);
      };
      if (left.length > 0) await run(asked, stored, experiment);
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
