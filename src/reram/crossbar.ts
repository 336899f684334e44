/**
 * The in-memory half of SPRINT: ReRAM crossbars hold the most significant bits of every key, one key a column, and a
 * comparator a column decides whether a query keeps the key. Integers throughout, so RTL and model agree bit for bit
 * with noise too. Effective odd levels 2h+1 and signed cells: `docs/sprint.md`.
 *
 *     key cell      h  = k >> (8 - cellBits)            conductance c = (2h+1) * 64 + programming deviate
 *     query line    qh = q >> (8 - dacBits)             current     a = sum over d of (2 qh_d + 1) * c_d
 *     kept  iff  a + read deviate + comparator deviate >= threshold * 64
 *
 * 64 code units are one level of conductance. Rows of a tile do not appear: a key longer than a column continues in
 * stacked segments whose currents are added before the comparator. Without noise the same sums give
 * a = 64 * sum (2 qh + 1)(2 h + 1), and no random number is drawn.
 *
 * With devices (`reram`) cells, offsets and a read noise a column come from `programmed.ts` instead, and comparators may have
 * hysteresis and a band in which chance decides:
 *
 *     above = a + read deviate + offset - threshold * 64  +- hysteresis, + after a query that kept the column
 *     kept  iff  |above| < metastable ? a random bit of column and operation : above >= 0
 *
 * With `reram.calibration` the threshold is scaled for every tile first (`calibration.ts`).
 *
 * Exact in doubles: deviates are at most 510 * 2^31 / 2^16 < 2^24, so |c| < 2^25 and, with up to 4096 elements,
 * |a| < 2^8 * 2^25 * 2^12 = 2^45; |threshold * 64| <= 2^37. Codes of devices have 32 bits, so |a| < 2^51.
 *
 * Errors: PR0301 a noise too large or not a number, PR0302 a size or width out of range.
 */
import { PrunusError } from '../errors.ts';
import { dotRows, dotRowsSize } from '../numerics/dot.ts';
import { deviate, gaussian, random, randomAt, randomCounter, randomLine, randomTag } from '../numerics/random.ts';
import { columnCounter, type KeyLayout, oddLevel, placeKey, tilesPerBank, unitsPerLevel } from './layout.ts';
import { noiseScale } from './noise.ts';
import { calibratedGain, scaledThreshold } from './calibration.ts';
import {
  type ComparatorLevels,
  comparatorLevels,
  type ProgrammedKeys,
  programKeys,
  replicaCounter,
} from './programmed.ts';
import { type ArrayKind, arrayKind, type ReramSettings } from './settings.ts';

/** Spreads of cells, reads and comparators, without a device behind them. */
export interface DeviceSpreads {
  /** Standard deviation of a programmed conductance, as a fraction of the largest: (2^cellBits - 1) * 64 units. */
  readonly programSigma: number;
  /** Of a column current from one operation to the next, as a fraction of the largest current (`fullCurrent`). */
  readonly readSigma: number;
  /** Of a comparator's offset, constant over operations, as a fraction of the largest current. */
  readonly comparatorSigma: number;
}

export interface CrossbarDesign extends KeyLayout, DeviceSpreads {
  /** Elements of a key, 1 to 4096. */
  readonly dim: number;
  /** Bits of a key element in its cell, 1 to 8. */
  readonly cellBits: number;
  /** Bits of a query element on its wordline, 1 to 8. */
  readonly dacBits: number;
  /** Word lines of an array: a longer key continues in another one. As many as a key has elements if absent. */
  readonly rows?: number | undefined;
  /** Devices instead of the three spreads above; ideal cells if absent. */
  readonly reram?: ReramSettings | undefined;
}

/** The largest |a| without noise, in code units. */
export function fullCurrent({ dim, cellBits, dacBits }: Pick<CrossbarDesign, 'dim' | 'cellBits' | 'dacBits'>): number {
  return (2 ** dacBits - 1) * (2 ** cellBits - 1) * dim * unitsPerLevel;
}

export interface NoiseScales {
  readonly program: number;
  readonly read: number;
  readonly offset: number;
}

/** What `deviate` takes for each noise, 0 to 2^31. Throws PR0301. */
export function noiseScales(design: CrossbarDesign): NoiseScales {
  const full = fullCurrent(design);
  return {
    program: noiseScale('programSigma', design.programSigma, (2 ** design.cellBits - 1) * unitsPerLevel),
    read: noiseScale('readSigma', design.readSigma, full),
    offset: noiseScale('comparatorSigma', design.comparatorSigma, full),
  };
}

