/** Random codebooks and settings of a relevance predictor. */
import type { HardseaHead } from '../../architectures/hardsea/functional.ts';
import type { AttentionHead } from '../../architectures/head.ts';
import { clog2 } from '../../numerics/fixed.ts';
import type { CodebookSizes, HeadDesign } from '../head-design.ts';
import type { Random } from './random.ts';

type Prediction = Omit<HardseaHead, keyof AttentionHead>;

/** What a head's relevance is predicted from: anything, or centroids that are keys, as real ones nearly are. */
export function predictionOf(
  r: Random,
  design: HeadDesign,
  head: Pick<AttentionHead, 'k' | 'length' | 'prune'>,
): Prediction {
  const sizes = design.codebook!;
  const { cellBits, dacBits, rows, crossingBits } = sizes;
  // Where currents of this many cells fill the codes.
  const fills = Math.max(0, Math.ceil(clog2(rows) / 2) + cellBits + dacBits - crossingBits);
  const ramp = (): number => Math.min(31, Math.max(0, fills + r.integer(-2, 2)));
  return {
    codebook: head.prune ? { cells: cellsOf(r, design, sizes, head), products: productsOf(r, sizes) } : null,
    keyRamp: ramp(),
    queryRamp: ramp(),
    topK: r.chance(0.4)
      ? Math.min(design.tokens, r.pick([1, 2, r.integer(1, design.tokens), Math.max(1, head.length - 1)]))
      : 0,
    diagonal: r.chance(0.3),
  };
}

function cellsOf(
  r: Random,
  { dim }: HeadDesign,
  { subspaces, centroids, rows, cellBits }: CodebookSizes,
  { k, length }: Pick<AttentionHead, 'k' | 'length'>,
): Int8Array {
  const most = 2 ** cellBits - 1;
  const cells = Int8Array.from({ length: subspaces * centroids * rows }, () => r.integer(-most, most));
  if (r.chance(0.4)) return cells;
  const part = dim / subspaces;
  for (let n = 0; n < subspaces * centroids; n++) {
    const m = Math.floor(n / centroids);
    const key = r.integer(0, length - 1);
    for (let d = 0; d < part; d++) cells[n * rows + d] = Math.trunc((k[key * dim + m * part + d]! * most) / 128);
  }
  return cells;
}

const productsOf = (
  r: Random,
  { subspaces, centroids, crossingBits, table }: CodebookSizes,
): Uint16Array | undefined =>
  table
    ? Uint16Array.from({ length: subspaces * centroids * centroids }, () => r.integer(0, 2 ** crossingBits - 1))
    : undefined;
