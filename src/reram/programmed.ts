/**
 * Keys of a head, or the centroids of a codebook, programmed into the arrays of a design: for every column the integers
 * with which the behavioural models compute from then on. The physics is that of `array/tile.ts`; here is which cells share
 * an array, and what the columns of a key's several arrays add up to.
 *
 * SPRINT: a tile holds up to `columns` keys of `rows` elements; the elements beyond are in further arrays, each with wires of its
 * own, whose currents are added in front of one comparator. Columns of a tile without a key of the head are reset.
 */
import { gaussianScale } from '../numerics/random.ts';
import { type ProgrammedColumns, type ProgrammedTile, programLevels, unwritten } from './array/tile.ts';
import { type Replica, replicaLevel } from './calibration.ts';
import { columnCounter, type KeyLayout, oddLevel, placeKey, unitsPerLevel } from './layout.ts';
import { deviceTag, normalAt } from './device/normal.ts';
import { conductanceRange } from './device/schema.ts';
import type { ArrayKind } from './settings.ts';
import { PrunusError } from '../errors.ts';

export interface ProgrammedKeys extends ProgrammedColumns {
  /** By number of the tile, of those that hold a key; empty without calibration. */
  readonly replicas: ReadonlyMap<number, Replica>;
}

export interface KeyArrays extends KeyLayout {
  readonly dim: number;
  /** Word lines of an array. */
  readonly rows: number;
  readonly cellBits: number;
  readonly dacBits: number;
}

/** Columns of a tile that the design uses. */
export const usedColumns = ({ tokens, channels, banks, columns }: KeyLayout): number =>
  Math.min(columns, Math.ceil(Math.ceil(tokens / channels) / banks));

/** What every column has in common: its comparator against the largest current, `fullCurrent`. */
export interface ComparatorLevels {
  /** Half of the hysteresis, and of the band of chance: code units. */
  readonly hysteresis: number;
  readonly metastable: number;
}

export const comparatorLevels = (kind: ArrayKind, full: number): ComparatorLevels => ({
  hysteresis: Math.round((kind.hysteresis * full) / 2),
  metastable: Math.round(kind.metastable * full),
});

/**
 * Programs `keys`, row-major `[up to tokens, dim]`, elements of 8 bits; the result has a column a key. `seed`: of this
 * programming, unsigned, 32 bits. `measured`: conductances instead of drawn ones, siemens: `[2, keys, dim]`, of the
 * positive devices and then of the negative ones; in offset coding `[keys, dim]`. Throws PR0911, PR0912.
 */
export function programKeys(
  design: KeyArrays,
  kind: ArrayKind,
  seed: number,
  keys: ArrayLike<number>,
  measured?: Float64Array,
): ProgrammedKeys {
  const { dim, rows, cellBits } = design;
  const count = keys.length / dim;
  checkMeasured(kind, count, dim, measured);
  const out = emptyColumns(count, dim);
  const variances = new Float64Array(count);
  const gains = new Float64Array(count);
  const tally = { rejected: 0, stuckLow: 0, stuckHigh: 0 };
  const { columns, place, middle } = bitLines(design, kind);
  const replicas = new Map<number, Replica>();
  const full = (2 ** design.dacBits - 1) * (2 ** cellBits - 1) * dim * unitsPerLevel;
  for (const [tileId, held] of keysByTile(design, count)) {
    const replica = { codes: new Int32Array(dim), variance: 0 };
    for (let firstRow = 0; firstRow < dim; firstRow += rows) {
      const size = Math.min(rows, dim - firstRow);
      const levels = new Int16Array(columns * size).fill(unwritten);
      held.forEach((key, slot) => {
        const at = place(slot) * size;
        for (let i = 0; i < size; i++) levels[at + i] = oddLevel(keys[key * dim + firstRow + i], cellBits);
      });
      if (kind.replica) {
        for (let i = 0; i < size; i++) levels[middle * size + i] = replicaLevel(design, firstRow + i);
      }
      const tile = programLevels(
        {
          ...kind,
          cellBits,
          dacBits: design.dacBits,
          rows: size,
          columns,
          seed,
          tileId,
          firstRow,
          comparatorSigma: 0,
          measured: measured && measuredTile(design, kind, measured, { held, firstRow, size, count }),
        },
        levels,
      );
      addTally(tally, tile);
      held.forEach((key, slot) => {
        const column = place(slot);
        for (let i = 0; i < size; i++) out.codes[key * dim + firstRow + i] = tile.codes[column * size + i];
        variances[key] += tile.readScales[column] ** 2;
        gains[key] += (tile.gains[column] * size) / dim;
        out.pulses[key] = Math.max(1, out.pulses[key], tile.pulses[column]);
      });
      replica.codes.set(tile.codes.subarray(middle * size, (middle + 1) * size), firstRow);
      replica.variance += tile.readScales[middle] ** 2;
    }
    if (!kind.replica) continue;
    const offset = comparatorOffset(kind, full, replicaCounter(design, tileId));
    replicas.set(tileId, {
      codes: replica.codes,
      offset,
      readScale: checkedScale(Math.round(Math.sqrt(replica.variance))),
    });
  }
  for (let j = 0; j < count; j++) {
    out.readScales[j] = checkedScale(Math.round(Math.sqrt(variances[j])));
    out.offsets[j] = comparatorOffset(kind, full, columnCounter(placeKey(design, j)));
  }
  return { ...out, gains, ...tally, replicas };
}

