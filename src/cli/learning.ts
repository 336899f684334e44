/** What `prunus learn` and `prunus device bits` are asked in the same way: parameters of the trainer, and a task of texts. */
import { checkParameters } from '../dsl/parameters.ts';
import { ProblemsError } from '../errors.ts';
import { type LearnParameters, learnParameters } from '../learn/parameters.ts';
import { loadTask, type Task } from '../learn/tasks.ts';
import type { Encoder } from '../learn/encoder.ts';
import { useLiteEncoder } from '../learn/use-lite/encoder.ts';
import { openUseLite } from '../learn/use-lite/package.ts';
import { applySettings } from './settings.ts';

export interface Learning {
  readonly parameters: LearnParameters;
  readonly encoder: Encoder;
  readonly task: Task;
}

/** `set`: `path=value` of `--set`, over `given`. Throws every problem of the settings at once. */
export function learningParameters(set: readonly string[], given: Partial<LearnParameters> = {}): LearnParameters {
  const settings = applySettings(learnParameters, 'learn', given, set, { all: 'docs/learn.md' });
  const { value, problems } = checkParameters(learnParameters, settings, 'learn');
  if (problems.length > 0 || !value) throw new ProblemsError(problems);
  return value;
}

/**
 * `set`: `path=value` of `--set`; `examples`: of the test part, where not the parameters say how many. Throws every problem of the
 * settings at once, and what is missing of the model or the task.
 */
export function openLearning(taskName: string, set: readonly string[], examples?: number): Learning {
  const parameters = learningParameters(set);
  const { weights, tokenise } = openUseLite();
  const task = loadTask(taskName, tokenise, { ...parameters, testExamples: examples ?? parameters.testExamples });
  return { parameters, encoder: useLiteEncoder(weights), task };
}
