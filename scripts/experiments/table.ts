/** The results of `learn.ts` as tables in Markdown: means over seeds with 95 % confidence intervals. */
import type { Result, Row } from './learn.ts';

/** Of Student's distribution, two-sided 95 %, by degrees of freedom from 1. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** `79.2 +- 0.4`, in percent. */
function interval(values: readonly number[], digits = 1): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const text = (100 * mean).toFixed(digits);
  if (values.length < 2) return text;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = student[Math.min(values.length - 2, student.length - 1)]! * Math.sqrt(variance / values.length);
  return `${text} ± ${(100 * half).toFixed(digits)}`;
}

export function printTable(results: readonly Result[]): void {
  for (const task of new Set(results.map((r) => r.task))) {
    const own = results.filter((r) => r.task === task).toSorted((a, b) => a.seed - b.seed);
    const [first] = own;
    const { train, test } = first!.examples;
    console.log(
      `\n### ${task}: seeds ${own.map((r) => r.seed).join(', ')}; ${train} examples to train on, ${test} to test\n`,
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
