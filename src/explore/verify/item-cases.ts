/** Random items for a design or component of any streams; what comes out is up to its own golden model. */
import type { Field, Item, Stream, Wire } from '../../dsl/kinds.ts';
import { runNetwork } from '../../dsl/network.ts';
import type { Part } from '../../dsl/component.ts';
import { type PortElement, portElements } from '../../dsl/ports.ts';
import type { SimCase, SimItem, Stall } from '../../sim/cases.ts';
import type { Expected } from '../../sim/compare.ts';
import { Random } from './random.ts';

export interface ItemTrial {
  readonly streams: Readonly<Record<string, readonly SimItem[]>>;
  readonly wires: Readonly<Record<string, number>>;
  readonly stall: Stall | undefined;
}

/** Case `index` of a seed: as many items on every input stream, each field anywhere in its range. */
export function itemTrial(part: Part, seed: number, index: number): ItemTrial {
  const r = new Random(seed, index);
  const inputs = portElements(part.ports).filter((p) => p.direction === 'in');
  const count = r.pick([1, 2, 5, r.integer(1, 60)]);
  const extreme = r.chance(0.3);
  const streams = inputs.filter(isStream).map((p): [string, SimItem[]] => {
    const items = Array.from({ length: count }, (_, i) => itemOf(p.kind as Stream, r, extreme, i === count - 1));
    return [p.name, items];
  });
  const wires = inputs
    .filter((p) => p.kind.kind === 'wire')
    .map((p): [string, number] => [p.name, fieldValue((p.kind as Wire).field, r, extreme)]);
  return {
    streams: Object.fromEntries(streams),
    wires: Object.fromEntries(wires),
    stall: r.chance(0.3)
      ? undefined
      : { seed: r.word(), validPercent: r.pick([100, 75, 25]), readyPercent: r.pick([100, 75, 25]) },
  };
}

const isStream = (p: PortElement): boolean => p.kind.kind === 'stream';

function itemOf({ payload }: Stream, r: Random, extreme: boolean, last: boolean): SimItem {
  const of = (name: string, field: Field): number | number[] => {
    // Packets end, and are empty only as a component's own tests make them.
    if (name === 'last') return last ? 1 : r.integer(0, 1);
    if (name === 'empty' || name === 'none') return 0;
    return field.shape === 'scalar'
      ? fieldValue(field, r, extreme)
      : Array.from({ length: field.count }, () => fieldValue(field, r, extreme));
  };
  return Object.fromEntries(Object.entries(payload.fields).map(([name, field]) => [name, of(name, field)]));
}

/** Anywhere in the range of a number; at one of its ends, or 0, for an `extreme` trial. */
export function fieldValue({ signed, width }: { signed: boolean; width: number }, r: Random, extreme: boolean): number {
  const low = signed ? -(2 ** (width - 1)) : 0;
  const high = signed ? 2 ** (width - 1) - 1 : 2 ** width - 1;
  return extreme ? r.pick([low, high, 0]) : r.integer(low, high);
}

/** What is expected, and how many items of each input stream the model takes: what it never asks for is not offered. */
export interface ItemExpectation extends Expected {
  readonly taken: Readonly<Record<string, number>>;
}

/** What the part's model makes of a trial. */
export function expectedItems(part: Part, trial: ItemTrial): ItemExpectation {
  const streams = trial.streams as unknown as Record<string, Item[]>;
  const { outputs, taken } = runNetwork(part, { streams, wires: trial.wires });
  return { streams: outputs as unknown as Expected['streams'], taken };
}

export function itemCase(trial: ItemTrial, { streams, taken }: ItemExpectation): SimCase {
  return {
    reset: true,
    wires: trial.wires,
    streams: Object.fromEntries(
      Object.entries(trial.streams).map(([name, items]) => [name, items.slice(0, taken[name])]),
    ),
    expect: Object.fromEntries(Object.entries(streams).map(([name, items]) => [name, items.length])),
    ...(trial.stall ? { stall: trial.stall } : {}),
  };
}

/** Smaller trials that may still fail. The end stays: packets end there. */
export function* simplerItems(trial: ItemTrial): Generator<ItemTrial> {
  const longest = Math.max(0, ...Object.values(trial.streams).map((items) => items.length));
  const cut = (from: number, to: number): ItemTrial => ({
    ...trial,
    streams: Object.fromEntries(Object.entries(trial.streams).map(([name, items]) => [name, items.slice(from, to)])),
  });
  for (const n of new Set([1, longest >> 1, longest - 1])) if (n >= 1 && n < longest) yield cut(longest - n, longest);
  if (trial.stall) yield { ...trial, stall: undefined };
  const simple = (value: SimItem[string]): SimItem[string] =>
    typeof value === 'number' ? value : Array.from(value, () => 0);
  const zeroed = Object.entries(trial.streams).map(([name, items]) => [
    name,
    items.map((item) => Object.fromEntries(Object.entries(item).map(([f, v]) => [f, f === 'last' ? v : simple(v)]))),
  ]);
  const plain = Object.fromEntries(zeroed) as ItemTrial['streams'];
  if (JSON.stringify(plain) !== JSON.stringify(trial.streams)) yield { ...trial, streams: plain };
}
