/** What is known of an architecture beside its netlist: what it computes, and how long that takes. */
import type { PredictorDesign } from '../../architectures/hardsea/predictor.ts';
import type { AttentionHead, HeadOutput } from '../../architectures/head.ts';
import type { Counters } from '../counters.ts';

export interface ModelOutput extends HeadOutput {
  /** Groups of key bits that were looked at, `[length, length]`, 0 where a mask is; bit-serial designs only. */
  readonly groups?: Uint8Array;
  /** What thresholds are compared with, `[length, length]`, 0 where a mask is; designs that predict it only. */
  readonly relevances?: Int32Array;
  /** Keys that ended with group 0, 1, ...; bit-serial designs only. */
  readonly histogram?: Float64Array;
}

/** Counters of one head after another, as one accelerator runs them after one reset. */
export type Predictor = (head: AttentionHead, output: ModelOutput) => Counters;

/** The machine of a design with these parameters. */
export type MachineMaker = (parameters: unknown) => Machine;

export interface Machine {
  /** Where relevance is predicted: what a codebook is programmed into. */
  readonly predictionDesign?: PredictorDesign;
  /** Throws for a head that does not fit. */
  readonly functional: (head: AttentionHead) => ModelOutput;
  readonly predictor: () => Predictor;
  /** Output wires whose values follow from the function alone. */
  readonly wires: (output: ModelOutput) => Readonly<Record<string, number>>;
}
