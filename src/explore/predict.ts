/** Cycles and fetches without running the RTL: the one place where the timing model is asked. */
import type { SprintOutput } from '../architectures/sprint/functional.ts';
import type { SprintParameters } from '../architectures/sprint/parameters.ts';
import { SprintTiming, type TimedResult } from '../architectures/sprint/timing/timing.ts';

export type Prediction = TimedResult;

/** What the counters will show after a head; undefined for designs without a timing model. */
export function predict(
  parameters: SprintParameters | undefined,
  head: { readonly length: number; readonly prune: boolean },
  output: SprintOutput | undefined,
): Prediction | undefined {
  if (!parameters || !output) return undefined;
  return new SprintTiming(parameters).head({ length: head.length, prune: head.prune, kept: output.kept });
}
