/** The one place where the timing model is asked. */
import type { SprintOutput } from '../architectures/sprint/functional.ts';
import type { SprintParameters } from '../architectures/sprint/parameters.ts';

export interface Prediction {
  readonly cycles: number;
  readonly loadCycles: number;
  readonly stallCycles: number;
  readonly keysFetched: number;
  readonly keysReused: number;
  readonly valuesFetched: number;
  readonly valuesReused: number;
  readonly keysKept: number;
}

/** Cycles and fetches of one head without running its RTL; undefined where there is no timing model. */
export function predict(
  _parameters: SprintParameters | undefined,
  _head: { readonly length: number; readonly causal: boolean; readonly prune: boolean },
  _output: SprintOutput | undefined,
): Prediction | undefined {
  return undefined;
}
