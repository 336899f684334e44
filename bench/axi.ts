/** What the system around a design costs in clock cycles: from its start to its end, beside the same heads over the design's own streams. */
import type { AttentionHead } from '../src/architectures/head.ts';
import { expectedHead, type HeadDesign } from '../src/explore/head-design.ts';
import { runHeads } from '../src/explore/rtl-heads.ts';
import { prompt } from '../src/explore/system/job.ts';
import { runSystemHeads } from '../src/explore/system/heads.ts';
import { openSystem } from '../src/sim/system.ts';
import type { SystemOptions } from '../src/system/options.ts';
import { systemOf } from '../src/system/system.ts';
import { type Group, headsOf, keep, off, sizedTo } from './context.ts';

/** Cycles of heads through a system, its outputs held against the golden model. */
async function throughSystem(
  design: HeadDesign,
  heads: readonly AttentionHead[],
  options: Partial<SystemOptions>,
  together: boolean,
): Promise<number> {
  const simulation = await openSystem(systemOf(design.part, design.netlist.top, options));
  const { outputs, runs } = await runSystemHeads(simulation, heads, { manner: prompt, together });
  heads.forEach((head, i) => {
    const { out } = expectedHead(design, head).output!;
    if (out.some((x, n) => x !== outputs[i]![n])) throw new Error(`head ${i} differs from the golden model`);
  });
  return runs.reduce((n, r) => n + r.counters['busy_cycles']!, 0);
}

export const axi: Group = async function* ({ sets, quick, progress }) {
  const layer = sets[0]!.layers[0]!;
  for (const label of quick ? ['sprint-s'] : ['sprint-s', 'leopard-ae']) {
    const design = sizedTo(label, layer);
    for (const [what, pruning] of [
      ['0.25 kept', keep(0.25)],
      ['pruning off', off],
    ] as const) {
      const heads = headsOf(design, layer, pruning).map((p) => p.head);
      const { results } = await runHeads(design, heads, undefined);
      const own = results.reduce((n, r) => n + r.cycles, 0);
      for (const dataBits of quick ? [256] : [128, 256, 512]) {
        for (const kind of ['stream', 'memory'] as const) {
          progress(`${label} ${kind} ${dataBits} ...`);
          const cycles = await throughSystem(design, heads, { kind, dataBits }, false);
          const name = `${label}, ${what}, AXI ${kind}, ${dataBits} bits, overhead of a head`;
          const note = `${heads.length} heads, ${cycles} cycles against ${own}`;
          const value = 100 * (cycles / own - 1);
          yield { name, value, unit: 'percent', note, target: { atMost: 5 } };
        }
        const cycles = await throughSystem(design, heads, { kind: 'memory', dataBits }, true);
        const name = `${label}, ${what}, AXI memory, ${dataBits} bits, overhead of a layer`;
        yield { name, value: 100 * (cycles / own - 1), unit: 'percent', note: 'one start for all heads' };
      }
    }
  }
};
