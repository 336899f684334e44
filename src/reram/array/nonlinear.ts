/**
 * A wired array of devices whose current is not proportional to voltage: each is replaced by what it conducts at the
 * voltage it has, and the network solved again, until nothing moves. Where the wires are good against the devices each
 * turn gains digits; where it does not settle that is an error, not a result.
 *
 * Errors: PR0908 it did not settle.
 */
import { PrunusError } from '../../errors.ts';
import type { Current } from '../device/conduction.ts';
import { type Drive, type Nodes, type WiredArray, WireNetwork } from './network.ts';

export interface NonlinearNodes extends Nodes {
  readonly turns: number;
  /** What each device conducted in the end, siemens. */
  readonly conductance: Float64Array;
}

/** `array.conductance` as the device's formula takes it. Throws PR0908, and what `current` throws. */
export function solveNonlinear(
  array: WiredArray,
  drive: Drive,
  current: Current,
  tolerance = 1e-10,
  mostTurns = 60,
): NonlinearNodes {
  const { conductance } = array;
  // At first as if the wires were perfect.
  const first = Float64Array.from(conductance, (g, at) => {
    const across = (drive.word?.[Math.floor(at / array.columns)] ?? 0) - (drive.bit?.[at % array.columns] ?? 0);
    return chord(current, g, across);
  });
  let now = first;
  for (let turns = 1; turns <= mostTurns; turns++) {
    const nodes = new WireNetwork({ ...array, conductance: now }).nodes(drive);
    const { word, bit } = nodes;
    const next = Float64Array.from(conductance, (g, at) => chord(current, g, word[at] - bit[at]));
    let moved = 0;
    for (let at = 0; at < next.length; at++) {
      if (now[at] > 0) moved = Math.max(moved, Math.abs(next[at] / now[at] - 1));
    }
    if (moved <= tolerance) return { ...nodes, turns, conductance: now };
    now = next;
  }
  throw new PrunusError(
    'PR0908',
    `the array did not settle in ${mostTurns} turns: its devices bend more than its wires bear`,
    'use a lower voltage or better wires',
  );
}

const chord = (current: Current, siemens: number, volts: number): number => {
  // Below a microvolt every formula here is a straight line.
  const v = Math.abs(volts) < 1e-6 ? 1e-6 : volts;
  return current(siemens, v) / v;
};
