/** What the names of a module stand for: signals with their widths, constants, functions with what a call costs. */
import type { Counted } from './amounts.ts';

export interface Signal {
  readonly width: number;
  /** Words of an array. */
  readonly depth: number | undefined;
}

export interface FunctionItem {
  readonly width: number;
  readonly counted: Counted;
}

export class Scope {
  readonly signals = new Map<string, Signal>();
  readonly constants = new Map<string, bigint>();
  readonly functions = new Map<string, FunctionItem>();
}
