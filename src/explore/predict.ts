/** Cycles and fetches without running the RTL: the one place where the timing model is asked. */
import type { SprintOutput } from '../architectures/sprint/functional.ts';
import type { SprintParameters } from '../architectures/sprint/parameters.ts';
import { SprintTiming, type TimedResult } from '../architectures/sprint/timing/timing.ts';

export type Prediction = TimedResult;

type Predictor = (
  head: { readonly length: number; readonly prune: boolean },
  output: SprintOutput | undefined,
) => Prediction | undefined;

/**
 * What the counters will show after each head, in the order in which the heads run after one reset: a head finds the memory rows
 * open that the one before left so. Gives undefined for designs without a timing model.
 */
export function predictor(parameters: SprintParameters | undefined): Predictor {
  const timing = parameters && new SprintTiming(parameters);
  return ({ length, prune }, output) =>
    timing && output ? timing.head({ length, prune, kept: output.kept }) : undefined;
}
