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
 * Exact in doubles: deviates are at most 510 * 2^31 / 2^16 < 2^24, so |c| < 2^25 and, with up to 4096 elements,
 * |a| < 2^8 * 2^25 * 2^12 = 2^45; |threshold * 64| <= 2^37.
 *
 * Errors: PR0301 a noise too large or not a number, PR0302 a size or width out of range.
 */
import { PrunusError } from '../errors.ts';
import { dotRows, dotRowsSize } from '../numerics/dot.ts';
import { deviate, gaussian, gaussianScale, random, randomAt, randomLine, randomTag } from '../numerics/random.ts';

/** Code units in one step of conductance between levels 2h+1 and 2h+2; also what thresholds are multiplied by. */
export const unitsPerLevel = 64;

export interface KeyLayout {
  /** The most keys that the design holds. */
  readonly tokens: number;
  readonly channels: number;
  /** In each channel. */
  readonly banks: number;
  /** Of a tile, one key each; up to 65536. */
  readonly columns: number;
}

export interface CrossbarDesign extends KeyLayout {
  /** Elements of a key, 1 to 4096. */
  readonly dim: number;
  /** Bits of a key element in its cell, 1 to 8. */
  readonly cellBits: number;
  /** Bits of a query element on its wordline, 1 to 8. */
  readonly dacBits: number;
  /** Standard deviation of a programmed conductance, as a fraction of the largest: (2^cellBits - 1) * 64 units. */
  readonly programSigma: number;
  /** Of a column current from one operation to the next, as a fraction of the largest current (`fullCurrent`). */
  readonly readSigma: number;
  /** Of a comparator's offset, constant over operations, as a fraction of the largest current. */
  readonly comparatorSigma: number;
}

export interface KeyPlace {
  readonly channel: number;
  readonly bank: number;
  /** In the bank. */
  readonly tile: number;
  readonly column: number;
  /** Over all channels, banks and tiles. */
  readonly tileId: number;
}

/** Tiles in each bank; at least one. */
export function tilesPerBank({ tokens, channels, banks, columns }: KeyLayout): number {
  return Math.max(1, Math.ceil(Math.ceil(tokens / (channels * banks)) / columns));
}

/** Where key j is: adjacent keys in different channels, then banks; then columns, then tiles. */
export function placeKey(layout: KeyLayout, j: number): KeyPlace {
  const { channels, banks, columns } = layout;
  const channel = j % channels;
  const bank = Math.floor(j / channels) % banks;
  const slot = Math.floor(j / (channels * banks));
  const tile = Math.floor(slot / columns);
  const tileId = (channel * banks + bank) * tilesPerBank(layout) + tile;
  return { channel, bank, tile, column: slot % columns, tileId };
}

/** The first random coordinate of everything that belongs to a column. */
export function columnCounter({ tileId, column }: Pick<KeyPlace, 'tileId' | 'column'>): number {
  return (tileId * 65536 + column) >>> 0;
}

/** The odd level of an 8-bit integer cut to its `bits` most significant: 2 floor(x / 2^(8-bits)) + 1. */
export function oddLevel(x: number, bits: number): number {
  return 2 * (x >> (8 - bits)) + 1;
}

/** The largest |a| without noise, in code units. */
export function fullCurrent({ dim, cellBits, dacBits }: CrossbarDesign): number {
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

function noiseScale(name: string, fraction: number, fullScale: number): number {
  const scale = gaussianScale(fraction * fullScale);
  if (scale >= 0 && scale <= 2 ** 31) return scale;
  const largest = (2 ** 31 / gaussianScale(fullScale)).toPrecision(3);
  const why = `the noise multiplier of a full scale of ${fullScale} units would be ${scale}; 0 to 2^31 is allowed`;
  throw new PrunusError(
    'PR0301',
    `${name} is ${fraction}: ${why}`,
    `use 0 to ${largest}, or fewer bits a cell or line`,
  );
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
  private readonly readScale: number;
  /** `[keys, dim]`, code units. */
  private readonly cells: Float64Array;
  /** Comparator offset a key, code units. */
  private readonly offset: Float64Array;
  /** The random line of each key's read noise. */
  private readonly readLine: Uint32Array;
  private readonly all: Int32Array;
  private readonly currents: Float64Array;

  /** Programs `keys`, row-major `[up to design.tokens, dim]`. `seed` is unsigned, 32 bits. Throws PR0301, PR0302. */
  constructor(design: CrossbarDesign, seed: number, keys: ArrayLike<number>) {
    checkDesign(design, keys.length);
    const { dim, cellBits } = design;
    const scales = noiseScales(design);
    const count = keys.length / dim;
    this.dim = dim;
    this.readScale = scales.read;
    this.cells = new Float64Array(keys.length);
    this.offset = new Float64Array(count);
    this.readLine = new Uint32Array(count);
    this.all = Int32Array.from({ length: count }, (_, j) => j);
    this.currents = new Float64Array(dotRowsSize(count));
    for (let j = 0; j < count; j++) {
      const column = columnCounter(placeKey(design, j));
      for (let d = 0; d < dim; d++) {
        const k = keys[j * dim + d];
        this.cells[j * dim + d] = conductance(k, d, column, cellBits, seed, scales.program);
      }
      this.offset[j] = deviate(gaussian(random(seed, randomTag.offset, column, 0)), scales.offset);
      this.readLine[j] = randomLine(seed, randomTag.read, column);
    }
  }

  /**
   * Which of keys 0 to `count`-1 the query in row `operation` of `levels` (from `queryLevels`) keeps: ascending, into
   * `kept`; returns how many. `threshold` is in units of sum (2 qh + 1)(2 h + 1), any int32.
   */
  keep(levels: Float64Array, operation: number, count: number, threshold: number, kept: Int32Array): number {
    const { currents, offset, readLine, readScale } = this;
    dotRows(levels, operation * this.dim, this.cells, this.dim, this.all, count, currents);
    const limit = threshold * unitsPerLevel;
    let found = 0;
    for (let j = 0; j < count; j++) {
      let current = currents[j] + offset[j];
      if (readScale > 0) current += deviate(gaussian(randomAt(readLine[j], operation)), readScale);
      if (current >= limit) kept[found++] = j;
    }
    return found;
  }
}

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
