/** Every head of a folder of recorded tensors, with its float attention. For the measuring scripts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrunusError } from '../src/errors.ts';
import { denseAttention } from '../src/workload/reference.ts';
import { loadAttention } from '../src/workload/tensors.ts';

export interface RecordedHead {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly tokens: number;
  readonly dim: number;
  readonly causal: boolean;
  /** Float attention over the tensors above, everything kept. */
  readonly expected: Float64Array;
}

/**
 * Reads `lN_q.npy`, `lN_k.npy`, `lN_v.npy` (N = 0, 1, ...) and the `causal` of `meta.json`. Throws PR0440 when there
 * are none or they are not floats.
 */
export function recordedHeads(folder: string): RecordedHead[] {
  if (!existsSync(join(folder, 'meta.json'))) throw new PrunusError('PR0440', `${folder}: holds no meta.json`);
  const { causal } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as { causal: boolean };
  const heads: RecordedHead[] = [];
  for (let layer = 0; existsSync(join(folder, `l${layer}_q.npy`)); layer++) {
    const path = (name: string) => join(folder, `l${layer}_${name}.npy`);
    const tensors = loadAttention({ q: path('q'), k: path('k'), v: path('v') });
    for (let index = 0; index < tensors.heads; index++) {
      const head = tensors.head(index);
      if (head.kind !== 'float') throw new PrunusError('PR0440', `${path('q')}: is quantised already`);
      const { tokens, dim } = tensors;
      const shaped = { q: head.q, k: head.k, v: head.v, tokens, dim, causal };
      heads.push({ ...shaped, expected: denseAttention(shaped) });
    }
  }
  if (heads.length === 0) throw new PrunusError('PR0440', `${folder}: holds no l0_q.npy`);
  return heads;
}

/** Runs a script over its folder arguments: bad input is one line and exit code 2. */
export function measureFolders(measure: (folders: readonly string[]) => void): void {
  try {
    const folders = process.argv.slice(2);
    if (folders.length === 0) throw new PrunusError('PR0440', 'give one or more folders of recorded tensors');
    measure(folders);
  } catch (error) {
    if (!(error instanceof PrunusError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
