/** What an experiment found, and the file that keeps it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LearnParameters } from '../../src/learn/parameters.ts';

export interface Row {
  /** Fractions of 1, as are those in hardware arithmetic. */
  readonly accuracy: number;
  readonly pruning: number;
  readonly loss: number;
  /** At the best temperature. */
  readonly calibratedLoss?: number | undefined;
  readonly hardware?: { readonly accuracy: number; readonly pruning: number } | undefined;
}

export interface Result {
  readonly task: string;
  readonly seed: number;
  readonly part: string;
  readonly parameters: LearnParameters;
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
  /** By name: `none`, `quantile 0.7`, `quantile 0.7 a head`, `thresholds`, `thresholds 0.5`, `both`. */
  readonly rows: Readonly<Record<string, Row>>;
  /** One a head, by layer, of the rows that were learned. */
  readonly thresholds: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Accuracy on the validation part, of the rows that were learned. */
  readonly validation: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const folder = join(import.meta.dirname, 'results');

/** What distinguishes experiments on the same task: the split, the pruning asked for, how fast weights learn meanwhile, what holds them. */
export function kindOf({ fold, pruning, pruneRate, distilStates }: LearnParameters, alone: boolean): string {
  const recipe = alone ? 'thresholds' : `${pruning}-${pruneRate}`;
  return `${fold === 0 ? '' : 'folds-'}${recipe}${distilStates === 0 ? '' : `-states${distilStates}`}`;
}

const fileOf = (task: string, kind: string, seed: number) => join(folder, `${task}-${kind}-${seed}.json`);

const read = (file: string): Result => JSON.parse(readFileSync(file, 'utf8')) as Result;

export const allResults = (): Result[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(join(folder, name)));

export function storedResult(task: string, kind: string, seed: number): Result | undefined {
  const file = fileOf(task, kind, seed);
  return existsSync(file) ? read(file) : undefined;
}

/** Keeps a result, beside the rows that an earlier run of the same experiment has left. */
export function storeResult(kind: string, result: Result): void {
  const before = storedResult(result.task, kind, result.seed);
  const all = {
    ...result,
    rows: { ...before?.rows, ...result.rows },
    thresholds: { ...before?.thresholds, ...result.thresholds },
    validation: { ...before?.validation, ...result.validation },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(result.task, kind, result.seed), `${JSON.stringify(all, null, 1)}\n`);
}
