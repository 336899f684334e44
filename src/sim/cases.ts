/** What a simulation is asked to do, and what it says happened. */

import type { CaseProgramming } from './programming.ts';

/** One item of a stream: a number for a scalar field, the elements for a vector field. */
export type SimItem = Readonly<Record<string, number | ArrayLike<number>>>;

/**
 * How often the test bench holds a stream up. A decision is a hash of seed, stream and cycle, so that Verilator and
 * Icarus stall alike.
 */
export interface Stall {
  /** 0..2^32-1 */
  readonly seed: number;
  /** Percent of cycles in which a source that is not yet offering its next item begins to; 1..100, 100 never stalls. */
  readonly validPercent: number;
  /** Percent of cycles in which a sink accepts; 1..100, 100 never stalls. */
  readonly readyPercent: number;
}

export interface SimCase {
  /** Pulse `rst_n` before the first cycle. A case after one that did not end `ok` is always reset. */
  readonly reset: boolean;
  /** A value for every input wire, held from the case's first cycle (from within reset, if it has one) to its end. */
  readonly wires: Readonly<Record<string, number>>;
  /** Items for each input stream; a stream left out gets none. */
  readonly streams: Readonly<Record<string, readonly SimItem[]>>;
  /** How many items each output stream delivers; a stream left out delivers none. */
  readonly expect: Readonly<Record<string, number>>;
  /** Default: no stalls. */
  readonly stall?: Stall;
  /** Cycles in which no item moves anywhere after which the case counts as hung; default 20000. */
  readonly maxIdleCycles?: number;
  /** What programming makes of the ReRAM cells that the case writes; default: they are ideal. */
  readonly programming?: CaseProgramming | undefined;
  /** Cycles watched for unexpected items after the last move, before output wires are sampled; default 16, at least 1. */
  readonly drainCycles?: number;
}

/** `hung`: the watchdog ended the case. `extra`: an output stream delivered more items than expected. */
export type CaseStatus = 'ok' | 'hung' | 'extra';

/**
 * How the design broke the ready/valid rules, or showed an unknown value.
 * `dropped`: valid fell before the item was accepted. `changed`: the payload changed before it was accepted.
 * `waits`: valid follows ready combinationally. `unknown`: X or Z on valid, ready, a valid payload or a wire (Icarus only).
 */
export type ViolationKind = 'dropped' | 'changed' | 'waits' | 'unknown';
export const violationKinds = ['dropped', 'changed', 'waits', 'unknown'] as const;
export const caseStatuses = ['ok', 'hung', 'extra'] as const;

export interface Violation {
  /** Stream, or output wire for `unknown`. */
  readonly stream: string;
  readonly kind: ViolationKind;
  readonly cycle: number;
}

/** The elements of one field of all items, one item after the other; exact for all widths up to 52. */
export type Column = Int32Array | Uint32Array | Float64Array;

/** The items that left one output stream, with the cycle each moved. */
export interface OutputResult {
  readonly count: number;
  /** Cycle, relative to the case's first, in which each item moved. */
  readonly cycles: Uint32Array;
  /** Elements by field. */
  readonly columns: Readonly<Record<string, Column>>;
  /** The items as records (made when first asked for; vectors are views, not copies). */
  readonly items: readonly SimItem[];
}

export interface CaseResult {
  readonly status: CaseStatus;
  /** Cycles up to and including the one in which the last item moved (of a hung case: all that ran). */
  readonly cycles: number;
  readonly outputs: Readonly<Record<string, OutputResult>>;
  /** For each input stream, the cycle in which each item was accepted. */
  readonly accepted: Readonly<Record<string, Uint32Array>>;
  /** Output wires after the drain cycles. */
  readonly wires: Readonly<Record<string, number>>;
  /** The first 64 violations. */
  readonly violations: readonly Violation[];
  /** How many there were. */
  readonly violationCount: number;
}
