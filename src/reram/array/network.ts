/**
 * The resistor network of a crossbar with wires, solved exactly.
 *
 *     word line i:  terminal - R - w[i][0] - R - w[i][1] - ... - R - w[i][columns-1]         R = wordOhms
 *     bit line j:   b[0][j] - R - b[1][j] - ... - R - b[rows-1][j] - R - terminal            R = bitOhms
 *     device:       w[i][j] - 1/conductance[i][j] - b[i][j]
 *
 * Reading drives the word terminals and measures at the grounded bit terminals; reading the other way round drives the
 * bit terminals. Any voltages at all terminals are allowed.
 *
 * The method is block elimination, one block a column, from the far end of the word lines to their terminals:
 *
 *     seen from the word nodes of column j its bit line is a dense conductance matrix Y_j of rank-one off-diagonal blocks
 *     X_j = Y_j + g (I - H_(j+1)),   H_j = g (g I + X_j)^-1,   w_j = H_j (w_(j-1) + loads / g)          g = 1 / wordOhms
 *
 * All matrices are M-matrices: off-diagonals <= 0, row sums (the conductance to terminals, "leaks") >= 0. They are kept
 * as magnitudes of off-diagonals and leaks, and pivots are added up from those (Grassmann, Taksar and Heyman), so that
 * nothing is ever subtracted. Hence every entry of the result has a small relative error however far apart wires and
 * devices are, without pivoting and without iterations. rows^3 columns / 2 multiply-adds; an array with more rows than
 * columns is turned round first.
 *
 * Errors: PR0905 sizes and conductances, PR0906 wire resistance, PR0907 voltages.
 */
import { PrunusError } from '../../errors.ts';
import { invert, multiply, timesSymmetric } from './dense.ts';

export interface WiredArray {
  readonly rows: number;
  readonly columns: number;
  /** Siemens, `[rows, columns]`; 0 is an open device. */
  readonly conductance: Float64Array;
  /** Of one segment of a word line, from one device to the next; 0 is no resistance. */
  readonly wordOhms: number;
  readonly bitOhms: number;
}

/** Volts at the terminals; a side that is absent is grounded. */
export interface Drive {
  readonly word?: Float64Array;
  readonly bit?: Float64Array;
}

export interface Nodes {
  /** Volts, `[rows, columns]`. */
  readonly word: Float64Array;
  readonly bit: Float64Array;
  /** Amperes from word to bit line, `[rows, columns]`. */
  readonly device: Float64Array;
  /** Amperes from the word terminals into the array. */
  readonly wordCurrent: Float64Array;
  /** Amperes from the array into the bit terminals. */
  readonly bitCurrent: Float64Array;
}

/** Throws PR0905, PR0906. */
export function checkArray({ rows, columns, conductance, wordOhms, bitOhms }: WiredArray): void {
  for (const [name, value] of Object.entries({ rows, columns })) {
    if (Number.isInteger(value) && value >= 1 && value <= 4096) continue;
    throw new PrunusError('PR0905', `the array's ${name} is ${value}; an integer from 1 to 4096 is allowed`);
  }
  if (conductance.length !== rows * columns) {
    const has = `${rows} x ${columns} devices need ${rows * columns} conductances; there are ${conductance.length}`;
    throw new PrunusError('PR0905', has);
  }
  const bad = conductance.findIndex((g) => !(g >= 0 && g < Infinity));
  if (bad >= 0) {
    const where = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    const what = `the conductance in ${where} is ${conductance[bad]}; it must be finite and not negative`;
    throw new PrunusError('PR0905', what, 'an open device is 0 S');
  }
  for (const [name, value] of Object.entries({ wordOhms, bitOhms })) {
    if (value >= 0 && value < Infinity) continue;
    throw new PrunusError('PR0906', `${name} is ${value}; it must be finite and not negative`, 'a perfect wire is 0');
  }
}

function checkVoltages(name: string, volts: Float64Array, length: number): void {
  if (volts.length === length && volts.every(Number.isFinite)) return;
  const given = volts.length === length ? 'one is not finite' : `there are ${volts.length}`;
  throw new PrunusError('PR0907', `${length} ${name} terminals need ${length} finite voltages; ${given}`);
}

/** Turned about the other diagonal, word lines become bit lines and terminals stay terminals. */
function turned({ rows, columns, conductance, wordOhms, bitOhms }: WiredArray): WiredArray {
  return {
    rows: columns,
    columns: rows,
    conductance: turnedGrid(conductance, rows, columns),
    wordOhms: bitOhms,
    bitOhms: wordOhms,
  };
}

/** `[rows, columns]` to `[columns, rows]`, its own inverse with the sizes exchanged. */
function turnedGrid(grid: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(grid.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[(columns - 1 - j) * rows + (rows - 1 - i)] = grid[i * columns + j];
  }
  return out;
}

/** An array, factored. Everything after the first solution costs little. */
export class WireNetwork {
  readonly array: WiredArray;
  private readonly isTurned: boolean;
  private readonly core: Core;
  private transferMatrix: Float64Array | undefined;

