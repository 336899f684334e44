/**
 * A crossbar tile, programmed: keys become conductances with everything that is wrong with them, wires are solved, and
 * out come the integers with which the behavioural tile of `../crossbar.ts` (and its Verilog) computes: a code a cell
 * in units of 1/64 level, an offset and a read noise a column. The physics is done then; each operation is
 *
 *     kept  iff  sum over d of (2 qh_d + 1) code[d] + offset + deviate(gaussian, readScale) >= threshold * 64
 *
 * Signed cells: the odd level l = 2h+1 of -(2^bits - 1) .. 2^bits - 1 is
 *   - `differential`: |l| of the range on one of two arrays by its sign, the least conductance on the other;
 *   - `offset`: one cell at (l + most) / (2 most) of the range, less a bit line of middle cells, the array's last.
 * Word lines that carry -V read as well as those that carry V: the network is linear, so codes hold for any query.
 *
 * Read noise of a cell does not know the query here; it is what queries of evenly spread levels see. In `offset` coding
 * the reference's noise is drawn for each column, as the behavioural tile has it, not once for all.
 *
 * Errors: PR0909 bits of a cell, PR0911 a read noise or offset too large for the behavioural tile, PR0912 keys or
 * measured conductances of the wrong size, and those of what it is made of.
 */
import { PrunusError } from '../../errors.ts';
import { gaussianScale, mix } from '../../numerics/random.ts';
import { columnCounter, oddLevel, unitsPerLevel } from '../layout.ts';
import { type FaultRates, faultMap, faultRates, stuck } from '../device/faults.ts';
import { deviceTag, normalAt } from '../device/normal.ts';
import {
  drifted,
  levelConductances,
  Programmer,
  type Programming,
  readSigma,
  type WriteVerify,
} from '../device/program.ts';
import { conductanceRange, type DeviceModel } from '../device/schema.ts';
import { type WiredArray, WireNetwork } from './network.ts';

export type Coding = 'differential' | 'offset';

export interface TileSettings {
  readonly device: DeviceModel;
  readonly coding: Coding;
  /** Bits of a key element in its cell, 1 to 4. */
  readonly cellBits: number;
  /** Bits of a query element on its word line, 1 to 8: scales read noise and offsets. */
  readonly dacBits: number;
  /** Word lines: elements of a key. */
  readonly rows: number;
  /** Keys. */
  readonly columns: number;
  readonly wordOhms: number;
  readonly bitOhms: number;
  /** Unsigned, 32 bits: one programming of it. */
  readonly seed: number;
  /** Unsigned, 32 bits: which cells are stuck, which comparators off; `seed` if absent. */
  readonly chip?: number | undefined;
  /** Tells the tiles of a chip apart, 0 to 65535. */
  readonly tileId: number;
  /** Element on the first word line, of a key that spans several tiles; 0 if absent. */
  readonly firstRow?: number | undefined;
  /** Mean square of what drives each word line, levels squared; that of evenly spread query levels if absent. */
  readonly squares?: Float64Array | undefined;
  readonly programming?: Programming | undefined;
  readonly verify?: WriteVerify | undefined;
  /** The device's own if absent. */
  readonly faults?: FaultRates | undefined;
  /** Of a comparator's offset, as a fraction of the largest current of this tile; 0 if absent. */
  readonly comparatorSigma?: number | undefined;
  /** Instead of drawn conductances, siemens, `[rows, columns]`; for `offset` the second has one a row: the reference. */
  readonly measured?: readonly [first: Float64Array, second: Float64Array] | undefined;
}

/** What columns are after programming, in code units of 1/64 level; and how that went. */
export interface ProgrammedColumns {
  /** `[columns, rows]`: what `conductance` of `../crossbar.ts` gives, wires and all. */
  readonly codes: Int32Array;
  /** Of the comparator. */
  readonly offsets: Int32Array;
  /** What `deviate` takes for the noise of a read. */
  readonly readScales: Float64Array;
  /** Of the codes against the nominal ones, least squares. 1 without wires and errors. */
  readonly gains: Float64Array;
  /** The most pulses that a cell took. */
  readonly pulses: Uint16Array;
  /** Over all cells of the arrays: given up by write-verify, stuck at either end. */
  readonly rejected: number;
  readonly stuckLow: number;
  readonly stuckHigh: number;
}

export interface ProgrammedTile extends ProgrammedColumns {
  /** The arrays themselves: positive and negative, or one with the reference as its last bit line. */
  readonly arrays: readonly WiredArray[];
  /** Variance of a read of each cell, siemens squared, `[columns, rows]`, both cells of a pair together. */
  readonly readVariance: Float64Array;
}

