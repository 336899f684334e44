/** What the system around a design costs in clock cycles: from its start to its end, beside the same heads over the design's own streams. */
import type { AttentionHead } from '../src/architectures/head.ts';
import { expectedHead, type HeadDesign } from '../src/explore/head-design.ts';
import type { Pruning } from '../src/explore/setting.ts';
import { runHeads } from '../src/explore/rtl-heads.ts';
import { prompt } from '../src/explore/system/job.ts';
import { runSystemHeads } from '../src/explore/system/heads.ts';
import { openSystem } from '../src/sim/system.ts';
import { type System, systemOf } from '../src/system/system.ts';
import { type Group, headsOf, keep, type Layer, off, sizedTo } from './context.ts';
import { hardseaHeads } from './hardsea.ts';

/** Cycles of heads through a system, its outputs held against the golden model. */
async function throughSystem(
  design: HeadDesign,
  heads: readonly AttentionHead[],
  system: System,
  together: boolean,
): Promise<number> {
  const simulation = await openSystem(system);
  const { outputs, runs } = await runSystemHeads(simulation, heads, { manner: prompt, together });
  heads.forEach((head, i) => {
    const { out } = expectedHead(design, head).output!;
    if (out.some((x, n) => x !== outputs[i]![n])) throw new Error(`head ${i} differs from the golden model`);
  });
  return runs.reduce((n, r) => n + r.counters['busy_cycles']!, 0);
}

/** A preset sized to a layer, and its heads. */
async function attentionOf(label: string, layer: Layer) {
  if (label === 'hardsea') return hardseaHeads(layer);
  const design = sizedTo(label, layer);
  return { design, heads: (pruning: Pruning) => headsOf(design, layer, pruning).map((p) => p.head) };
}

export const axi: Group = async function* ({ sets, quick, progress }) {
  const layer = sets[0]!.layers[0]!;
  for (const label of quick ? ['sprint-s'] : ['sprint-s', 'leopard-ae', 'leopard-hp', 'hardsea']) {
    const { design, heads: headsWith } = await attentionOf(label, layer);
    for (const [what, pruning] of [
      ['0.25 kept', keep(0.25)],
      ['pruning off', off],
    ] as const) {
      const heads = headsWith(pruning);
      const { results } = await runHeads(design, heads, undefined);
      const own = results.reduce((n, r) => n + r.cycles, 0);
      // The width that a system has by itself, and narrower ones.
      for (const given of quick ? [{}] : [{}, { dataBits: 256 }, { dataBits: 128 }]) {
        const system = (kind: 'stream' | 'memory') => systemOf(design.part, design.netlist.top, { kind, ...given });
        const { dataBits } = system('memory').options;
        const width = 'dataBits' in given ? `${dataBits} bits` : `${dataBits} bits (default)`;
        for (const kind of ['stream', 'memory'] as const) {
          progress(`${label} ${kind} ${width} ...`);
          const cycles = await throughSystem(design, heads, system(kind), false);
          const name = `${label}, ${what}, AXI ${kind}, ${width}, overhead of a head`;
          const note = `${heads.length} heads, ${cycles} cycles against ${own}`;
          const value = 100 * (cycles / own - 1);
          yield { name, value, unit: 'percent', note, target: { atMost: 5 } };
        }
        const cycles = await throughSystem(design, heads, system('memory'), true);
        const name = `${label}, ${what}, AXI memory, ${width}, overhead of a layer`;
        yield { name, value: 100 * (cycles / own - 1), unit: 'percent', note: 'one start for all heads' };
      }
    }
  }
};
