/** The parameters of an experiment, and what it changes of those that experiments on its task start from. */
import { learningParameters } from '../../src/cli/learning.ts';
import type { LearnParameters } from '../../src/learn/parameters.ts';
import { folds } from '../../src/learn/tasks.ts';

/** What the experiments change of the defaults: the mails' numbers and lengths, so that they end within hours on two cores. */
const chosen: Readonly<Record<string, Partial<LearnParameters>>> = {
  sentiment: { trainExamples: 2000 },
  spam: { trainExamples: 800, validationExamples: 200, testExamples: 800, tokens: 32 },
};

/** `set`: of `--set`. On folds each seed has its own, 1 to 5 and again from 1 on. */
export function parametersOf(task: string, set: readonly string[], seed: number, onFolds: boolean): LearnParameters {
  const common = learningParameters(set, chosen[task]);
  return onFolds ? { ...common, fold: ((seed - 1) % folds) + 1 } : common;
}

/** `name=value`, as `--set` takes it; the fold is the seed's. */
export function changesOf(task: string, parameters: LearnParameters): string[] {
  const base = Object.entries(learningParameters([], chosen[task]));
  const given = new Map(Object.entries(parameters));
  return base
    .filter(([name, value]) => name !== 'fold' && given.get(name) !== value)
    .map(([name]) => `${name}=${given.get(name)}`);
}