/** Programs `keys`, row-major `[up to columns, rows]`; columns without a key stay at the least conductance. */
export function programTile(settings: TileSettings, keys: Int8Array): ProgrammedTile {
  const { cellBits, rows, columns } = settings;
  if (keys.length % rows !== 0 || keys.length > rows * columns) {
    checkTile(settings);
    throw new PrunusError('PR0912', `${keys.length} elements are not up to ${columns} keys of ${rows}`);
  }
  return programLevels(
    settings,
    Int16Array.from(keys, (k) => oddLevel(k, cellBits)),
  );
}

/** In place of a level: a cell that is not written, and stays at the least conductance. */
export const unwritten = -32768;

/** Programs signed levels, -(2^cellBits - 1) to 2^cellBits - 1, or `unwritten`, row-major `[up to columns, rows]`. */
export function programLevels(settings: TileSettings, levels: Int16Array): ProgrammedTile {
  const { device, coding, cellBits, rows, columns, wordOhms, bitOhms } = settings;
  checkTile(settings);
  const { min, max } = conductanceRange(device);
  const most = 2 ** cellBits - 1;
  const differential = coding === 'differential';
  const bitLines = differential ? columns : columns + 1;
  const levelAt = (i: number, j: number): number | undefined => levels[j * rows + i];

  const target = (side: number, i: number, j: number): number => {
    if (!differential && j === columns) return (min + max) / 2;
    const level = levelAt(i, j);
    if (level === undefined || level === unwritten) return min;
    if (!differential) return min + ((level + most) / (2 * most)) * (max - min);
    return min + (Math.max(0, side === 0 ? level : -level) / most) * (max - min);
  };
  const state: Progress = { pulses: new Uint16Array(columns), rejected: 0, stuckLow: 0, stuckHigh: 0 };
  const sides = differential ? [0, 1] : [0];
  const arrays = sides.map((side): WiredArray => {
    const conductance =
      measuredSide(settings, side) ?? drawSide(settings, side, bitLines, (i, j) => target(side, i, j), state);
    return { rows, columns: bitLines, conductance, wordOhms, bitOhms };
  });

  // Siemens that one level is worth.
  const step = (1e-6 * (max - min)) / (differential ? most : 2 * most);
  const [first, second] = arrays.map((array) => new WireNetwork(array).transfer());
  const codes = new Int32Array(columns * rows);
  for (let j = 0, at = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++, at++) {
      const less = differential ? second[at] : first[columns * rows + i];
      codes[at] = codeOf(((first[at] - less) / step) * unitsPerLevel, i, j);
    }
  }
  const readVariance = varianceOf(settings, arrays);
  const { readScales, offsets } = columnParameters(settings, readVariance, step);
  return { ...state, codes, offsets, readScales, gains: gainsOf(codes, levels, rows), arrays, readVariance };
}

/** Rounded; 31 bits and a sign keep every sum that the behavioural tile makes of codes exact. */
function codeOf(units: number, row: number, column: number): number {
  const code = Math.round(units);
  if (Math.abs(code) < 2 ** 31) return code;
  const what = `the cell in row ${row}, column ${column} conducts ${units / unitsPerLevel} times what a level is worth`;
  throw new PrunusError('PR0911', `${what}, too much for the behavioural tile`, 'use a device of a smaller spread');
}

interface Progress {
  readonly pulses: Uint16Array;
  rejected: number;
  stuckLow: number;
  stuckHigh: number;
}

function drawSide(
  settings: TileSettings,
  side: number,
  bitLines: number,
  target: (i: number, j: number) => number,
  state: Progress,
): Float64Array {
  const { device, rows, columns, seed, tileId, programming = {}, verify, faults = faultRates(device) } = settings;
  const { chip = seed, firstRow = 0 } = settings;
  const { min, max } = conductanceRange(device);
  const programmer = new Programmer(device, programming, verify);
  const first = columnCounter({ tileId, column: 0 });
  // Each array has faults of its own: of a pair the second, of a key's tiles each.
  const array = side + 2 * firstRow;
  const map = faultMap(faults, rows, bitLines, array === 0 ? chip : mix(chip ^ mix(array)), first);
  const out = new Float64Array(rows * bitLines);
  const { after, kelvin } = programming;
  for (let j = 0; j < bitLines; j++) {
    for (let i = 0; i < rows; i++) {
      const at = i * bitLines + j;
      const cell = { seed, column: first + j, row: firstRow + i + 32768 * side };
      const done = programmer.program(target(i, j), cell);
      let conductance = after === undefined ? done.conductance : drifted(device, done.conductance, after, cell, kelvin);
      if (map[at] === stuck.low) conductance = min;
      if (map[at] === stuck.high) conductance = max;
      if (map[at] === stuck.low) state.stuckLow++;
      if (map[at] === stuck.high) state.stuckHigh++;
      if (!done.accepted) state.rejected++;
      if (j < columns) state.pulses[j] = Math.max(state.pulses[j], done.pulses);
      out[at] = 1e-6 * conductance;
    }
  }
  return out;
}

