/** How many simulations ran: one line a process, for whoever counts them (`npm test`). */
import { appendFileSync } from 'node:fs';

/** Appends `{kind, cases, cycles}` to the file that PRUNUS_TEST_LEDGER names, if it names one. */
export function recordRun(
  kind: 'verilator' | 'icarus' | 'yosys',
  results: readonly { readonly cycles: number }[],
): void {
  const file = process.env['PRUNUS_TEST_LEDGER'];
  if (!file) return;
  const cycles = results.reduce((n, r) => n + r.cycles, 0);
  appendFileSync(file, `${JSON.stringify({ kind, cases: results.length, cycles })}\n`);
}
