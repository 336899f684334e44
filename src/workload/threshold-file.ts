/** Thresholds from a `.npy` file: one for everything, one a head, or one a head and query. */
import { PrunusError } from '../errors.ts';
import { readNpy, shapeText } from './npy.ts';

/**
 * Reads real-score thresholds (units of q.k/sqrt(dim)) for `heads` heads of `tokens` queries. The shape is `[]`
 * or `[1]` (one for all), `[heads]`, `[heads, tokens]`, or `[tokens]` with a single head. Returns one entry a
 * head: a number, or an array with one number a query. Throws the errors of `readNpy`, and PR0452 for other
 * shapes.
 */
export function loadThresholds(path: string, heads: number, tokens: number): (number | Float32Array)[] {
  const { shape, data } = readNpy(path);
  const values = Float32Array.from(data);
  const is = (...wanted: readonly number[]) =>
    shape.length === wanted.length && wanted.every((n, axis) => shape[axis] === n);
  if (is() || is(1)) return Array.from({ length: heads }, () => values[0]);
  if (is(heads)) return [...values];
  if (is(heads, tokens) || (heads === 1 && is(tokens))) {
    return Array.from({ length: heads }, (_, h) => values.subarray(h * tokens, (h + 1) * tokens));
  }
  const allowed = `(${heads},) for one a head or (${heads}, ${tokens}) for one a head and query`;
  throw new PrunusError('PR0452', `${path}: thresholds have shape ${shapeText(shape)}; ${allowed} is needed`);
}