function measuredSide({ measured, coding, rows, columns }: TileSettings, side: number): Float64Array | undefined {
  if (!measured) return undefined;
  if (coding === 'differential') return measured[side];
  const out = new Float64Array(rows * (columns + 1));
  for (let i = 0; i < rows; i++) {
    out.set(measured[0].subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    out[i * (columns + 1) + columns] = measured[1][i];
  }
  return out;
}

function varianceOf(
  { device, coding, rows, columns, programming }: TileSettings,
  arrays: readonly WiredArray[],
): Float64Array {
  const out = new Float64Array(columns * rows);
  if (device.readNoise.kind === 'none') return out;
  const variance = (siemens: number): number => (1e-6 * readSigma(device, 1e6 * siemens, programming?.after)) ** 2;
  const [a, b] = arrays;
  for (let j = 0, at = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++, at++) {
      const second =
        coding === 'differential' ? b.conductance[i * columns + j] : a.conductance[i * a.columns + columns];
      out[at] = variance(a.conductance[i * a.columns + j]) + variance(second);
    }
  }
  return out;
}

function columnParameters(settings: TileSettings, readVariance: Float64Array, step: number) {
  const { rows, columns, cellBits, dacBits, seed, chip = seed, tileId, comparatorSigma = 0, squares } = settings;
  const full = (2 ** dacBits - 1) * (2 ** cellBits - 1) * rows * unitsPerLevel;
  // Mean square of the odd levels of a query.
  const square = (4 ** dacBits - 1) / 3;
  const readScales = new Float64Array(columns);
  const offsets = new Int32Array(columns);
  for (let j = 0; j < columns; j++) {
    let variance = 0;
    for (let i = 0; i < rows; i++) variance += (squares?.[i] ?? square) * readVariance[j * rows + i];
    readScales[j] = gaussianScale((Math.sqrt(variance) / step) * unitsPerLevel);
    const column = columnCounter({ tileId, column: j });
    const offset = comparatorSigma === 0 ? 0 : comparatorSigma * full * normalAt(chip, deviceTag.comparator, column, 0);
    offsets[j] = Math.round(offset);
    if (readScales[j] <= 2 ** 31 && Math.abs(offset) < 2 ** 31) continue;
    const what = `column ${j}'s read noise or offset is too large for the behavioural tile`;
    throw new PrunusError('PR0911', what, 'use fewer bits, fewer rows, or a quieter device');
  }
  return { readScales, offsets };
}

/** What a gain error of wires leaves of each column: sum of code times nominal over sum of nominal squared. */
function gainsOf(codes: Int32Array, levels: Int16Array, rows: number): Float64Array {
  return Float64Array.from({ length: codes.length / rows }, (_, j) => {
    let product = 0;
    let square = 0;
    for (let at = j * rows; at < Math.min(levels.length, (j + 1) * rows); at++) {
      if (levels[at] === unwritten) break;
      const nominal = levels[at] * unitsPerLevel;
      product += codes[at] * nominal;
      square += nominal * nominal;
    }
    return square === 0 ? 1 : product / square;
  });
}

function checkTile({ device, coding, cellBits, dacBits, rows, columns, measured }: TileSettings): void {
  levelConductances(device, cellBits); // says what bits a cell may have
  const ranges = { dacBits: [dacBits, 8], rows: [rows, 4096], columns: [columns, 4095] } as const;
  for (const [name, [value, largest]] of Object.entries(ranges)) {
    if (Number.isInteger(value) && value >= 1 && value <= largest) continue;
    throw new PrunusError('PR0912', `the tile's ${name} is ${value}; an integer from 1 to ${largest} is allowed`);
  }
  if (!measured) return;
  const sizes = [rows * columns, coding === 'differential' ? rows * columns : rows];
  const given = measured.map((m) => m.length);
  if (given[0] === sizes[0] && given[1] === sizes[1]) return;
  const need = `${coding} coding of ${rows} x ${columns} needs ${sizes.join(' and ')} measured conductances`;
  throw new PrunusError('PR0912', `${need}; there are ${given.join(' and ')}`);
}
