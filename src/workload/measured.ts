/**
 * Conductances measured on a user's own array after its keys were written: a `.npy` file in siemens, float32 or float64,
 *
 *     differential coding  [2, keys, dim] or [heads, 2, keys, dim]: the positive devices, and the negative ones
 *     offset coding        [keys, dim] or [heads, keys, dim]
 *
 * `heads` is that of K (or of Q); without it all heads were written the same. Key j, element d: [.., j, d].
 *
 * Error: PR0461 a file of another shape, or a conductance that is none.
 */
import { PrunusError } from '../errors.ts';
import { indexText, readNpy, shapeText } from './npy.ts';
import type { AttentionTensors } from './tensors.ts';

/** The conductances of keys 0 to `length` - 1 for a head, as `programKeys` takes them. Throws PR0461 and those of `readNpy`. */
export function loadMeasured(
  path: string,
  coding: 'differential' | 'offset',
  { heads, keyHeads, tokens, dim }: Pick<AttentionTensors, 'heads' | 'keyHeads' | 'tokens' | 'dim'>,
): (head: number, length: number) => Float64Array {
  const { shape, data, dtype } = readNpy(path);
  const inner = coding === 'differential' ? [2, tokens, dim] : [tokens, dim];
  const own = shape.length === inner.length + 1 ? shape[0] : undefined;
  const fits = shapeText(own === undefined ? shape : shape.slice(1)) === shapeText(inner);
  if (!fits || (own !== undefined && own !== heads && own !== keyHeads)) {
    const several = [...new Set([keyHeads, heads])].map((n) => shapeText([n, ...inner])).join(' or ');
    const need = `${coding} coding of these tensors needs ${shapeText(inner)}, or ${several}`;
    throw new PrunusError('PR0461', `${path}: has shape ${shapeText(shape)}; ${need}`);
  }
  if (dtype !== 'float32')
    throw new PrunusError('PR0461', `${path}: has ${dtype}; conductances are float32, in siemens`);
  const bad = data.findIndex((g) => !(g >= 0 && g <= 1));
  if (bad >= 0) {
    const message = `${path}: element ${indexText(bad, shape)} is ${data[bad]} S, which is no conductance of a cell`;
    throw new PrunusError('PR0461', message, 'give siemens: 40 uS are 4e-5.');
  }
  const size = inner.reduce((a, b) => a * b, 1);
  const planes = coding === 'differential' ? 2 : 1;
  return (head, length) => {
    const from = own === undefined ? 0 : Math.floor((head * own) / heads) * size;
    const out = new Float64Array(planes * length * dim);
    for (let plane = 0; plane < planes; plane++) {
      const start = from + plane * tokens * dim;
      out.set(data.subarray(start, start + length * dim), plane * length * dim);
    }
    return out;
  };
}
