/** `--codebook`: what relevance is predicted from, and the tensors as it takes them. */
import type { CodebookLayer } from '../workload/codebook-file.ts';
import type { QuantisationScheme } from '../workload/quantise.ts';
import type { AttentionTensors } from '../workload/tensors.ts';
import type { Design } from './designs.ts';

export interface CodebookChoice {
  readonly layer?: string | undefined;
  readonly validLength?: number | undefined;
  readonly seed: number;
  /** Of `self`; default: those of `codebookDefaults`. */
  readonly sizes?: { readonly subspaces: number; readonly centroids: number } | undefined;
}

export interface Prediction {
  readonly codebook: CodebookLayer;
  readonly tensors: AttentionTensors;
  readonly scheme: QuantisationScheme;
}

/** Whether a design predicts relevance. */
export const hasCodebook = ({ part }: Pick<Design, 'part'>): boolean => 'codebook' in part.ports;

/**
 * Where nothing else is said: the sizes that predict best for their cost (docs/hardsea.md), two elements a subspace, or one of short vectors, whose
 * few channels mixing to one scale would coarsen; at most 64 subspaces.
 */
export function codebookDefaults(dim: number): { subspaces: number; centroids: number; mixing: 'none' | 'balanced' } {
  const isShort = dim <= 16;
  let size = isShort ? 1 : Math.max(2, Math.ceil(dim / 64));
  while (dim % size !== 0) size++;
  return { subspaces: dim / size, centroids: 32, mixing: isShort ? 'none' : 'balanced' };
}

/**
 * A layer of a codebook file; or `self`: a codebook of the very tensors that are run, to see what a codebook can do at best. Throws PR0455 to
 * PR0460.
 */
export async function predictionFrom(
  given: string,
  tensors: AttentionTensors,
  choice: CodebookChoice,
): Promise<Prediction> {
  // Clustering brings libraries that other runs do without.
  const { codebookScheme, mixedTensors } = await import('../workload/codebook-mix.ts');
  const codebook = await layerOf(given, tensors, choice);
  return { codebook, tensors: mixedTensors(tensors, codebook), scheme: codebookScheme(codebook) };
}

async function layerOf(given: string, tensors: AttentionTensors, choice: CodebookChoice): Promise<CodebookLayer> {
  const { checkCodebookTensors, codebookLayer, readCodebookFile } = await import('../workload/codebook-file.ts');
  if (given === 'self') {
    const { trainCodebooks } = await import('../workload/codebook-training.ts');
    const { validLength, seed } = choice;
    const { mixing, ...sizes } = codebookDefaults(tensors.dim);
    const options = { ...sizes, ...choice.sizes, mixing: tensors.kind === 'float' ? mixing : 'none', seed } as const;
    return trainCodebooks([{ name: 'self', tensors, validLength }], options).layers[0]!;
  }
  const layer = codebookLayer(readCodebookFile(given), choice.layer);
  checkCodebookTensors(layer, tensors);
  return layer;
}
