/** How good SPRINT's arithmetic is on recorded tensors with everything kept (functional model; the RTL equals it). */
import { expectedHead } from '../src/explore/head-design.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import { type Group, headsOf, type Layer, off, sizedTo } from './context.ts';

export const cosine: Group = async function* ({ sets }) {
  for (const set of sets) {
    const heads = set.layers.flatMap(cosines);
    const worst = (of: (head: (typeof heads)[number]) => number) => Math.min(...heads.map(of));
    const note = `worst of ${heads.length} heads`;
    yield {
      name: `cosine to float over the quantised tensors, ${set.name}`,
      value: worst((h) => h.quantised),
      unit: 'cosine',
      target: { atLeast: 0.9995 },
      note,
    };
    const name = `cosine to float over the original tensors, ${set.name}`;
    yield { name, value: worst((h) => h.original), unit: 'cosine', note };
  }
};

function cosines(layer: Layer): { quantised: number; original: number }[] {
  const design = sizedTo('sprint-s', layer);
  const { tensors, causal } = layer;
  const { tokens, dim } = tensors;
  return headsOf(design, layer, off).map(({ head, quantised }, index) => {
    const { out } = expectedHead(design, head).output!;
    const { q, k, v } = head;
    const { scoreScale, valueScale } = quantised;
    const integers = denseAttention({ q, k, v, tokens, dim, causal, scoreScale });
    const real = Float64Array.from(out, (x, n) => x * valueScale[n % dim]);
    const original = denseAttention({ ...tensors.head(index), tokens, dim, causal });
    return {
      quantised: compareOutputs(out, integers, dim).cosine,
      original: compareOutputs(real, original, dim).cosine,
    };
  });
}
