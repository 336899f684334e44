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

/** The analog arrays of a design. */
export interface Devices {
  /** The same design with a perfect array. */
  readonly ideal: () => Machine;
  /** The same design on the chip of this number: what is fabricated is that chip's; what is drawn for a head follows its noise seed. */
  readonly chip: (chip: number) => Machine;
  /** The same with one kind of imperfection only, by its name. */
  readonly alone: Readonly<Record<string, (chip: number) => Machine>>;
}

export interface Machine {
  /** Where relevance is predicted: what a codebook is programmed into. */
  readonly predictionDesign?: PredictorDesign;
  /** Absent where the design has no analog array, or a perfect one. */
  readonly devices?: Devices | undefined;
  /**
   * What is compared with thresholds, in their units, noise and all: `[length, length]`, 0 where a mask is. For designs that keep
   * keys by an analog array.
   */
  readonly scores?: (head: AttentionHead) => ArrayLike<number>;
  /** Throws for a head that does not fit. */
  readonly functional: (head: AttentionHead) => ModelOutput;
  readonly predictor: () => Predictor;
  /** Output wires whose values follow from the function alone. */
  readonly wires: (output: ModelOutput) => Readonly<Record<string, number>>;
}
