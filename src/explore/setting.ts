/** What a user asks of a run over tensors. */
import type { CodebookLayer } from '../workload/codebook-file.ts';
import type { QuantisationScheme } from '../workload/quantise.ts';

/** Which keys are dropped. Thresholds are in units of the real score q.k/sqrt(dim). */
export type Pruning =
  | { readonly kind: 'off' }
  /** One entry a head: a number, or one a query. */
  | { readonly kind: 'threshold'; readonly perHead: readonly (number | ArrayLike<number>)[] }
  /** Finds each head's threshold. */
  | { readonly kind: 'keep'; readonly fraction: number }
  /** So many keys a query, those of the largest relevance; where relevance is predicted. */
  | { readonly kind: 'top'; readonly keys: number };

/** Conductances of the first `length` keys of a head, as `programKeys` takes them. */
export type Measured = (head: number, length: number) => Float64Array;

export interface AttentionSetting {
  readonly causal: boolean;
  /** Tokens before padding. */
  readonly validLength: number;
  readonly pruning: Pruning;
  /** Of the devices' noise; each head gets a seed of its own from it. */
  readonly seed: number;
  readonly scheme?: QuantisationScheme | undefined;
  /** What relevance is predicted from: centroids for each head of a layer. The tensors are then those of `mixedTensors`, and the scheme is `codebookScheme`. */
  readonly codebook?: CodebookLayer | undefined;
  /** Instead of drawn conductances; designs that hold keys in devices. */
  readonly measured?: Measured | undefined;
  /** Each query keeps its own key besides; where relevance is predicted. */
  readonly diagonal?: boolean | undefined;
}
