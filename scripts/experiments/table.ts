/** The results of `learn.ts` as tables in Markdown: means over seeds with 95 % confidence intervals. */
import { meanInterval } from '../../src/numerics/statistics.ts';
import type { Result, Row } from './learn.ts';

/** `79.2 +- 0.4`, in percent. */
function interval(values: readonly number[], digits = 1): string {
  const { value, high } = meanInterval(values);
  const text = (100 * value).toFixed(digits);
  return values.length < 2 ? text : `${text} ± ${(100 * (high - value)).toFixed(digits)}`;
}

export function printTable(results: readonly Result[]): void {
  const groupOf = ({ task, parameters, rows }: Result): string =>
    rows['both'] ? `${task}, pruning=${parameters.pruning}` : `${task}, thresholds by themselves`;
  for (const group of new Set(results.map(groupOf))) {
    const own = results.filter((r) => groupOf(r) === group).toSorted((a, b) => a.seed - b.seed);
    const [first] = own;
    const { train, test } = first!.examples;
    console.log(
      `\n### ${group}: seeds ${own.map((r) => r.seed).join(', ')}; ${train} examples to train on, ${test} to test\n`,
    );
    console.log('| model | pruned % | accuracy %, float | lost, float | accuracy %, hardware | lost, hardware |');
    console.log('|---|---|---|---|---|---|');
    for (const name of Object.keys(first!.rows)) {
      const pick = (of: (row: Row, none: Row) => number | undefined): string => {
        const values = own.flatMap((r) => of(r.rows[name]!, r.rows['none']!) ?? []);
        return values.length === 0 ? '' : interval(values);
      };
      const cells = [
        pick((r) => r.hardware?.pruning ?? r.pruning),
        pick((r) => r.accuracy),
        pick((r, none) => none.accuracy - r.accuracy),
        pick((r) => r.hardware?.accuracy),
        pick((r, none) => r.hardware && none.accuracy - r.hardware.accuracy),
      ];
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
}
