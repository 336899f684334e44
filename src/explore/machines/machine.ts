/** What is known of an architecture beside its netlist: what it computes, and how long that takes. */
import type { AttentionHead, HeadOutput } from '../../architectures/head.ts';
import type { Counters } from '../counters.ts';

export interface ModelOutput extends HeadOutput {
  /** Groups of key bits that were looked at, `[length, length]`, 0 where a mask is; bit-serial designs only. */
  readonly groups?: Uint8Array;
  /** Keys that ended with group 0, 1, ...; bit-serial designs only. */
  readonly histogram?: Float64Array;
}

/** Counters of one head after another, as one accelerator runs them after one reset. */
export type Predictor = (head: AttentionHead, output: ModelOutput) => Counters;

export interface Machine {
  /** Throws for a head that does not fit. */
  readonly functional: (head: AttentionHead) => ModelOutput;
  readonly predictor: () => Predictor;
  /** Output wires whose values follow from the function alone. */
  readonly wires: (output: ModelOutput) => Readonly<Record<string, number>>;
}
