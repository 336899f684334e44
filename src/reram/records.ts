/**
 * Programming records: what the behavioural forms of arrays read when they are written, a record a column. Words of 32 bits,
 * the most significant byte first:
 *
 *     magic "PRPG", version, words of a record, records of a tile, tiles, heads
 *     the noise seed of each head, by which a tile finds it
 *     records: [heads, tiles, columns, words]
 *
 * Error: PR0913 heads that a file cannot tell apart, or that do not fit into one.
 */
import { PrunusError } from '../errors.ts';
import { type KeyLayout, placeKey, tilesPerBank } from './layout.ts';
import { type ProgrammedCodebook, type ProgrammedKeys, usedColumns } from './programmed.ts';

export const programmingMagic = 0x50525047;
export const programmingVersion = 1;
/** Words before the seeds. */
export const programmingHeader = 6;

/** Of a key: a code an element, offset, read scale. */
export const keyRecordWords = (dim: number): number => dim + 2;
/** Of a centroid: a code a row, offset, read scales without and with the bias. */
export const centroidRecordWords = (rows: number): number => rows + 3;

export interface RecordShape {
  /** Words of a record. */
  readonly words: number;
  /** Of a tile. */
  readonly columns: number;
  readonly tiles: number;
}

/** The records of one head. */
export interface HeadRecords {
  /** Unsigned, 32 bits. */
  readonly seed: number;
  /** `[tiles, columns, words]`. */
  readonly records: Int32Array;
}

/** `replica`: each tile has a record of one behind those of its keys. */
export const keyRecordShape = (layout: KeyLayout, dim: number, replica: boolean): RecordShape => ({
  words: keyRecordWords(dim),
  columns: usedColumns(layout) + Number(replica),
  tiles: layout.channels * layout.banks * tilesPerBank(layout),
});

/** The keys of one head. */
export function keyRecords(
  layout: KeyLayout,
  dim: number,
  { codes, offsets, readScales, replicas }: ProgrammedKeys,
  replica: boolean,
): Int32Array {
  const { words, columns, tiles } = keyRecordShape(layout, dim, replica);
  const out = new Int32Array(words * columns * tiles);
  for (let j = 0; j < offsets.length; j++) {
    const { tileId, column } = placeKey(layout, j);
    const at = (tileId * columns + column) * words;
    out.set(codes.subarray(j * dim, (j + 1) * dim), at);
    out[at + dim] = offsets[j];
    out[at + dim + 1] = readScales[j];
  }
  for (const [tileId, own] of replicas) {
    const at = (tileId * columns + columns - 1) * words;
    out.set(own.codes, at);
    out.set([own.offset, own.readScale], at + dim);
  }
  return out;
}

/** The columns of one codebook, all of them one tile of the file. */
export const codebookRecordShape = (columns: number, rows: number): RecordShape => ({
  words: centroidRecordWords(rows),
  columns,
  tiles: 1,
});

export function codebookRecords(rows: number, programmed: ProgrammedCodebook): Int32Array {
  const { codes, offsets, readScales, biasedReadScales } = programmed;
  const words = centroidRecordWords(rows);
  const out = new Int32Array(words * offsets.length);
  for (let n = 0; n < offsets.length; n++) {
    out.set(codes.subarray(n * rows, (n + 1) * rows), n * words);
    out.set([offsets[n], readScales[n], biasedReadScales[n]], n * words + rows);
  }
  return out;
}

const sameRecords = (a: Int32Array, b: Int32Array): boolean => a === b || a.every((x, n) => x === b[n]);

/** The bytes of a file. Heads of equal seeds must have equal records. Throws PR0913. */
export function encodeRecords({ words, columns, tiles }: RecordShape, heads: readonly HeadRecords[]): Uint8Array {
  const own = new Map<number, Int32Array>();
  for (const [n, { seed, records }] of heads.entries()) {
    const before = own.get(seed);
    if (before && !sameRecords(before, records)) {
      const what = `head ${n} has the noise seed ${seed} of a head before it, and other keys`;
      throw new PrunusError('PR0913', what, 'give every head with devices a seed of its own');
    }
    if (!before) own.set(seed, records);
  }
  const size = words * columns * tiles;
  const total = programmingHeader + own.size * (1 + size);
  if (total > 2 ** 29 - 1) {
    throw new PrunusError(
      'PR0913',
      `the programming of ${own.size} heads takes ${4 * total} bytes; 2 GiB is the most`,
      'run fewer heads at once',
    );
  }
  const view = new DataView(new ArrayBuffer(4 * total));
  let at = 0;
  const put = (word: number): void => {
    view.setUint32(at, word);
    at += 4;
  };
  for (const word of [programmingMagic, programmingVersion, words, columns, tiles, own.size]) put(word);
  for (const seed of own.keys()) put(seed);
  for (const records of own.values()) for (const word of records) put(word);
  return new Uint8Array(view.buffer);
}
