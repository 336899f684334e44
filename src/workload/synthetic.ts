/** Tensors out of nothing but a seed, for questions that need some. */
import type { AttentionTensors } from './tensors.ts';
import { mix } from '../numerics/random.ts';

/** Q, K and V of independent normal deviates: attention without structure, which pruning likes least. */
export function normalTensors(heads: number, tokens: number, dim: number, seed: number): AttentionTensors {
  let state = mix(seed >>> 0);
  const unit = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return (mix(state) + 0.5) / 2 ** 32;
  };
  const deviates = () =>
    Float32Array.from(
      { length: heads * tokens * dim },
      () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()),
    );
  const [q, k, v] = [deviates(), deviates(), deviates()];
  const size = tokens * dim;
  const part = (x: Float32Array, head: number) => x.subarray(head * size, (head + 1) * size);
  return {
    kind: 'float',
    heads,
    keyHeads: heads,
    tokens,
    keyTokens: tokens,
    dim,
    shape: [heads, tokens, dim],
    head: (index) => ({ kind: 'float', q: part(q, index), k: part(k, index), v: part(v, index) }),
  };
}
