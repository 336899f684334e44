/**
 * SPRINT's functional golden model: every output bit of one head, by straight loops written from the specification,
 * independent of the netlist's process network. A query keeps the keys that the crossbar keeps, all that the masks leave
 * when pruning is off; their exact dot products then go the way of `KeptAttention` (`docs/sprint.md`, ARCHITECTURE.md).
 *
 * Error: PR0310 a head that does not fit. The crossbar's own are PR0301 and PR0302, those of devices PR0903 to PR0912.
 */
import { PrunusError } from '../../errors.ts';
import { dotRows, dotRowsSize } from '../../numerics/dot.ts';
import { type CrossbarDesign, KeyCrossbar, queryLevels } from '../../reram/crossbar.ts';
import { unitsPerLevel } from '../../reram/layout.ts';
import { type AttentionHead, checkHead, type HeadOutput } from '../head.ts';
import { KeptAttention, type Normalisation } from '../kept-attention.ts';

export interface SprintFunctionalDesign extends CrossbarDesign {
  readonly scoreBits: 12;
  readonly normalisation: Normalisation;
  /** How p of the `probability` form comes to 8 bits; no effect on `deferred`. */
  readonly probabilityRounding: 'truncate' | 'round';
}

const widths = { queryBits: 8, keyBits: 8, valueBits: 8 };

/** Tokens beyond which the weighted sum of values times a reciprocal could pass 2^53. */
export const mostTokens = 16383;

/** The outputs of one head; its thresholds are in the units of the in-memory sum (2 qh + 1)(2 h + 1). Throws PR0301, PR0302, PR0310. */
export function sprintHead(design: SprintFunctionalDesign, head: AttentionHead): HeadOutput {
  const { dim, tokens } = design;
  checkSizes(design);
  checkHead('PR0310', { tokens, dim, widths }, head);
  const { length } = head;
  const [q, k] = [head.q, head.k].map((x) => new Float64Array(x));
  const select = selector(design, head);
  const attention = new KeptAttention({ ...design, valueBits: widths.valueBits }, head);
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  const kept = new Uint8Array(length * length);
  let keptCount = 0;
  const keys = new Int32Array(length);
  const dots = new Float64Array(dotRowsSize(length));
  for (let i = 0; i < length; i++) {
    const count = select(i, keys);
    keptCount += count;
    if (count === 0) {
      none[i] = 1;
      continue;
    }
    for (let n = 0; n < count; n++) kept[i * length + keys[n]] = 1;
    dotRows(q, i * dim, k, dim, keys, count, dots);
    attention.row(i, keys, dots, count, out);
  }
  return { out, none, kept, keptCount };
}

/**
 * What the comparators compare with thresholds, in units of these and with the devices' noise: `[length, length]`, 0 where
 * the causal mask is. Where calibration scales thresholds, scores are as far from the head's own. Throws PR0301, PR0302, PR0310.
 */
export function sprintScores(design: SprintFunctionalDesign, head: AttentionHead): Float64Array {
  const { dim, tokens } = design;
  checkSizes(design);
  checkHead('PR0310', { tokens, dim, widths }, head);
  const { length, causal } = head;
  const crossbar = new KeyCrossbar(design, head.noiseSeed, head.k, head.measured);
  const levels = queryLevels(head.q, design.dacBits);
  const out = new Float64Array(length * length);
  for (let i = 0; i < length; i++) {
    const seen = causal ? i + 1 : length;
    const threshold = head.threshold[i];
    const margins = crossbar.margins(levels, i, seen, threshold);
    for (let j = 0; j < seen; j++) out[i * length + j] = threshold + margins[j] / unitsPerLevel;
  }
  return out;
}

/** Writes the keys that query i keeps, ascending, and returns how many. */
function selector(design: SprintFunctionalDesign, head: AttentionHead): (i: number, keys: Int32Array) => number {
  const valid = (i: number): number => (head.causal ? i + 1 : head.length);
  if (head.prune) {
    const crossbar = new KeyCrossbar(design, head.noiseSeed, head.k, head.measured);
    const levels = queryLevels(head.q, design.dacBits);
    return (i, keys) => crossbar.keep(levels, i, valid(i), head.threshold[i], keys);
  }
  return (i, keys) => {
    for (let j = 0; j < valid(i); j++) keys[j] = j;
    return valid(i);
  };
}

function checkSizes({ dim, tokens }: SprintFunctionalDesign): void {
  for (const [name, value, most] of [
    ['dim', dim, 4096],
    ['tokens', tokens, mostTokens],
  ] as const) {
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new PrunusError('PR0310', `${name} is ${value}; an integer from 1 to ${most} is allowed`);
  }
}
