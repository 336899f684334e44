/** Results as tables in Markdown: means over seeds with 95 % confidence intervals. */
import { meanInterval } from '../../src/numerics/statistics.ts';
import { changesOf } from './recipe.ts';
import type { Result, Row } from './results.ts';

/** `79.2 +- 0.4`, in percent. */
function interval(values: readonly number[], digits = 1): string {
  const { value, high } = meanInterval(values);
  const text = (100 * value).toFixed(digits);
  return values.length < 2 ? text : `${text} ± ${(100 * (high - value)).toFixed(digits)}`;
}

/** Of a row of thresholds by themselves the `pruning` that was asked for; -1 of all others. */
const rateOf = (name: string): number => Number(/^thresholds ([\d.]+)$/.exec(name)?.[1] ?? -1);

/** In the order of a table: a row may be of some seeds only, and have been run after any other. */
const kinds = ['none', 'quantile', 'thresholds', 'both'];
const kindOf = (name: string): number => kinds.indexOf(name.split(' ', 1)[0]!);

const rowsOf = (results: readonly Result[]): string[] =>
  [...new Set(results.flatMap((r) => Object.keys(r.rows)))].toSorted(
    (a, b) => kindOf(a) - kindOf(b) || rateOf(a) - rateOf(b),
  );

export function printTable(results: readonly Result[]): void {
  const groupOf = ({ task, parameters, alone }: Result): string =>
    [
      `${task}${parameters.fold > 0 ? ', five folds' : ''}`,
      ...(alone ? ['thresholds by themselves'] : []),
      ...changesOf(task, parameters),
    ].join(', ');
  for (const group of new Set(results.map(groupOf))) {
    const own = results.filter((r) => groupOf(r) === group).toSorted((a, b) => a.seed - b.seed);
    const [first] = own;
    const { train, test } = first!.examples;
    console.log(
      `\n### ${group}: seeds ${own.map((r) => r.seed).join(', ')}; ${train} examples to train on, ${test} to test\n`,
    );
    console.log('| model | pruned % | accuracy %, float | lost, float | accuracy %, hardware | lost, hardware |');
    console.log('|---|---|---|---|---|---|');
    for (const name of rowsOf(own)) {
      const having = own.filter(({ rows }) => rows[name]);
      const pick = (of: (row: Row, none: Row) => number | undefined): string => {
        const values = having.flatMap(({ rows }) => of(rows[name]!, rows['none']!) ?? []);
        return values.length === 0 ? '' : interval(values);
      };
      const seeds = having.length < own.length ? ` (${having.length} seeds)` : '';
      const cells = [
        pick((r) => r.hardware?.pruning ?? r.pruning),
        pick((r) => r.accuracy),
        pick((r, none) => none.accuracy - r.accuracy),
        pick((r) => r.hardware?.accuracy),
        pick((r, none) => r.hardware && none.accuracy - r.hardware.accuracy),
      ];
      console.log(`| ${name}${seeds} | ${cells.join(' | ')} |`);
    }
  }
}
