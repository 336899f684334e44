/**
 * Energy of a read, each part once: devices, wires, and sensing. Sensing is the reader's own figure for a decision and
 * holds nothing that flows through devices; what the terminals give is devices plus wires, which a test adds up.
 */
import type { Drive, Nodes, WiredArray } from './network.ts';

export interface ReadEnergy {
  /** Joules. */
  readonly devices: number;
  readonly wires: number;
  readonly sensing: number;
  readonly total: number;
}

/** `nodes` solved under `drive`, for `seconds`; `decisions` of `joulesEach` beside it. */
export function readEnergy(
  { conductance }: WiredArray,
  drive: Drive,
  nodes: Nodes,
  seconds: number,
  decisions = 0,
  joulesEach = 0,
): ReadEnergy {
  const { word, bit, wordCurrent, bitCurrent } = nodes;
  let given = 0;
  let inDevices = 0;
  for (let i = 0; i < wordCurrent.length; i++) given += (drive.word?.[i] ?? 0) * wordCurrent[i];
  for (let j = 0; j < bitCurrent.length; j++) given -= (drive.bit?.[j] ?? 0) * bitCurrent[j];
  for (let at = 0; at < conductance.length; at++) inDevices += conductance[at] * (word[at] - bit[at]) ** 2;
  const devices = inDevices * seconds;
  const wires = Math.max(0, given - inDevices) * seconds;
  const sensing = decisions * joulesEach;
  return { devices, wires, sensing, total: devices + wires + sensing };
}
