/** What the bench prints: one measured number a row, with what it has to reach. */
import { loadavg } from 'node:os';
import { quantile } from '../src/numerics/statistics.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** Absent for what is only shown. */
  readonly target?: Target;
  readonly note?: string;
}

type Target =
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly near: number; readonly within: number };

export type Unit = keyof typeof printed;

const whole = (x: number): string => Math.round(x).toLocaleString('en-US');

const printed = {
  s: (x: number) => `${x.toFixed(3)} s`,
  ms: (x: number) => `${x.toPrecision(3)} ms`,
  cycles: (x: number) => `${whole(x)} cycles`,
  'cycles/s': (x: number) => `${whole(x)} cycles/s`,
  'MAC/s': (x: number) => `${whole(x / 1e6)} M MAC/s`,
  'cases/s': (x: number) => `${x.toFixed(1)} cases/s`,
  ratio: (x: number) => x.toFixed(3),
  percent: (x: number) => `${x.toFixed(2)} %`,
  cosine: (x: number) => x.toFixed(6),
  share: (x: number) => x.toExponential(1),
  groups: (x: number) => x.toFixed(3),
  cells: (x: number) => `${x.toFixed(1)} cells`,
  cases: whole,
  GE: (x: number) => `${x.toFixed(1)} GE`,
};

/** Undefined for a figure without a target. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  if ('near' in target) return Math.abs(value - target.near) <= target.within;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** One line: name, value, target, `ok` or `missed`, note. */
export function line(figure: Figure): string {
  const { name, value, unit, target, note } = figure;
  const show = printed[unit];
  const limit = target ? targetText(target, show) : '';
  const met = isMet(figure);
  const verdict = met === undefined ? '' : met ? 'ok' : 'missed';
  const cells = [name.padEnd(58), show(value).padStart(20), limit.padEnd(24), verdict.padEnd(6), note ?? ''];
  return cells.join('  ').trimEnd();
}

function targetText(target: Target, show: (x: number) => string): string {
  if ('near' in target) return `${show(target.near)} +- ${show(target.within)}`;
  return 'atMost' in target ? `<= ${show(target.atMost)}` : `>= ${show(target.atLeast)}`;
}

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** The spread of timed rounds, and how busy the machine is, for the note beside their median. */
export function roundsNote(rounds: readonly number[], show: (x: number) => string): string {
  const range = `${show(Math.min(...rounds))} to ${show(Math.max(...rounds))}`;
  return `median of ${rounds.length}, ${range}, ${loadNote()}`;
}

/** Processes that wanted a core over the last minute. */
export const loadNote = (): string => `load ${loadavg()[0].toFixed(1)}`;
