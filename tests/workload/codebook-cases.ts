/** Tensors and designs that the tests of codebooks share. */
import { resolve } from 'node:path';
import type { PredictorDesign } from '../../src/architectures/hardsea/predictor.ts';
import { PrunusError } from '../../src/errors.ts';
import type { CodebookOptions } from '../../src/workload/codebook-training.ts';
import { type AttentionTensors, type HeadTensors, loadAttention } from '../../src/workload/tensors.ts';

const example = (letter: string) => resolve(import.meta.dirname, `../../examples/tensors/use-lite/l0_${letter}.npy`);
export const real = loadAttention({ q: example('q'), k: example('k'), v: example('v') });
export const options: CodebookOptions = { subspaces: 16, centroids: 16, mixing: 'balanced' };
const exact = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0 };

export const designOf = (tensors: AttentionTensors, change: Partial<PredictorDesign> = {}): PredictorDesign => ({
  tokens: tensors.tokens,
  dim: tensors.dim,
  subspaces: 16,
  centroids: 16,
  cellBits: 4,
  dacBits: 4,
  crossingBits: 8,
  relevance: 'asymmetric',
  ...exact,
  ...change,
});

/** One head of floats, or of integers. */
export function tensorsOf(
  tokens: number,
  dim: number,
  q: readonly number[],
  k: readonly number[],
  kind = 'float',
): AttentionTensors {
  const pack = (x: readonly number[]) => (kind === 'float' ? Float32Array.from(x) : Int8Array.from(x));
  const head = { kind, q: pack(q), k: pack(k), v: pack(k) } as HeadTensors;
  return {
    kind: head.kind,
    heads: 1,
    keyHeads: 1,
    tokens,
    keyTokens: tokens,
    dim,
    shape: [tokens, dim],
    head: () => head,
  };
}

export const scores = ({ q, k }: HeadTensors, dim: number): number[] =>
  Array.from({ length: (q.length / dim) ** 2 }, (_, n) => {
    const tokens = q.length / dim;
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += q[Math.floor(n / tokens) * dim + d]! * k[(n % tokens) * dim + d]!;
    return sum;
  });

export const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof PrunusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
};
