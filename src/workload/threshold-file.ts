/**
 * Thresholds from a file, in units of the real score q.k/sqrt(dim). A `.npy` file has one for everything, one a head, or one a
 * head and query. A `.json` file, which `prunus learn` writes, has those of all layers of a model:
 *
 *     { "kind": "prunus-thresholds", "version": 1, "model": "use-lite", "about": {...},
 *       "layers": [{ "name": "layer0", "dim": 64, "thresholds": [1.2, 0.8, 2.1, 1.7] }, ...] }
 *
 * Errors: PR0452 other heads, tokens or dimension than the tensors, PR0453 not such a file, PR0454 no such layer.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PrunusError } from '../errors.ts';
import { readNpy, shapeText } from './npy.ts';

export const thresholdFileSchema = z.object({
  kind: z.literal('prunus-thresholds'),
  version: z.literal(1),
  /** Whose layers they are. */
  model: z.string().min(1),
  /** How they came about; for people. */
  about: z.record(z.string(), z.unknown()).default({}),
  layers: z
    .array(
      z.object({
        name: z.string().min(1),
        /** Elements of a head's vectors. */
        dim: z.int().min(1),
        /** One a head. */
        thresholds: z.array(z.number()).min(1),
      }),
    )
    .min(1),
});

export type ThresholdFile = z.output<typeof thresholdFileSchema>;

/** The tensors that the thresholds are for. */
interface Shape {
  readonly heads: number;
  readonly tokens: number;
  readonly dim: number;
}

/** One entry a head: a number, or an array with one number a query. `layer` is a name or a number from 0, of a `.json` file only. */
export function loadThresholds(path: string, shape: Shape, layer?: string): (number | Float32Array)[] {
  if (path.endsWith('.json')) return layerThresholds(path, shape, layer);
  if (layer !== undefined) {
    throw new PrunusError('PR0454', `${path}: has no layers; '${layer}' cannot be chosen`, 'leave --layer out.');
  }
  return arrayThresholds(path, shape);
}

function arrayThresholds(path: string, { heads, tokens }: Shape): (number | Float32Array)[] {
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

function layerThresholds(path: string, { heads, dim }: Shape, wanted: string | undefined): number[] {
  const { model, layers } = readThresholdFile(path);
  const names = layers.map((l) => l.name).join(', ');
  if (wanted === undefined && layers.length > 1) {
    throw new PrunusError('PR0454', `${path}: has ${layers.length} layers (${names})`, 'choose one with --layer.');
  }
  const number = wanted === undefined ? 0 : /^\d+$/.test(wanted) ? Number(wanted) : -1;
  const layer = layers.find((l) => l.name === wanted) ?? layers[number];
  if (!layer) throw new PrunusError('PR0454', `${path}: has no layer '${wanted}'; there are ${names}`);
  const has = `${path}: ${layer.name} of ${model} has ${layer.thresholds.length} heads of dimension ${layer.dim}`;
  if (layer.dim !== dim || layer.thresholds.length !== heads) {
    throw new PrunusError('PR0452', `${has}, the tensors ${heads} of ${dim}`, 'use the thresholds of this model.');
  }
  return layer.thresholds;
}

/** Throws PR0453, also for a file that cannot be read. */
export function readThresholdFile(path: string): ThresholdFile {
  const refuse = (why: string): never => {
    const fix = '`prunus learn` writes such files; a .npy file of thresholds serves as well.';
    throw new PrunusError('PR0453', `${path}: is no file of thresholds: ${why}`, fix);
  };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    refuse((cause as Error).message);
  }
  const checked = thresholdFileSchema.safeParse(content);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  return refuse(`${issue!.path.join('.') || 'the file'}: ${issue!.message}`);
}