  constructor(array: WiredArray) {
    checkArray(array);
    this.array = array;
    this.isTurned = array.rows > array.columns;
    this.core = new Core(this.isTurned ? turned(array) : array);
  }

  /** Every node and current. */
  nodes(drive: Drive): Nodes {
    const { rows, columns } = this.array;
    const word = drive.word ?? new Float64Array(rows);
    const bit = drive.bit ?? new Float64Array(columns);
    checkVoltages('word', word, rows);
    checkVoltages('bit', bit, columns);
    if (!this.isTurned) return this.core.nodes(word, bit);
    const turnedNodes = this.core.nodes(bit.toReversed(), word.toReversed());
    const back = (grid: Float64Array) => turnedGrid(grid, columns, rows);
    return {
      word: back(turnedNodes.bit),
      bit: back(turnedNodes.word),
      device: back(turnedNodes.device).map((x) => -x),
      wordCurrent: turnedNodes.bitCurrent.toReversed().map((x) => -x),
      bitCurrent: turnedNodes.wordCurrent.toReversed().map((x) => -x),
    };
  }

  /**
   * Siemens, `[columns, rows]`: amperes into grounded bit terminal j for one volt at word terminal i. By reciprocity
   * also amperes into grounded word terminal i for one volt at bit terminal j. Computed once.
   */
  transfer(): Float64Array {
    if (this.transferMatrix) return this.transferMatrix;
    const core = this.core.transfer();
    const { rows, columns } = this.array;
    // Entry (i, j) of the turned one is (rows-1-j, columns-1-i) of ours, of the same two terminals.
    this.transferMatrix = this.isTurned ? turnedGrid(core, rows, columns) : core;
    return this.transferMatrix;
  }

  /** Amperes into the grounded bit terminals, through the transfer matrix. */
  bitCurrents(word: Float64Array, out = new Float64Array(this.array.columns)): Float64Array {
    return multiply(this.transfer(), word, out);
  }

  /** Amperes into the grounded word terminals, the bit terminals being driven. */
  wordCurrents(bit: Float64Array, out = new Float64Array(this.array.rows)): Float64Array {
    const matrix = this.transfer();
    const { rows, columns } = this.array;
    out.fill(0);
    for (let j = 0; j < columns; j++) {
      const volts = bit[j];
      for (let i = 0, at = j * rows; i < rows; i++, at++) out[i] += matrix[at] * volts;
    }
    return out;
  }
}

/** The factors of an array with rows <= columns. */
class Core {
  private readonly rows: number;
  private readonly columns: number;
  private readonly wordSiemens: number;
  private readonly bitSiemens: number;
  private readonly conductance: Float64Array;
  /** Conductance from the word nodes of column j to its bit terminal, the bit line eliminated: `[columns, rows]`. */
  private readonly leaks: Float64Array;
  /** Of each bit line, `[columns, rows]`: 1 / pivot, and what passes on of a node's voltage to the one above. */
  private readonly inverse: Float64Array;
  private readonly passed: Float64Array;
  /** H_j, each `[rows, rows]`; absent when the word lines are perfect. */
  private readonly blocks: Float64Array | undefined;

  constructor({ rows, columns, conductance, wordOhms, bitOhms }: WiredArray) {
    this.rows = rows;
    this.columns = columns;
    this.wordSiemens = 1 / wordOhms;
    this.bitSiemens = 1 / bitOhms;
    this.conductance = conductance;
    this.leaks = new Float64Array(rows * columns);
    this.inverse = new Float64Array(rows * columns);
    this.passed = new Float64Array(rows * columns);
    for (let j = 0; j < columns; j++) this.factorBitLine(j);
    if (wordOhms > 0) this.blocks = this.factorBlocks();
  }

  private factorBitLine(j: number): void {
    const { rows, columns, conductance, bitSiemens: g, leaks, inverse, passed } = this;
    if (g === Infinity) {
      for (let i = 0; i < rows; i++) leaks[j * rows + i] = conductance[i * columns + j];
      return;
    }
    // What a node sees: its device, and the line above it through one segment.
    let seen = 0;
    for (let i = 0; i < rows; i++) {
      seen = conductance[i * columns + j] + (i === 0 ? 0 : (g * seen) / (g + seen));
      inverse[j * rows + i] = 1 / (g + seen);
      passed[j * rows + i] = g / (g + seen);
    }
    // Of a volt at the terminal.
    let share = 1;
    for (let i = rows - 1; i >= 0; i--) {
      share *= passed[j * rows + i];
      leaks[j * rows + i] = conductance[i * columns + j] * share;
    }
  }

  /** Adds column j's bit line between its word nodes to the lower triangle of `links`. */
  private addBitLine(j: number, links: Float64Array): void {
    const { rows, columns, conductance, bitSiemens, inverse, passed } = this;
    if (bitSiemens === Infinity) return;
    let own = 0; // volts at node k of the bit line for an ampere into it
    for (let k = rows - 1; k > 0; k--) {
      const pass = passed[j * rows + k];
      own = inverse[j * rows + k] + pass * pass * own;
      let reach = conductance[k * columns + j] * own;
      for (let i = k - 1; i >= 0 && reach > 0; i--) {
        reach *= passed[j * rows + i];
        links[k * rows + i] += reach * conductance[i * columns + j];
      }
    }
  }

