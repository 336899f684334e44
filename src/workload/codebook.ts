/**
 * A trained codebook programmed for a quantised head: cells, ramps, the table of products, and how much of q.k a relevance stands for.
 *
 * A centroid c, in key codes, has cells g = round(s c), where s makes the largest element of the head the largest cell. With levels l ~ x
 * 2^(dacBits - 7), the nearest centroid has the largest l.g + bias with bias = -|g|^2 2^(dacBits - 7) / (2 s), and for a query
 *
 *     q.c  ~  (code - 2^(crossingBits - 1) + 1/2) * unit,    unit = 2^queryRamp * 2^(7 - dacBits) / s
 *
 * the half because codes are rounded down. (The gain of the cells is s 2^(7 - cellBits).) A ramp is as slow as can be with no more than
 * `clipped` of the currents beyond its ends: of those of winners for keys, as losers may be told too small; of all for queries.
 */
import { biasCells, type Codebook, thresholdLimit } from '../architectures/hardsea/codebook.ts';
import type { Integers } from '../architectures/head.ts';
import { type PredictorDesign, RelevancePredictor } from '../architectures/hardsea/predictor.ts';
import { codebookRows, subspaceDim } from '../components/relevance-payloads.ts';
import { oddLevel } from '../reram/layout.ts';
import { checkCodebookDesign, type CodebookLayer } from './codebook-file.ts';
import type { QuantisedHead } from './quantise.ts';
import type { PruningScore } from './thresholds.ts';

/** Share of the currents that may lie beyond a ramp. */
const clipped = 0.005;

export interface ProgrammedCodebook {
  readonly codebook: Codebook;
  readonly keyRamp: number;
  readonly queryRamp: number;
  /** How much q.k one unit of relevance stands for; 1 in the `count` form, whose relevances stand for none. */
  readonly unit: number;
  /** The relevance of a q.k of 0. */
  readonly zero: number;
}

type Codes = Pick<QuantisedHead, 'q' | 'k' | 'keyScale' | 'dim'>;

/** Head `index` of a layer, for codes made with `codebookScheme` of `mixedTensors`. `length`: tokens before padding. Throws PR0458. */
export function programCodebook(
  p: PredictorDesign,
  layer: CodebookLayer,
  index: number,
  head: Codes,
  length: number,
): ProgrammedCodebook {
  checkCodebookDesign(layer, p);
  const { centroids, queries } = layer.heads[index]!;
  const { subspaces, dacBits, crossingBits } = p;
  const size = subspaceDim(p);
  const scaleOf = (n: number): number => head.keyScale[Math.floor(n / size / p.centroids) * size + (n % size)]!;
  const codes = centroids.map((x, n) => (scaleOf(n) > 0 ? x / scaleOf(n) : 0));
  const largest = codes.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const s = (2 ** p.cellBits - 1) / (largest || 1);
  const cells = cellsOf(p, codes, s);
  const nominal = { ...p, cells };
  const worth: number[] = [];
  const winning: number[] = [];
  for (let i = 0; i < length; i++) {
    for (let m = 0; m < subspaces; m++) {
      worth.push(...currents(nominal, head.q, i, m, false));
      winning.push(Math.max(...currents(nominal, head.k, i, m, true)));
    }
  }
  const queryRamp = rampOf(p, worth);
  const unit = (2 ** queryRamp * 2 ** (7 - dacBits)) / s;
  const counted = p.relevance === 'count';
  return {
    codebook: { cells, products: p.relevance === 'table' ? productsOf(p, codes, queries, unit) : undefined },
    keyRamp: rampOf(p, winning),
    queryRamp,
    unit: counted ? 1 : unit,
    zero: counted ? 0 : subspaces * 2 ** (crossingBits - 1) - Math.floor(subspaces / 2),
  };
}

/** `[subspaces, centroids, codebookRows]` of centroids in codes. */
function cellsOf(p: PredictorDesign, codes: readonly number[], s: number): Int8Array {
  const size = subspaceDim(p);
  const rows = codebookRows(p);
  const cells = new Int8Array((codes.length / size) * rows);
  for (let n = 0; n < codes.length / size; n++) {
    const own = cells.subarray(n * rows, (n + 1) * rows);
    own.set(codes.slice(n * size, (n + 1) * size).map((x) => Math.round(x * s)));
    const square = own.subarray(0, size).reduce((sum, g) => sum + g * g, 0);
    own.set(biasCells(p, (-square * 2 ** (p.dacBits - 7)) / (2 * s)), size);
  }
  return cells;
}

/** Of exact devices: the currents of a subspace's columns with a row of `x`, in levels times levels. */
function currents(
  p: PredictorDesign & { readonly cells: Int8Array },
  x: Integers,
  row: number,
  m: number,
  bias: boolean,
): number[] {
  const size = subspaceDim(p);
  const rows = codebookRows(p);
  const full = 2 ** p.dacBits - 1;
  const levels = Array.from({ length: rows }, (_, r) => {
    if (r < size) return oddLevel(x[row * p.dim + m * size + r]!, p.dacBits);
    if (!bias) return 0;
    return r === rows - 1 ? 1 : full;
  });
  return Array.from({ length: p.centroids }, (_, c) => {
    const at = (m * p.centroids + c) * rows;
    return levels.reduce((sum, level, r) => sum + level * p.cells[at + r]!, 0);
  });
}

/** The least ramp with no more than `clipped` of the currents beyond its ends. */
function rampOf({ crossingBits }: PredictorDesign, of: readonly number[]): number {
  const sizes = Float64Array.from(of, Math.abs).toSorted();
  const largest = sizes[Math.max(0, Math.ceil(sizes.length * (1 - clipped)) - 1)] ?? 0;
  let ramp = 0;
  while (ramp < 31 && largest >= 2 ** (ramp + crossingBits - 1)) ramp++;
  return ramp;
}

/** What a code would be, were the query the mean of those that have its winner. */
function productsOf(
  p: PredictorDesign,
  codes: readonly number[],
  queries: readonly number[],
  unit: number,
): Uint16Array {
  const { centroids, crossingBits } = p;
  const size = subspaceDim(p);
  return Uint16Array.from({ length: p.subspaces * centroids ** 2 }, (_, n) => {
    const query = Math.floor(n / centroids) * size;
    const key = (Math.floor(n / centroids ** 2) * centroids + (n % centroids)) * size;
    let sum = 0;
    for (let d = 0; d < size; d++) sum += 127 * queries[query + d]! * codes[key + d]!;
    return Math.max(0, Math.min(2 ** crossingBits - 1, Math.floor(sum / unit) + 2 ** (crossingBits - 1)));
  });
}

/**
 * Relevances as what thresholds are held against. A relevance of 0 is far below a q.k of 0, hence the negative guard. Scores come from the devices
 * with this seed, deviations and all. In the `count` form thresholds are the same for all queries: give `scoreScale` 1 and `scoreOffset` 0.
 */
export function relevanceScore(p: PredictorDesign, programmed: ProgrammedCodebook, noiseSeed: number): PruningScore {
  const limit = thresholdLimit(p);
  return {
    unit: programmed.unit,
    least: -limit,
    most: limit - 1,
    guard: -programmed.zero,
    scores: ({ q, k, tokens }) => {
      const predictor = new RelevancePredictor(p, { ...programmed, length: tokens, q, k, noiseSeed });
      const row = new Int32Array(tokens);
      const out = new Float64Array(tokens * tokens);
      for (let i = 0; i < tokens; i++) {
        predictor.query(i, tokens, row);
        out.set(row, i * tokens);
      }
      return out;
    },
  };
}
