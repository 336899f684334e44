/** What an experiment found, and the file that keeps it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { LearnParameters } from '../../src/learn/parameters.ts';
import { changesOf } from './recipe.ts';

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
  /** Whether thresholds were learned by themselves, for several values of `pruning`. */
  readonly alone: boolean;
  /** The library that multiplied matrices; TensorFlow.js' own kernel without. */
  readonly blas?: string | undefined;
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

/** What an experiment is known by: a result of the same is the result. */
export type Asked = Pick<Result, 'task' | 'seed' | 'parameters' | 'alone'>;

const nameOf = ({ task, seed, parameters, alone }: Asked): string =>
  [
    task,
    ...(parameters.fold === 0 ? [] : ['folds']),
    ...(alone ? ['thresholds'] : []),
    ...changesOf(task, parameters),
    `${seed}.json`,
  ].join('-');

export const allResults = (): Result[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result);

export const storedResult = ({ task, seed, parameters, alone }: Asked): Result | undefined =>
  allResults().find(
    (r) => r.task === task && r.seed === seed && r.alone === alone && isDeepStrictEqual(r.parameters, parameters),
  );

/** Keeps a result, beside the rows that an earlier run of the same experiment has left. */
export function storeResult(result: Result): void {
  const before = storedResult(result);
  const all = {
    ...result,
    rows: { ...before?.rows, ...result.rows },
    thresholds: { ...before?.thresholds, ...result.thresholds },
    validation: { ...before?.validation, ...result.validation },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, nameOf(result)), `${JSON.stringify(all, null, 1)}\n`);
}