  private factorBlocks(): Float64Array {
    const { rows, columns, wordSiemens: g, leaks } = this;
    const size = rows * rows;
    const blocks = new Float64Array(columns * size);
    // X_j: magnitudes of the off-diagonals (lower triangle), and row sums.
    const links = new Float64Array(size);
    const sums = new Float64Array(rows);
    const grounded = new Float64Array(rows);
    const passed = new Float64Array(rows);
    for (let j = columns - 1; j >= 0; j--) {
      this.addBitLine(j, links);
      for (let i = 0; i < rows; i++) {
        sums[i] = leaks[j * rows + i] + passed[i];
        grounded[i] = g + sums[i];
      }
      invert(links, grounded, rows);
      const block = blocks.subarray(j * size, (j + 1) * size);
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k <= i; k++) {
          const h = g * links[i * rows + k];
          block[i * rows + k] = h;
          block[k * rows + i] = h;
          links[i * rows + k] = g * h;
        }
      }
      // g (I - H) X: row sums of what the next block sees.
      multiply(block, sums, passed);
    }
    return blocks;
  }

  nodes(wordVolts: Float64Array, bitVolts: Float64Array): Nodes {
    const { rows, columns, conductance, leaks } = this;
    const word = this.wordNodes(wordVolts, bitVolts);
    const bit = this.bitNodes(word, bitVolts);
    const device = new Float64Array(rows * columns);
    const wordCurrent = new Float64Array(rows);
    const bitCurrent = new Float64Array(columns);
    // Not from the drop along the last segment, which in a good wire is a difference of nearly equal voltages.
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++, at++) {
        device[at] = conductance[at] * (word[at] - bit[at]);
        wordCurrent[i] += device[at];
        bitCurrent[j] += leaks[j * rows + i] * (word[at] - bitVolts[j]);
      }
    }
    return { word, bit, device, wordCurrent, bitCurrent };
  }

  private wordNodes(wordVolts: Float64Array, bitVolts: Float64Array): Float64Array {
    const { rows, columns, blocks, leaks, wordSiemens: g } = this;
    const word = new Float64Array(rows * columns);
    if (!blocks) {
      for (let i = 0; i < rows; i++) word.fill(wordVolts[i], i * columns, (i + 1) * columns);
      return word;
    }
    const size = rows * rows;
    // Volts that the bit terminals add at the word nodes of column j, as if through the segment before them.
    const loads = new Float64Array(rows * columns);
    if (bitVolts.some((v) => v !== 0)) {
      const passed = new Float64Array(rows);
      for (let j = columns - 1; j >= 0; j--) {
        const load = loads.subarray(j * rows, (j + 1) * rows);
        for (let i = 0; i < rows; i++) load[i] = (leaks[j * rows + i] * bitVolts[j]) / g + passed[i];
        multiply(blocks.subarray(j * size, (j + 1) * size), load, passed);
      }
    }
    const before = Float64Array.from(wordVolts);
    const here = new Float64Array(rows);
    for (let j = 0; j < columns; j++) {
      for (let i = 0; i < rows; i++) before[i] += loads[j * rows + i];
      multiply(blocks.subarray(j * size, (j + 1) * size), before, here);
      for (let i = 0; i < rows; i++) {
        word[i * columns + j] = here[i];
        before[i] = here[i];
      }
    }
    return word;
  }

  private bitNodes(word: Float64Array, bitVolts: Float64Array): Float64Array {
    const { rows, columns, conductance, inverse, passed, bitSiemens: g } = this;
    const bit = new Float64Array(rows * columns);
    if (g === Infinity) {
      for (let n = 0; n < bit.length; n++) bit[n] = bitVolts[n % columns];
      return bit;
    }
    const gathered = new Float64Array(rows);
    for (let j = 0; j < columns; j++) {
      for (let i = 0, from = 0; i < rows; i++) {
        from = conductance[i * columns + j] * word[i * columns + j] + (i === 0 ? 0 : passed[j * rows + i - 1] * from);
        gathered[i] = from;
      }
      let below = bitVolts[j];
      for (let i = rows - 1; i >= 0; i--) {
        below = gathered[i] * inverse[j * rows + i] + passed[j * rows + i] * below;
        bit[i * columns + j] = below;
      }
    }
    return bit;
  }

  /** `[columns, rows]`. */
  transfer(): Float64Array {
    const { rows, columns, blocks, leaks } = this;
    if (!blocks) return leaks.slice();
    const size = rows * rows;
    // Rows j.. in terms of the word nodes of column j, going towards the terminals.
    const out = new Float64Array(rows * columns);
    const next = new Float64Array(rows * columns);
    for (let j = columns - 1; j >= 0; j--) {
      out.set(leaks.subarray(j * rows, (j + 1) * rows), j * rows);
      timesSymmetric(out, blocks.subarray(j * size, (j + 1) * size), j, columns, rows, next);
      out.set(next.subarray(j * rows), j * rows);
    }
    return out;
  }
}
