/**
 * What is programmed into the crossbars of a head. A centroid c, in units of key codes (8 bits), has cells
 * g = round(c * gain * 2^(cellBits - 7)), so that with levels l ~ x * 2^(dacBits - 7)
 *
 *     x.c  ~  (l.g) * 2^(14 - dacBits - cellBits) / gain
 *
 * and the nearest centroid, the largest x.c - |c|^2/2, is the largest l.g + bias with a bias of -|c|^2/2 in the same units.
 */
import { biasRows, codebookRows, type RelevanceShape, relevanceBits } from '../../components/relevance-payloads.ts';
import { PrunusError } from '../../errors.ts';

export interface Codebook {
  /** `[subspaces, centroids, codebookRows]`: elements, then the bias rows, the fine one last; |cell| <= 2^cellBits - 1. */
  readonly cells: Int8Array;
  /** Of the `table` form: `[subspaces, centroids of the query, centroids of the key]`, 0 to 2^crossingBits - 1. */
  readonly products?: Uint16Array | undefined;
}

type CodebookShape = Pick<
  RelevanceShape,
  'dim' | 'subspaces' | 'centroids' | 'cellBits' | 'dacBits' | 'crossingBits' | 'relevance'
>;

/**
 * The cells of the bias rows whose currents add up to `bias` (in levels times levels), or as near as they come to it: coarse rows are
 * driven with 2^dacBits - 1, the fine one with 1.
 */
export function biasCells(
  p: Pick<CodebookShape, 'dim' | 'subspaces' | 'cellBits' | 'dacBits'>,
  bias: number,
): Int8Array {
  const out = new Int8Array(biasRows(p));
  const most = 2 ** p.cellBits - 1;
  const cell = (x: number): number => Math.max(-most, Math.min(most, Math.round(x)));
  const level = 2 ** p.dacBits - 1;
  const coarse = out.length - 1;
  let left = bias;
  for (let r = 0; r < coarse; r++) {
    out[r] = cell(left / level);
    left -= out[r] * level;
  }
  out[coarse] = cell(left);
  return out;
}

/** Throws a PrunusError of the given code for a codebook that does not fit a design. */
export function checkCodebook(code: string, p: CodebookShape, { cells, products }: Codebook): void {
  const fail = (message: string): never => {
    throw new PrunusError(code, message);
  };
  const size = p.subspaces * p.centroids * codebookRows(p);
  const shape = `${p.subspaces} subspaces of ${p.centroids} centroids`;
  if (cells.length !== size)
    fail(`the codebook has ${cells.length} cells; ${shape} with ${codebookRows(p)} rows take ${size}`);
  const most = 2 ** p.cellBits - 1;
  const cell = cells.find((x) => Math.abs(x) > most);
  if (cell !== undefined)
    fail(`the codebook has a cell ${cell}; pairs of ${p.cellBits}-bit cells hold ${-most} to ${most}`);
  if (p.relevance !== 'table') return;
  const expected = p.subspaces * p.centroids ** 2;
  if (products?.length !== expected) {
    fail(`the codebook has ${products?.length ?? 0} products; tables of ${shape} take ${expected}`);
  }
  const product = products!.find((x) => x >= 2 ** p.crossingBits);
  if (product !== undefined)
    fail(`the codebook has a product ${product}; ${p.crossingBits} bits hold up to ${2 ** p.crossingBits - 1}`);
}

/** The thresholds that a design can hold: two's complement, one bit more than the relevances and their sign. */
export const thresholdLimit = (p: Pick<CodebookShape, 'crossingBits' | 'subspaces'>): number =>
  2 ** (relevanceBits(p) + 1);
