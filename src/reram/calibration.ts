/**
 * Calibration by a replica column: what wires take of a tile's currents is taken from its threshold too. Every tile has one
 * column more, in the middle of its bit lines, with a known pattern; after the keys of a head are written it is read with a
 * known query, and its comparator finds, bit by bit from the highest, by what share of its nominal current it still
 * reaches:
 *
 *     replica   levels +r, -r, +r, ...            r = max(1, 2^(cellBits-1) - 1), near the mean of a key's
 *     query     +(2^dacBits - 1), -, +, ...       so that half of the cells of either array conduct
 *     nominal   N = dim (2^dacBits - 1) r
 *     trial     t(g) = ceil(N g / 512)            g of 10 bits, 512 for a gain of 1; a bit stays where the replica reaches t
 *     query's   T' = sat28((T g + 256) >> 9)
 *
 * An ideal replica gives 512, which changes no threshold. Read noise of a trial is that of its threshold, so that the same
 * trial reads the same; the replica's comparator has an offset and neither hysteresis nor chance.
 */
import { deviate, gaussian, random, randomTag } from '../numerics/random.ts';
import { unitsPerLevel } from './layout.ts';

/** Fraction bits of a gain, and its bits. */
export const gainFraction = 9;
export const gainBits = gainFraction + 1;
/** Bits of a threshold: what a scaled one saturates to. */
const thresholdBits = 28;

interface Shape {
  readonly dim: number;
  readonly cellBits: number;
  readonly dacBits: number;
}

/** The level of element d of a replica. */
export const replicaLevel = ({ cellBits }: Pick<Shape, 'cellBits'>, d: number): number =>
  (d % 2 === 0 ? 1 : -1) * Math.max(1, 2 ** (cellBits - 1) - 1);

/** What the query of a calibration drives on line d. */
export const calibrationLevel = ({ dacBits }: Pick<Shape, 'dacBits'>, d: number): number =>
  (d % 2 === 0 ? 1 : -1) * (2 ** dacBits - 1);

/** N. */
export const nominalReplica = (p: Shape): number => p.dim * (2 ** p.dacBits - 1) * replicaLevel(p, 0);

export interface Replica {
  /** Of the elements, 1/64 level. */
  readonly codes: Int32Array;
  readonly offset: number;
  readonly readScale: number;
}

/** The gain of a tile, 0 to 1023. `column`: `columnCounter` of the replica, the one behind the tile's keys. */
export function calibratedGain(p: Shape, { codes, offset, readScale }: Replica, seed: number, column: number): number {
  let current = offset;
  for (let d = 0; d < p.dim; d++) current += calibrationLevel(p, d) * codes[d];
  const nominal = nominalReplica(p);
  let gain = 0;
  for (let bit = gainBits - 1; bit >= 0; bit--) {
    const trial = Math.ceil((nominal * (gain + 2 ** bit)) / 2 ** gainFraction);
    const noise = deviate(gaussian(random(seed, randomTag.calibration, column, trial)), readScale);
    if (current + noise >= trial * unitsPerLevel) gain += 2 ** bit;
  }
  return gain;
}

/** A query's threshold at a tile of this gain. */
export function scaledThreshold(threshold: number, gain: number): number {
  const scaled = Math.floor((threshold * gain + 2 ** (gainFraction - 1)) / 2 ** gainFraction);
  return Math.max(-(2 ** (thresholdBits - 1)), Math.min(2 ** (thresholdBits - 1) - 1, scaled));
}
