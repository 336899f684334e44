/** Results against the items that a golden model expects. */
import type { CaseResult, OutputResult, SimItem, Violation } from './cases.ts';
import { pairPackets } from './packets.ts';
import type { FieldDesc, SimTop, StreamPortDesc } from './top.ts';

/** Expected items of one case, by output stream, and values of those output wires that are to be compared. */
export interface Expected {
  readonly streams: Readonly<Record<string, readonly SimItem[]>>;
  readonly wires?: Readonly<Record<string, number>> | undefined;
}

/** One element that differs, an item too few or too many, or a whole case that went wrong. */
export interface Mismatch {
  readonly case: number;
  /** Stream or output wire; empty for what concerns the whole case. */
  readonly stream: string;
  /** Position of the expected item in the stream; of the item that came, where none was expected. */
  readonly item: number;
  /**
   * Field; `item` for a whole item, `status` for a case that did not end, or a violation's kind. `last` of a packet stream
   * compares the index in the packet at which it ends, -1 for not at all.
   */
  readonly field: string;
  readonly element: number;
  /** Undefined where nothing was expected. */
  readonly expected: number | string | undefined;
  /** Undefined where nothing came. */
  readonly got: number | string | undefined;
  /** When the item moved; -1 if it never did. */
  readonly cycle: number;
}

export interface Comparison {
  /** No mismatch, no violation, and every case ended as it should. */
  readonly ok: boolean;
  /** The first `limit` mismatches. */
  readonly mismatches: readonly Mismatch[];
  /** How many there were. An item that is missing or too many counts as one. */
  readonly mismatchCount: number;
  /** Elements compared. */
  readonly words: number;
}

interface Tally {
  readonly limit: number;
  readonly list: Mismatch[];
  count: number;
  words: number;
}

/**
 * Compares a batch, case by case. Items of an `exact` stream must come in order; of a `packet` stream, the items between
 * two with `last` = 1 may come in any order, and packets must end at the same positions.
 */
export function compareResults(
  top: SimTop,
  results: readonly CaseResult[],
  expected: readonly Expected[],
  limit = 100,
): Comparison {
  const tally: Tally = { limit, list: [], count: 0, words: 0 };
  for (let i = 0; i < Math.max(results.length, expected.length); i++) {
    const result = results[i];
    const want = expected[i];
    if (!result || !want) {
      note(tally, i, '', 0, 'status', 0, want ? 'a result' : undefined, result ? 'a result' : undefined, -1);
      continue;
    }
    compareCase(top, i, result, want, tally);
  }
  return { ok: tally.count === 0, mismatches: tally.list, mismatchCount: tally.count, words: tally.words };
}

function compareCase(top: SimTop, index: number, result: CaseResult, want: Expected, tally: Tally): void {
  if (result.status !== 'ok') note(tally, index, '', 0, 'status', 0, 'ok', result.status, result.cycles);
  result.violations.forEach((v: Violation) => note(tally, index, v.stream, 0, v.kind, 0, undefined, v.kind, v.cycle));
  tally.count += result.violationCount - result.violations.length;
  for (const s of top.outputs) {
    const items = want.streams[s.name] ?? [];
    const got = result.outputs[s.name]!;
    if (s.order === 'exact') {
      for (let i = 0; i < Math.max(items.length, got.count); i++) {
        compareItem(index, s, s.fields, got, items, i < items.length ? i : -1, i < got.count ? i : -1, tally);
      }
      continue;
    }
    const fields = s.fields.filter((f) => f.name !== 'last');
    for (const packet of pairPackets(fields, got, items)) {
      for (const [e, g] of packet.pairs) compareItem(index, s, fields, got, items, e, g, tally);
      // `last` belongs to the position, not to the item.
      tally.words += packet.expectedItems;
      if (packet.expectedEnd !== packet.gotEnd) {
        const at = packet.gotItems === 0 ? -1 : got.cycles[packet.got + packet.gotItems - 1]!;
        note(
          tally,
          index,
          s.name,
          packet.expected + packet.expectedItems - 1,
          'last',
          0,
          packet.expectedEnd,
          packet.gotEnd,
          at,
        );
      }
    }
  }
  for (const [name, value] of Object.entries(want.wires ?? {})) {
    tally.words++;
    if (result.wires[name] !== value) note(tally, index, name, 0, name, 0, value, result.wires[name], result.cycles);
  }
}

/** Compares the expected item at `e` with the one that came at `g`; -1 is none. */
function compareItem(
  index: number,
  s: StreamPortDesc,
  fields: readonly FieldDesc[],
  got: OutputResult,
  items: readonly SimItem[],
  e: number,
  g: number,
  tally: Tally,
): void {
  const cycle = g < 0 ? -1 : got.cycles[g]!;
  if (e < 0 || g < 0) {
    note(
      tally,
      index,
      s.name,
      e < 0 ? g : e,
      'item',
      0,
      e < 0 ? undefined : 'an item',
      g < 0 ? undefined : 'an item',
      cycle,
    );
    return;
  }
  const item = items[e]!;
  for (const f of fields) {
    const column = got.columns[f.name]!;
    const value = item[f.name];
    for (let k = 0, at = g * f.count; k < f.count; k++, at++) {
      const wanted = typeof value === 'number' ? value : value?.[k];
      if (column[at] !== wanted) note(tally, index, s.name, e, f.name, k, wanted, column[at], cycle);
    }
    tally.words += f.count;
  }
}

function note(
  tally: Tally,
  index: number,
  stream: string,
  item: number,
  field: string,
  element: number,
  expected: Mismatch['expected'],
  got: Mismatch['got'],
  cycle: number,
): void {
  tally.count++;
  if (tally.list.length < tally.limit)
    tally.list.push({ case: index, stream, item, field, element, expected, got, cycle });
}

/** One line a mismatch, for people. */
export function printMismatch(m: Mismatch): string {
  const where =
    m.field === 'status'
      ? 'status'
      : m.field === 'item' || m.stream === m.field
        ? `${m.stream}[${m.item}]`
        : `${m.stream}[${m.item}].${m.field}[${m.element}]`;
  const moved = m.cycle < 0 ? '' : ` (cycle ${m.cycle})`;
  return `case ${m.case} ${where}: expected ${m.expected ?? 'nothing'}, got ${m.got ?? 'nothing'}${moved}`;
}
