/** A model and a task small enough that learning takes milliseconds. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/explore/verify/random.ts';
import type { Example } from '../../src/learn/batches.ts';
import { type Encoder, randomEncoder } from '../../src/learn/encoder.ts';
import { learnParameters, type LearnInput, type LearnParameters } from '../../src/learn/parameters.ts';
import type { Task } from '../../src/learn/tasks.ts';

const pieces = 40;

export const tinyEncoder = (): Encoder =>
  randomEncoder({ pieces, heads: 2, dims: [4, 8], width: 16, hidden: 24 }, new Random(3, 0));

/** Class 1 has more pieces of the upper half. */
function examples(n: number, r: Random): Example[] {
  return Array.from({ length: n }, () => {
    const label = r.integer(0, 1);
    const ids = Array.from({ length: r.integer(3, 9) }, () =>
      r.chance(0.8) ? r.integer(0, pieces / 2 - 1) + label * (pieces / 2) : r.integer(0, pieces - 1),
    );
    return { ids, label };
  });
}

export function tinyTask(): Task {
  const r = new Random(5, 0);
  return {
    name: 'tiny',
    classes: ['lower', 'upper'],
    train: examples(48, r),
    validation: examples(16, r),
    test: examples(24, r),
  };
}

export const tinyParameters = (given: LearnInput = {}): LearnParameters =>
  learnParameters.parse({
    batch: 8,
    headSteps: 20,
    tuneEpochs: 1,
    settleEpochs: 1,
    epochs: 2,
    weightRate: 0.003,
    pruneRate: 0.003,
    settleRate: 0.003,
    thresholdRate: 0.05,
    start: 0.3,
    pruning: 0.7,
    ...given,
  });

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'prunus-learn-'));
