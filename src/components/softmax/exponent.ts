import { exponentFraction } from '../payloads.ts';

/** Entries of each of the two tables: u is 12 bits, 6 for each. */
export const tableSize = 64;

/**
 * The two tables of e^-u in Q1.8 (SPRINT Fig. 7: a score is split in a high and a low part, each looked up, the results multiplied).
 * u counts 1/256; `high[i]` = e^-(64 i / 256), `low[i]` = e^-(i / 256).
 */
export function exponentTables(): { high: number[]; low: number[] } {
  const entry = (u: number) => Math.round(256 * Math.exp(-u / 2 ** exponentFraction));
  return {
    high: Array.from({ length: tableSize }, (_, i) => entry(i * tableSize)),
    low: Array.from({ length: tableSize }, (_, i) => entry(i)),
  };
}
