/** What training leaves of each step and each epoch. */

/** One step: a point of the loss curve. */
export interface Step {
  readonly phase: string;
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  /** Soft count; 1 without pruning. */
  readonly kept: number;
}

/** One epoch: a point of the threshold curves. */
export interface Epoch {
  readonly phase: string;
  readonly epoch: number;
  /** A list a layer, one a head. */
  readonly thresholds: readonly (readonly number[])[];
  readonly validationAccuracy: number;
  readonly validationLoss: number;
  /** At the temperature that suits the logits best. */
  readonly validationCalibratedLoss: number;
  readonly validationPruning: number;
}

export interface Curves {
  readonly steps: readonly Step[];
  readonly epochs: readonly Epoch[];
}