/** Conductance code of element d of a key, in the column with this `columnCounter`. */
export function conductance(
  k: number,
  d: number,
  column: number,
  cellBits: number,
  seed: number,
  scale: number,
): number {
  const nominal = oddLevel(k, cellBits) * unitsPerLevel;
  return scale === 0 ? nominal : nominal + deviate(gaussian(random(seed, randomTag.program, column, d)), scale);
}

/** Query levels 2 qh + 1 for `KeyCrossbar.keep`, in the shape of `q`. */
export function queryLevels(q: ArrayLike<number>, dacBits: number): Float64Array {
  const levels = new Float64Array(q.length);
  for (let n = 0; n < q.length; n++) levels[n] = oddLevel(q[n], dacBits);
  return levels;
}

/** The keys of one head, programmed: one object for all tiles. */
export class KeyCrossbar {
  private readonly dim: number;
  private readonly count: number;
  private readonly columns: Columns;
  /** Whether each column was kept last; comparators have it with hysteresis only. */
  private readonly last: Uint8Array;
  private readonly all: Int32Array;
  private readonly currents: Float64Array;

  /**
   * Programs `keys`, row-major `[up to design.tokens, dim]`. `seed` is unsigned, 32 bits. `measured`: conductances for the
   * devices, as `programKeys` takes them. Throws PR0301, PR0302, and what programming throws.
   */
  constructor(design: CrossbarDesign, seed: number, keys: ArrayLike<number>, measured?: Float64Array) {
    checkDesign(design, keys.length);
    const count = keys.length / design.dim;
    const kind = arrayKind(design.reram);
    this.dim = design.dim;
    this.count = count;
    this.columns = kind ? deviceColumns(design, kind, seed, keys, measured) : plainColumns(design, seed, keys);
    this.last = new Uint8Array(count);
    this.all = Int32Array.from({ length: count }, (_, j) => j);
    this.currents = new Float64Array(dotRowsSize(count));
  }

  /**
   * How far the comparators of keys 0 to `count`-1 see the query in row `operation` of `levels` (from `queryLevels`) above
   * `threshold`, which `keep` explains: offsets, read noise and calibration included, hysteresis not; in code units. The array is
   * this object's, until the next call.
   */
  margins(levels: Float64Array, operation: number, count: number, threshold: number): Float64Array {
    const { currents } = this;
    const { cells, offsets, readScales, readLines, tileGains } = this.columns;
    dotRows(levels, operation * this.dim, cells, this.dim, this.all, count, currents);
    const counter = randomCounter(operation);
    for (let j = 0; j < count; j++) {
      const limit = tileGains ? scaledThreshold(threshold, tileGains[j]) : threshold;
      currents[j] += offsets[j] - limit * unitsPerLevel;
      if (readScales[j] > 0) currents[j] += deviate(gaussian(randomAt(readLines[j], counter)), readScales[j]);
    }
    return currents;
  }

  /**
   * Which of keys 0 to `count`-1 the query in row `operation` of `levels` keeps: ascending, into `kept`; returns how many.
   * `threshold` is in units of sum (2 qh + 1)(2 h + 1), any int32. With hysteresis a column's decision depends on its last, so
   * queries are to be asked in order.
   */
  keep(levels: Float64Array, operation: number, count: number, threshold: number, kept: Int32Array): number {
    const { last, count: keys } = this;
    const { chanceLines, hysteresis, metastable } = this.columns;
    const decided = hysteresis > 0 ? keys : count;
    const margins = this.margins(levels, operation, decided, threshold);
    const counter = randomCounter(operation);
    let found = 0;
    for (let j = 0; j < decided; j++) {
      let above = margins[j];
      if (hysteresis > 0) above += last[j] ? hysteresis : -hysteresis;
      const isChance = above < metastable && above > -metastable;
      const isKept = isChance ? randomAt(chanceLines[j], counter) >= 2 ** 31 : above >= 0;
      last[j] = Number(isKept);
      if (isKept && j < count) kept[found++] = j;
    }
    return found;
  }
}