/** The random coordinate of a tile's replica: that of the column behind its keys. */
export const replicaCounter = (design: KeyLayout, tileId: number): number =>
  columnCounter({ tileId, column: usedColumns(design) });

/** Which bit line of an array holds a tile's column: with a replica one more, in the middle of the others. */
function bitLines(design: KeyLayout, { replica }: ArrayKind) {
  const keys = usedColumns(design);
  const middle = Math.floor(keys / 2);
  if (!replica) return { columns: keys, middle, place: (column: number) => column };
  return { columns: keys + 1, middle, place: (column: number) => (column < middle ? column : column + 1) };
}

/** The keys of every tile, by column. */
function keysByTile(design: KeyLayout, count: number): Map<number, number[]> {
  const tiles = new Map<number, number[]>();
  for (let j = 0; j < count; j++) {
    const { tileId } = placeKey(design, j);
    const held = tiles.get(tileId);
    if (held) held.push(j);
    else tiles.set(tileId, [j]);
  }
  return tiles;
}

interface Part {
  readonly held: readonly number[];
  readonly firstRow: number;
  readonly size: number;
  readonly count: number;
}

/** Of measured conductances those of one array; columns without a key, and the reference of offset coding, as they ought to be. */
function measuredTile(
  design: KeyArrays,
  kind: ArrayKind,
  measured: Float64Array,
  { held, firstRow, size, count }: Part,
): readonly [Float64Array, Float64Array] {
  const { device, coding } = kind;
  const { columns, place, middle } = bitLines(design, kind);
  const { min, max } = conductanceRange(device);
  const most = 2 ** design.cellBits - 1;
  // The replica as it ought to be.
  const ideal = (side: number, i: number): number => {
    const level = replicaLevel(design, firstRow + i);
    const share = coding === 'offset' ? (level + most) / (2 * most) : Math.max(0, side === 0 ? level : -level) / most;
    return 1e-6 * (min + share * (max - min));
  };
  const plane = (side: number): Float64Array => {
    const out = new Float64Array(size * columns).fill(1e-6 * min);
    for (let i = 0; kind.replica && i < size; i++) out[i * columns + middle] = ideal(side, i);
    held.forEach((key, slot) => {
      const column = place(slot);
      for (let i = 0; i < size; i++) {
        out[i * columns + column] = measured[(side * count + key) * design.dim + firstRow + i];
      }
    });
    return out;
  };
  if (coding === 'differential') return [plane(0), plane(1)];
  return [plane(0), new Float64Array(size).fill((1e-6 * (min + max)) / 2)];
}

function checkMeasured({ coding }: ArrayKind, count: number, dim: number, measured: Float64Array | undefined): void {
  const planes = coding === 'differential' ? 2 : 1;
  if (!measured || measured.length === planes * count * dim) return;
  const need = `${coding} coding of ${count} keys of ${dim} needs ${planes * count * dim} measured conductances`;
  throw new PrunusError('PR0912', `${need}; there are ${measured.length}`);
}

export interface CodebookArrays {
  readonly subspaces: number;
  readonly centroids: number;
  readonly cellBits: number;
  readonly dacBits: number;
  /** Elements of a centroid, and word lines beside them. */
  readonly elements: number;
  readonly biasRows: number;
}

