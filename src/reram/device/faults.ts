/**
 * Stuck cells. A cell is stuck low (SA0, high resistance), stuck high (SA1) or free; whole rows and columns may be
 * stuck, as a broken driver or line leaves them. A column's fault goes before a row's, a row's before a cell's.
 *
 * Errors: PR0910 a rate out of range.
 */
import { PrunusError } from '../../errors.ts';
import { random } from '../../numerics/random.ts';
import { deviceTag, uniform } from './normal.ts';
import { type DeviceModel, si } from './schema.ts';

export interface StuckRates {
  readonly low: number;
  readonly high: number;
}

export interface FaultRates {
  readonly cell: StuckRates;
  readonly row?: StuckRates | undefined;
  readonly column?: StuckRates | undefined;
}

const none: StuckRates = { low: 0, high: 0 };

/** Of a cell in a fault map. */
export const stuck = { free: 0, low: 1, high: 2 } as const;

/** The rates of a device for single cells; none if it states none. */
export function faultRates({ faults }: DeviceModel): FaultRates {
  return { cell: { low: faults ? si(faults.stuckLow) : 0, high: faults ? si(faults.stuckHigh) : 0 } };
}

/** Throws PR0910. */
export function checkRates({ cell, row = none, column = none }: FaultRates): void {
  for (const [name, { low, high }] of Object.entries({ cell, row, column })) {
    if (low >= 0 && high >= 0 && low + high <= 1) continue;
    const given = `${name} fault rates of ${low} low and ${high} high are not possible`;
    throw new PrunusError('PR0910', given, 'rates are 0 or more, and 1 at most together');
  }
}

/** `[rows, columns]`; bit line j is known to the generator as `firstColumn` + j. Throws PR0910. */
export function faultMap(rates: FaultRates, rows: number, columns: number, seed: number, firstColumn = 0): Uint8Array {
  checkRates(rates);
  const { cell, row = none, column = none } = rates;
  const map = new Uint8Array(rows * columns);
  const state = (r: StuckRates, tag: number, x: number, y: number): number => {
    if (r.low + r.high === 0) return stuck.free;
    const u = uniform(random(seed, tag, x >>> 0, y));
    return u < r.low ? stuck.low : u < r.low + r.high ? stuck.high : stuck.free;
  };
  // Rows are those of one tile: its first bit line tells it from others.
  const rowStates = Uint8Array.from({ length: rows }, (_, i) => state(row, deviceTag.stuckRow, firstColumn, i));
  for (let j = 0; j < columns; j++) {
    const ofColumn = state(column, deviceTag.stuckColumn, firstColumn + j, 0);
    for (let i = 0; i < rows; i++) {
      map[i * columns + j] = ofColumn || rowStates[i] || state(cell, deviceTag.stuck, firstColumn + j, i);
    }
  }
  return map;
}
