/** Performance counters of a head: what the output wires of a design show after it, or what a timing model says they will. */
import type { CaseResult } from '../sim/cases.ts';

/** Null where a design has no such counter: what it loads once is not fetched again. */
export interface Counters {
  readonly cycles: number;
  readonly load_cycles: number;
  readonly stall_cycles: number;
  readonly keys_kept: number;
  readonly keys_fetched: number | null;
  readonly keys_reused: number | null;
  readonly values_fetched: number | null;
  readonly values_reused: number | null;
}

/** Of a design that loads each head once: it fetches nothing again. */
export const loadedOnce = (
  timed: { readonly cycles: number; readonly loadCycles: number; readonly stallCycles: number },
  keysKept: number,
): Counters => ({
  cycles: timed.cycles,
  load_cycles: timed.loadCycles,
  stall_cycles: timed.stallCycles,
  keys_kept: keysKept,
  keys_fetched: null,
  keys_reused: null,
  values_fetched: null,
  values_reused: null,
});

export const counterNames = [
  'cycles',
  'load_cycles',
  'stall_cycles',
  'keys_kept',
  'keys_fetched',
  'keys_reused',
  'values_fetched',
  'values_reused',
] as const satisfies readonly (keyof Counters)[];

/** Those of several CORELETs are added. */
export function countersOf({ wires }: CaseResult): Counters {
  const sum = (name: string): number | null => {
    const parts = Object.entries(wires).filter(([wire]) => wire.replace(/\d+$/, '') === name);
    return parts.length === 0 ? null : parts.reduce((n, [, value]) => n + value, 0);
  };
  return {
    cycles: sum('cycles') ?? 0,
    load_cycles: sum('load_cycles') ?? 0,
    stall_cycles: sum('stall_cycles') ?? 0,
    keys_kept: sum('keys_kept') ?? 0,
    keys_fetched: sum('keys_fetched'),
    keys_reused: sum('keys_reused'),
    values_fetched: sum('values_fetched'),
    values_reused: sum('values_reused'),
  };
}

/** Names of the counters that differ. */
export const differing = (a: Counters, b: Counters): string[] => counterNames.filter((name) => a[name] !== b[name]);

/** Keys that ended with group 0, 1, ... of their bits; null for a design that is not bit-serial. */
export function groupsHistogram({ wires }: CaseResult): number[] | null {
  const histogram: number[] = [];
  for (let t = 0; wires[`groups_histogram${t}`] !== undefined; t++) histogram.push(wires[`groups_histogram${t}`]);
  return histogram.length > 0 ? histogram : null;
}
