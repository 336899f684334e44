/** Heads through a design in a system, a start a head, in the form that heads through a design by itself have. */
import type { AttentionHead } from '../../architectures/head.ts';
import type { CaseResult } from '../../sim/cases.ts';
import { openSystem } from '../../sim/system.ts';
import type { System } from '../../system/system.ts';
import { type HeadDesign, outputOf, resultItems } from '../head-design.ts';
import type { RtlOptions, RtlRun } from '../rtl-heads.ts';
import { runSystemHeads } from './heads.ts';

/** Lines of a comparison that are kept. */
const shownLines = 20;

/** Builds (or finds) the simulation and runs all heads through the driver in one process. */
export async function runHeadsInSystem(
  design: HeadDesign,
  system: System,
  heads: readonly AttentionHead[],
  expect: (() => RtlRun['expected'] & object) | undefined,
  options: RtlOptions = {},
): Promise<RtlRun> {
  const { cacheDir, waves, signal } = options;
  const simulation = await openSystem(system, { cacheDir, signal, waves: waves?.file });
  options.onBuilt?.(simulation.build);
  const { programming } = design;
  const { outputs, runs } = await runSystemHeads(simulation, heads, {
    signal,
    together: false,
    programming: programming && ((head) => programming.records(head)),
  });
  const expected = expect?.();
  const results = heads.map(({ length }, i): CaseResult => {
    // Which rows keep nothing is no part of what is written to memory: there they are zeros.
    const items = resultItems(design, outputs[i]!, new Uint8Array(length));
    const outcome = { count: items.length, cycles: new Uint32Array(items.length), columns: {}, items };
    const { counters } = runs[i]!;
    return {
      status: 'ok',
      cycles: counters['busy_cycles']!,
      outputs: { result: outcome },
      accepted: {},
      wires: counters,
      violations: [],
      violationCount: 0,
    };
  });
  const systemCycles = runs.reduce((n, r) => n + r.counters['busy_cycles']!, 0);
  if (!expected) return { results, expected, comparison: undefined, systemCycles };
  let mismatches = 0;
  let words = 0;
  const lines: string[] = [];
  const differ = (line: string): void => {
    mismatches++;
    if (lines.length < shownLines) lines.push(line);
  };
  heads.forEach(({ length }, h) => {
    const { out, none } = outputOf(design, length, expected[h]!.items);
    out.forEach((x, n) => {
      words++;
      const got = outputs[h]![n];
      const place = `query ${Math.floor(n / design.dim)}, word ${n % design.dim}`;
      if (got !== x) differ(`head ${h}, ${place}: expected ${x}, got ${got ?? 'nothing'}`);
    });
    const empty = none.reduce((n, x) => n + x, 0);
    const counted = runs[h]!.counters['rows_empty']!;
    words++;
    if (counted !== empty) differ(`head ${h}, queries that keep nothing: expected ${empty}, got ${counted}`);
    for (const [name, value] of Object.entries(expected[h]!.wires)) {
      words++;
      if (runs[h]!.counters[name] !== value)
        differ(`head ${h}, ${name}: expected ${value}, got ${runs[h]!.counters[name] ?? 'nothing'}`);
    }
  });
  return { results, expected, comparison: { mismatches, words, lines, replay: undefined }, systemCycles };
}
