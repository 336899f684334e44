/** HARDSEA in clock cycles of the RTL: how busy its SRAM-CIM is with irregular kept sets, and what prediction gains. */
import { predictionFrom } from '../src/cli/codebook.ts';
import { topKForKeep } from '../src/explore/relevance.ts';
import type { Pruning } from '../src/explore/setting.ts';
import { type Group, keep, type Layer, off, sizedTo } from './context.ts';
import { measureHeads, totalOf } from './heads.ts';
import { prepare } from '../src/explore/prepare.ts';

/** Fractions of the pairs that are kept: the range of the paper's abstract, and a quarter. */
const fractions = [0.12, 0.2, 0.25, 0.33];

/** Codebooks are made of the tensors themselves: cycles depend on how many pairs are kept and where, hardly on how well they were chosen. */
export async function hardseaHeads(layer: Layer) {
  const { codebook, tensors, scheme } = await predictionFrom('self', layer.tensors, { seed: 1 });
  const { subspaces, centroids } = codebook;
  const design = sizedTo('hardsea', layer, { subspaces, centroids });
  const setting = { causal: layer.causal, validLength: tensors.tokens, seed: 1, scheme, codebook };
  const heads = (pruning: Pruning) =>
    Array.from({ length: tensors.heads }, (_, i) => prepare(design, tensors, i, { ...setting, pruning }).head);
  return { design, heads };
}

/** How a fraction is kept: one threshold a head, which leaves queries with a few keys and with most of them, or the best of each query. */
const selections: Readonly<Record<string, (layer: Layer, fraction: number) => Pruning>> = {
  threshold: (_, fraction) => keep(fraction),
  rank: ({ tensors, causal }, fraction) => ({ kind: 'top', keys: topKForKeep(fraction, tensors.tokens, causal) }),
};

export const hardsea: Group = async function* ({ sets, quick }) {
  for (const layer of sets.flatMap((s) => (quick ? s.layers.slice(0, 1) : s.layers))) {
    const { design, heads: headsWith } = await hardseaHeads(layer);
    const measure = (pruning: Pruning) => measureHeads(design, layer.name, headsWith(pruning));
    const units = design.part.parameters['units'] as number;
    const dense = totalOf(await measure(off), 'cycles');
    for (const [selection, pruning] of Object.entries(selections)) {
      for (const fraction of quick ? [0.25] : fractions) {
        const heads = await measure(pruning(layer, fraction));
        const cycles = totalOf(heads, 'cycles');
        const kept = totalOf(heads, 'keys_kept');
        const where = `hardsea, ${layer.name}, ${fraction} by ${selection}`;
        yield {
          name: `SRAM-CIM busy, ${where}`,
          value: (100 * kept * 8) / units / cycles,
          unit: 'percent',
          target: { atLeast: 90 },
          note: `of all cycles of ${heads.length} heads, filling and draining included`,
        };
        const speedup = { name: `speedup ${where}`, value: dense / cycles, unit: 'ratio' } as const;
        yield fraction === 0.25 ? { ...speedup, target: { atLeast: 3.4 }, note: 'over its own dense mode' } : speedup;
      }
    }
  }
};
