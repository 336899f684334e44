/** The whole of HARDSEA as straight loops, from the formulas; the predictor's are in `predictor.ts`. */
import { PrunusError } from '../../errors.ts';
import { dotRows, dotRowsSize } from '../../numerics/dot.ts';
import { type AttentionHead, checkHead, type HeadOutput } from '../head.ts';
import { KeptAttention } from '../kept-attention.ts';
import { checkCodebook, type Codebook, thresholdLimit } from './codebook.ts';
import { type PredictorDesign, RelevancePredictor } from './predictor.ts';

export interface HardseaFunctionalDesign extends PredictorDesign {
  readonly scoreBits: number;
}

/** Thresholds are in units of a relevance. */
export interface HardseaHead extends AttentionHead {
  /** Null when pruning is off: there is nothing to predict. */
  readonly codebook: Codebook | null;
  /** The reference of keys and of queries falls by 2^ramp in a step: 0 to 31. */
  readonly keyRamp: number;
  readonly queryRamp: number;
  /** The most keys of a query, by relevance; 0 for those that reach the query's threshold instead. */
  readonly topK: number;
  /** Query i keeps key i besides. */
  readonly diagonal: boolean;
}

export interface HardseaOutput extends HeadOutput {
  /** `[length, length]`; 0 where a mask is, and everywhere with pruning off. */
  readonly relevances: Int32Array;
  /** `[length, subspaces]`: the centroids of every key; empty with pruning off. */
  readonly ids: Uint16Array;
}

/**
 * The outputs of one head. A query keeps the visible keys whose relevance reaches its threshold, or with `topK` > 0 the `topK` visible
 * keys of the largest relevance (all when fewer are visible), of equal ones those of the lowest index; and with `diagonal` its own key besides.
 * Throws PR0301, PR0312.
 */
export function hardseaHead(p: HardseaFunctionalDesign, head: HardseaHead): HardseaOutput {
  checkHead('PR0312', { ...p, widths: { queryBits: 8, keyBits: 8, valueBits: 8 } }, head);
  checkSelection(p, head);
  const { dim, scoreBits } = p;
  const { length } = head;
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  const kept = new Uint8Array(length * length);
  const relevances = new Int32Array(length * length);
  const keys = new Int32Array(length);
  const dots = new Float64Array(dotRowsSize(length));
  const [q, k] = [new Float64Array(head.q), new Float64Array(head.k)];
  const predictor = head.prune ? new RelevancePredictor(p, { ...head, codebook: head.codebook! }) : undefined;
  const form = { valueBits: 8, normalisation: 'deferred', probabilityRounding: 'round' } as const;
  const attention = new KeptAttention({ dim, scoreBits, ...form }, head);
  let keptCount = 0;
  for (let i = 0; i < length; i++) {
    const row = relevances.subarray(i * length, i * length + (head.causal ? i + 1 : length));
    predictor?.query(i, row.length, row);
    let count = 0;
    const keep = selector(head, i, row);
    for (let j = 0; j < row.length; j++) {
      if (!keep(j)) continue;
      kept[i * length + j] = 1;
      keys[count++] = j;
    }
    keptCount += count;
    if (count === 0) {
      none[i] = 1;
      continue;
    }
    dotRows(q, i * dim, k, dim, keys, count, dots);
    attention.row(i, keys, dots, count, out);
  }
  return { out, none, kept, keptCount, relevances, ids: predictor?.ids ?? new Uint16Array(0) };
}

/** Whether query i keeps key j; `relevances` are those of the keys that it may see. */
function selector(head: HardseaHead, i: number, relevances: Int32Array): (j: number) => boolean {
  const { prune, topK, threshold, diagonal } = head;
  if (!prune) return () => true;
  const own = (j: number): boolean => diagonal && j === i;
  if (topK === 0) return (j) => own(j) || relevances[j] >= threshold[i];
  const order = Array.from(relevances, (_, j) => j).toSorted((a, b) => relevances[b] - relevances[a] || a - b);
  const best = new Set(order.slice(0, topK));
  return (j) => own(j) || best.has(j);
}

function checkSelection(p: HardseaFunctionalDesign, head: HardseaHead): void {
  const fail = (message: string): never => {
    throw new PrunusError('PR0312', message);
  };
  const { codebook, prune, threshold } = head;
  for (const [name, most] of [
    ['keyRamp', 31],
    ['queryRamp', 31],
    ['topK', p.tokens],
  ] as const) {
    const value = head[name];
    if (!Number.isInteger(value) || value < 0 || value > most) {
      fail(`${name} is ${value}; an integer from 0 to ${most} is allowed`);
    }
  }
  const limit = thresholdLimit(p);
  const bad = threshold.find((t) => !Number.isInteger(t) || t < -limit || t >= limit);
  if (bad !== undefined) fail(`a threshold is ${bad}; an integer from ${-limit} to ${limit - 1} is allowed`);
  if (!prune) return;
  if (!codebook) return fail('the head is to be pruned and has no codebook');
  checkCodebook('PR0312', p, codebook);
}
