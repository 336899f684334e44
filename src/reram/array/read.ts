/**
 * Reading a programmed tile in amperes: the difference of its pairs through the solved wires, with read noise. A cell's
 * noise is as if its wires were perfect; the cells of a column are independent, so that their sum is one deviate.
 */
import { deviceTag, normalAt } from '../device/normal.ts';
import { multiply } from './dense.ts';
import { WireNetwork } from './network.ts';
import type { ProgrammedTile } from './tile.ts';

export class TileReader {
  private readonly columns: number;
  private readonly rows: number;
  private readonly seed: number;
  /** Siemens, `[columns, rows]`. */
  private readonly matrix: Float64Array;
  private readonly variance: Float64Array;
  private readonly isNoisy: boolean;
  private readonly squares: Float64Array;
  private readonly noise: Float64Array;

  constructor({ arrays, readVariance }: ProgrammedTile, seed: number) {
    const { rows, columns } = arrays[0];
    this.columns = arrays.length === 2 ? columns : columns - 1;
    this.rows = rows;
    this.seed = seed;
    const [first, second] = arrays.map((array) => new WireNetwork(array).transfer());
    const reference = (at: number): number => (second ? second[at] : first[this.columns * rows + (at % rows)]);
    this.matrix = Float64Array.from({ length: this.columns * rows }, (_, at) => first[at] - reference(at));
    this.variance = readVariance;
    this.isNoisy = readVariance.some((v) => v > 0);
    this.squares = new Float64Array(rows);
    this.noise = new Float64Array(this.columns);
  }

  /** Amperes of every column for `volts` on the word lines; `operation` tells reads apart. */
  read(volts: Float64Array, operation: number, out = new Float64Array(this.columns)): Float64Array {
    multiply(this.matrix, volts, out);
    if (!this.isNoisy) return out;
    const { rows, columns, squares, noise, seed } = this;
    for (let i = 0; i < rows; i++) squares[i] = volts[i] * volts[i];
    multiply(this.variance, squares, noise);
    for (let j = 0; j < columns; j++) out[j] += Math.sqrt(noise[j]) * normalAt(seed, deviceTag.read, j, operation);
    return out;
  }
}
