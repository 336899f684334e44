/** A head as the timing model needs it: which pairs are kept, not what they compute. */
export interface HardseaTimedHead {
  readonly length: number;
  readonly causal: boolean;
  readonly prune: boolean;
  readonly topK: number;
  /** `[length, length]`, nonzero where query (row) keeps key (column). */
  readonly kept: ArrayLike<number>;
}

export class HardseaTiming {
  constructor(_p: unknown) {}
  head(_head: HardseaTimedHead): { cycles: number; loadCycles: number; stallCycles: number } {
    throw new Error('not yet');
  }
}
