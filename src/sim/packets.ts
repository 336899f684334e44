/** Streams whose items may come in any order within a packet: which item is to be held against which. */
import type { OutputResult, SimItem } from './cases.ts';
import type { FieldDesc } from './top.ts';

/** Positions in the stream of an expected item and of the item it is held against; -1 for none. */
export type Pair = readonly [expected: number, got: number];

/** One packet on both sides. Starts are positions in the stream; ends are positions in the packet, -1 if it has no end. */
export interface PacketPair {
  readonly expected: number;
  readonly expectedItems: number;
  readonly expectedEnd: number;
  readonly got: number;
  readonly gotItems: number;
  readonly gotEnd: number;
  readonly pairs: readonly Pair[];
}

/**
 * Packets in turn, the first expected with the first that came and so on. Within one, items that are equal are paired,
 * then those of equal first field (a token's number, say), then the rest in order. `fields` leaves out `last`.
 */
export function* pairPackets(
  fields: readonly FieldDesc[],
  got: OutputResult,
  items: readonly SimItem[],
): Generator<PacketPair> {
  const last = got.columns['last']!;
  const expectedText = (fs: readonly FieldDesc[]) => (i: number) =>
    fs.map((f) => elementsOf(items[i]![f.name])).join(';');
  const gotText = (fs: readonly FieldDesc[]) => (i: number) =>
    fs.map((f) => got.columns[f.name]!.subarray(i * f.count, (i + 1) * f.count).join()).join(';');
  const key = fields.slice(0, 1);
  for (let e = 0, g = 0; e < items.length || g < got.count; ) {
    const [eNext, expectedEnd] = packetEnd(e, items.length, (i) => items[i]!['last'] as number);
    const [gNext, gotEnd] = packetEnd(g, got.count, (i) => last[i]!);
    const open: Open = { expected: range(e, eNext), got: range(g, gNext) };
    const equal = matchUp(open, expectedText(fields), gotText(fields));
    const near = fields.length > 1 ? matchUp(open, expectedText(key), gotText(key)) : [];
    const left = Math.max(open.expected.length, open.got.length);
    const rest = range(0, left).map((i): Pair => [open.expected[i] ?? -1, open.got[i] ?? -1]);
    const pairs = [...equal, ...near, ...rest];
    yield { expected: e, expectedItems: eNext - e, expectedEnd, got: g, gotItems: gNext - g, gotEnd, pairs };
    e = eNext;
    g = gNext;
  }
}

interface Open {
  expected: number[];
  got: number[];
}

const elementsOf = (value: number | ArrayLike<number> | undefined): string =>
  typeof value === 'number' ? `${value}` : Array.prototype.join.call(value ?? []);

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Where the next packet starts, and the end's position in this one. */
function packetEnd(from: number, count: number, last: (i: number) => number): [next: number, end: number] {
  for (let i = from; i < count; i++) if (last(i) === 1) return [i + 1, i - from];
  return [count, -1];
}

/** Takes out of `open` the pairs with the same text, in order. */
function matchUp(open: Open, expectedText: (i: number) => string, gotText: (i: number) => string): Pair[] {
  const waiting = new Map<string, number[]>();
  for (const e of open.expected.toReversed()) {
    const text = expectedText(e);
    const list = waiting.get(text);
    if (list) list.push(e);
    else waiting.set(text, [e]);
  }
  const pairs: Pair[] = [];
  open.got = open.got.filter((g) => {
    const e = waiting.get(gotText(g))?.pop();
    if (e !== undefined) pairs.push([e, g]);
    return e === undefined;
  });
  const taken = new Set(pairs.map(([e]) => e));
  open.expected = open.expected.filter((e) => !taken.has(e));
  return pairs;
}