/** What is known of every key's column. */
interface Columns extends ComparatorLevels {
  /** `[keys, dim]`, code units. */
  readonly cells: Float64Array;
  /** Code units. */
  readonly offsets: ArrayLike<number>;
  readonly readScales: ArrayLike<number>;
  /** The random lines of read noise, and of decisions left to chance. */
  readonly readLines: Uint32Array;
  readonly chanceLines: Uint32Array;
  /** With calibration: the gain of each key's tile. */
  readonly tileGains?: Float64Array | undefined;
}

const linesOf = (design: CrossbarDesign, seed: number, tag: number, count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, j) => randomLine(seed, tag, columnCounter(placeKey(design, j))));

function plainColumns(design: CrossbarDesign, seed: number, keys: ArrayLike<number>): Columns {
  const { dim, cellBits } = design;
  const scales = noiseScales(design);
  const count = keys.length / dim;
  const cells = new Float64Array(keys.length);
  const offsets = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    const column = columnCounter(placeKey(design, j));
    for (let d = 0; d < dim; d++) {
      cells[j * dim + d] = conductance(keys[j * dim + d], d, column, cellBits, seed, scales.program);
    }
    offsets[j] = deviate(gaussian(random(seed, randomTag.offset, column, 0)), scales.offset);
  }
  return {
    cells,
    offsets,
    readScales: new Float64Array(count).fill(scales.read),
    readLines: scales.read > 0 ? linesOf(design, seed, randomTag.read, count) : new Uint32Array(0),
    chanceLines: new Uint32Array(0),
    hysteresis: 0,
    metastable: 0,
  };
}

function deviceColumns(
  design: CrossbarDesign,
  kind: ArrayKind,
  seed: number,
  keys: ArrayLike<number>,
  measured: Float64Array | undefined,
): Columns {
  const { codes, offsets, readScales, replicas } = programmedKeys(design, kind, seed, keys, measured);
  const count = offsets.length;
  const ofTile = new Map(
    Array.from(replicas, ([tile, replica]) => [
      tile,
      calibratedGain(design, replica, seed, replicaCounter(design, tile)),
    ]),
  );
  return {
    tileGains: kind.replica
      ? Float64Array.from({ length: count }, (_, j) => ofTile.get(placeKey(design, j).tileId)!)
      : undefined,
    cells: Float64Array.from(codes),
    offsets,
    readScales,
    readLines: linesOf(design, seed, randomTag.read, count),
    chanceLines: linesOf(design, seed, randomTag.metastable, count),
    ...comparatorLevels(kind, fullCurrent(design)),
  };
}

/** `programKeys` for a design; the same keys programmed the same way once more are not drawn again. */
export function programmedKeys(
  design: Omit<CrossbarDesign, keyof DeviceSpreads | 'reram'>,
  kind: ArrayKind,
  seed: number,
  keys: ArrayLike<number>,
  measured?: Float64Array,
): ProgrammedKeys {
  const { dim, rows = dim, cellBits, dacBits, tokens, channels, banks, columns } = design;
  const arrays = { dim, rows, cellBits, dacBits, tokens, channels, banks, columns };
  const asked = JSON.stringify([arrays, seed, kind]);
  const before = programmed.get(keys);
  if (before?.asked === asked && before.measured === measured) return before.result;
  const result = programKeys(arrays, kind, seed, keys, measured);
  programmed.set(keys, { asked, measured, result });
  return result;
}

const programmed = new WeakMap<
  ArrayLike<number>,
  { readonly asked: string; readonly measured: Float64Array | undefined; readonly result: ProgrammedKeys }
>();

function checkDesign(design: CrossbarDesign, elements: number): void {
  const { dim, cellBits, dacBits, tokens, channels, banks, columns } = design;
  const tiles = channels * banks * tilesPerBank(design);
  const ranges: readonly (readonly [name: string, value: number, least: number, most: number])[] = [
    ['dim', dim, 1, 4096],
    ['cellBits', cellBits, 1, 8],
    ['dacBits', dacBits, 1, 8],
    ['columns', columns, 1, 65536],
    ['channels x banks x tiles', tiles, 1, 65536],
    ['keys', elements / dim, 0, tokens],
  ];
  for (const [name, value, least, most] of ranges) {
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new PrunusError(
      'PR0302',
      `the crossbar's ${name} is ${value}; an integer from ${least} to ${most} is allowed`,
    );
  }
}
