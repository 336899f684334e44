/** Heads through the RTL, for figures that are counted in clock cycles: exact, whatever else the machine does. */
import type { AttentionHead } from '../src/architectures/head.ts';
import { type Counters, countersOf, groupsHistogram } from '../src/explore/counters.ts';
import { expectedHead, type HeadDesign } from '../src/explore/head-design.ts';
import type { ModelOutput } from '../src/explore/machines/machine.ts';
import type { Pruning } from '../src/explore/setting.ts';
import { runHeads } from '../src/explore/rtl-heads.ts';
import type { QuantisationScheme } from '../src/workload/quantise.ts';
import { headsOf, type Layer } from './context.ts';

export interface MeasuredHead {
  readonly counters: Counters;
  /** Keys that ended with group 0, 1, ... of their bits; null for designs that are not bit-serial. */
  readonly histogram: readonly number[] | null;
  readonly output: ModelOutput;
  readonly length: number;
}

/** Runs a layer and throws when the RTL's output is not the golden model's: a wrong design's cycles mean nothing. */
export async function measureLayer(
  design: HeadDesign,
  layer: Layer,
  pruning: Pruning,
  scheme?: QuantisationScheme,
): Promise<MeasuredHead[]> {
  const heads = headsOf(design, layer, pruning, scheme).map((p) => p.head);
  return measureHeads(design, layer.name, heads);
}

/** The same of heads that are prepared already. */
export async function measureHeads(
  design: HeadDesign,
  name: string,
  heads: readonly AttentionHead[],
): Promise<MeasuredHead[]> {
  const run = await runHeads(design, heads, () => heads.map((head) => expectedHead(design, head)));
  const { mismatches, lines } = run.comparison!;
  if (mismatches > 0) throw new Error(`${name}: ${mismatches} mismatches, ${lines[0]}`);
  return heads.map(({ length }, i) => ({
    length,
    counters: countersOf(run.results[i]),
    histogram: groupsHistogram(run.results[i]),
    output: run.expected![i].output!,
  }));
}

/** For every query the kept keys of the CORELET that has most of them, added. */
export function busiestKeys({ output, length }: MeasuredHead, corelets: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const keys = new Int32Array(corelets);
    for (let j = 0; j < length; j++) keys[j % corelets] += output.kept[i * length + j];
    sum += Math.max(...keys);
  }
  return sum;
}

export const totalOf = (heads: readonly MeasuredHead[], counter: keyof Counters): number =>
  heads.reduce((sum, h) => sum + (h.counters[counter] ?? 0), 0);
