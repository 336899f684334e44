/** LeOPArd in clock cycles of the RTL: what early termination gains over the bit-parallel tile, and how early keys end. */
import type { Figure } from './figure.ts';
import { plainScheme } from '../src/workload/quantise.ts';
import { type Group, keep, type Layer, off, sizedTo } from './context.ts';
import { type MeasuredHead, measureLayer, totalOf } from './heads.ts';

/** Shares of the pairs that are pruned. */
const curve = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/**
 * Mean groups of 2 bits of a 12-bit key with three quarters pruned, one absolute threshold a head and one scale a tensor: what the
 * exact margin allows, counted independently of this project's models, on tensors that are not in the repository.
 */
const knownGroups: Readonly<Record<string, number>> = {
  'use-lite-n128 layer 0': 3.45,
  'use-lite-n128 layer 1': 3.8,
  'stories260k-n128 layer 2': 3.51,
};

export const leopard: Group = async function* ({ sets, quick }) {
  const pruned = quick ? [0.75] : curve;
  for (const layer of sets.flatMap((s) => (quick ? s.layers.slice(0, 1) : s.layers))) {
    const parallel = totalOf(await measureLayer(sizedTo('leopard-baseline', layer), layer, off), 'cycles');
    for (const label of ['leopard-ae', 'leopard-hp']) {
      for (const share of pruned) yield* speedup(label, layer, share, parallel);
    }
  }
};

async function* speedup(label: string, layer: Layer, share: number, parallel: number): AsyncIterable<Figure> {
  const design = sizedTo(label, layer);
  const heads = await measureLayer(design, layer, keep(1 - share));
  const groups = meanGroups(heads);
  const where = `${label}, ${layer.name}, ${100 * share} % pruned`;
  const units = design.part.parameters['units'] as number;
  yield {
    name: `speedup ${where}`,
    value: parallel / totalOf(heads, 'cycles'),
    unit: 'ratio',
    target: { atLeast: (0.95 * units) / groups },
    note: `over one key a cycle; ${groups.toFixed(3)} groups a key`,
  };
  const known = knownGroups[layer.name];
  if (share === 0.75 && known !== undefined) {
    const plain = meanGroups(await measureLayer(design, layer, keep(1 - share), plainScheme));
    const target = { near: known, within: 0.05 };
    yield { name: `groups ${where}, plain quantisation`, value: plain, unit: 'groups', target };
  }
}

/** Groups of bits that a key takes. */
function meanGroups(heads: readonly MeasuredHead[]): number {
  let keys = 0;
  let groups = 0;
  for (const { histogram } of heads) {
    histogram?.forEach((n, t) => {
      keys += n;
      groups += n * (t + 1);
    });
  }
  return groups / keys;
}
