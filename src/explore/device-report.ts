/** What programming did to the arrays over the heads of a run, and what that cost them. */
import { Endurance } from '../reram/device/endurance.ts';
import { si } from '../reram/device/schema.ts';
import type { AttentionHead } from '../architectures/head.ts';
import type { HeadProgramming } from './programming.ts';

export interface DeviceReport {
  readonly device: string;
  readonly coding: string;
  readonly wordOhms: number;
  readonly bitOhms: number;
  readonly chip: number;
  /** Cells of the arrays that were written, at either end of their range whatever is written. */
  readonly stuckLow: number;
  readonly stuckHigh: number;
  /** Cells that write-verify gave up, over all heads. */
  readonly rejected: number;
  /** Of the columns, against ideal cells: what wires and spread make of a current. */
  readonly gain: { readonly mean: number; readonly least: number; readonly largest: number };
  readonly endurance: {
    /** Pulses that a cell is good for; null where the device does not say. */
    readonly limit: number | null;
    readonly columns: number;
    /** Of each column, the pulses of its cell that took most; rewritten by every head. */
    readonly pulses: readonly number[];
    readonly most: number;
    readonly worn: number;
    /** How many more times all of this can be done before a column is worn; null without a limit. */
    readonly repeatsLeft: number | null;
  };
  readonly warnings: readonly string[];
}

export function deviceReport(programming: HeadProgramming, heads: readonly AttentionHead[]): DeviceReport {
  const { kind, columns } = programming;
  const { device } = kind;
  const limit = device.endurance ? si(device.endurance) : null;
  const endurance = new Endurance(columns, limit ?? Infinity);
  const sums = { stuckLow: 0, stuckHigh: 0, rejected: 0 };
  const gain = { sum: 0, count: 0, least: Infinity, largest: -Infinity };
  for (const head of heads) {
    const programmed = programming.of(head);
    if (!programmed) continue;
    sums.rejected += programmed.rejected;
    // The same cells every time.
    sums.stuckLow = Math.max(sums.stuckLow, programmed.stuckLow);
    sums.stuckHigh = Math.max(sums.stuckHigh, programmed.stuckHigh);
    programmed.pulses.forEach((pulses, column) => endurance.write(column, pulses));
    for (const g of programmed.gains) {
      gain.sum += g;
      gain.count++;
      gain.least = Math.min(gain.least, g);
      gain.largest = Math.max(gain.largest, g);
    }
  }
  const pulses = Array.from({ length: columns }, (_, column) => endurance.count(column));
  const worn = endurance.warning();
  const cells = 2 ** kind.cellBits;
  const levels = device.levels ? si(device.levels) : Infinity;
  const warnings = [
    ...(worn ? [`${worn}.`] : []),
    ...(cells > levels ? [`${device.name} is stated to hold ${levels} levels; cells here hold ${cells}.`] : []),
  ];
  return {
    device: device.name,
    coding: kind.coding,
    wordOhms: kind.wordOhms,
    bitOhms: kind.bitOhms,
    chip: kind.chip,
    ...sums,
    gain: { mean: gain.sum / gain.count, least: gain.least, largest: gain.largest },
    endurance: {
      limit,
      columns,
      pulses,
      most: Math.max(0, ...pulses),
      worn: endurance.worn().length,
      repeatsLeft: limit === null ? null : endurance.repeatsLeft(),
    },
    warnings,
  };
}