export interface ProgrammedCodebook extends ProgrammedColumns {
  /** `readScales` of reads that drive the bias rows too. */
  readonly biasedReadScales: Float64Array;
}

/**
 * Programs `cells`, `[subspaces, centroids, elements + biasRows]`, an array a subspace; a column a centroid. Throws PR0911.
 */
export function programCodebook(
  design: CodebookArrays,
  kind: ArrayKind,
  seed: number,
  cells: ArrayLike<number>,
): ProgrammedCodebook {
  const { subspaces, centroids, cellBits, dacBits, elements, biasRows } = design;
  const rows = elements + biasRows;
  const count = subspaces * centroids;
  const out = emptyColumns(count, rows);
  const biasedReadScales = new Float64Array(count);
  const gains = new Float64Array(count);
  const tally = { rejected: 0, stuckLow: 0, stuckHigh: 0 };
  const full = (2 ** dacBits - 1) * (2 ** cellBits - 1) * elements * unitsPerLevel;
  // The last bias row is driven by 1, the others by the largest level.
  const squares = new Float64Array(rows).fill((4 ** dacBits - 1) / 3, 0, elements);
  const biased = squares.slice().fill((2 ** dacBits - 1) ** 2, elements);
  biased[rows - 1] = 1;
  for (let m = 0; m < subspaces; m++) {
    const levels = Int16Array.from({ length: centroids * rows }, (_, n) => cells[m * centroids * rows + n]);
    const shape = { ...kind, cellBits, dacBits, rows, columns: centroids, seed, tileId: m, comparatorSigma: 0 };
    const tile = programLevels({ ...shape, squares }, levels);
    addTally(tally, tile);
    out.codes.set(tile.codes, m * centroids * rows);
    out.pulses.set(tile.pulses, m * centroids);
    gains.set(tile.gains, m * centroids);
    // Siemens that a level is worth, by what the same array makes of variances and of codes.
    for (let c = 0; c < centroids; c++) {
      const n = m * centroids + c;
      out.readScales[n] = checkedScale(tile.readScales[c]);
      biasedReadScales[n] = checkedScale(rescaled(tile, c, squares, biased));
      out.offsets[n] = comparatorOffset(kind, full, columnCounter({ tileId: m, column: c }));
    }
  }
  return { ...out, gains, ...tally, biasedReadScales };
}

/** A column's read scale, were its word lines driven otherwise. */
function rescaled(tile: ProgrammedTile, c: number, squares: Float64Array, biased: Float64Array): number {
  let before = 0;
  let after = 0;
  for (let i = 0; i < squares.length; i++) {
    const variance = tile.readVariance[c * squares.length + i];
    before += squares[i] * variance;
    after += biased[i] * variance;
  }
  return before === 0 ? 0 : Math.round(tile.readScales[c] * Math.sqrt(after / before));
}

const emptyColumns = (count: number, rows: number) => ({
  codes: new Int32Array(count * rows),
  offsets: new Int32Array(count),
  readScales: new Float64Array(count),
  pulses: new Uint16Array(count),
});

function addTally(
  tally: { rejected: number; stuckLow: number; stuckHigh: number },
  { rejected, stuckLow, stuckHigh }: ProgrammedTile,
): void {
  tally.rejected += rejected;
  tally.stuckLow += stuckLow;
  tally.stuckHigh += stuckHigh;
}

function comparatorOffset({ comparatorSigma, chip }: ArrayKind, full: number, column: number): number {
  if (comparatorSigma === 0) return 0;
  const offset = Math.round(comparatorSigma * full * normalAt(chip, deviceTag.comparator, column, 0));
  if (Math.abs(offset) < 2 ** 31) return offset;
  throw tooLarge(`a comparator's offset of ${offset} units`);
}

function checkedScale(scale: number): number {
  if (scale <= 2 ** 31 - 1) return scale;
  throw tooLarge(`a read noise of ${(scale / gaussianScale(1)).toFixed(0)} units`);
}

const tooLarge = (what: string): PrunusError =>
  new PrunusError(
    'PR0911',
    `${what} is too large for the behavioural tile`,
    'use fewer bits, fewer rows, or a quieter device',
  );
