/** How a batch is run, whatever the engine. */

/** Waves of a few cycles of one case, written by the next runs. */
export interface WavesWindow {
  /** The file to write: FST from Verilator, VCD from Icarus. */
  readonly file: string;
  /** Index in the batch; default 0. */
  readonly case?: number | undefined;
  /** First and last cycle, relative to the case's first; default: all of them. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface Progress {
  readonly casesDone: number;
  readonly cases: number;
  readonly cycles: number;
}

export interface RunSimOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called at most about ten times a second (Verilator only). */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds for the whole batch; default: none (every case has a watchdog in cycles). */
  readonly timeoutMs?: number | undefined;
}
