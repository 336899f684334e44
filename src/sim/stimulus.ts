/** Cases to the stimulus file: 32-bit little-endian words, laid out as `sim/README.md` says. */
import { PrunusError } from '../errors.ts';
import type { SimCase, SimItem } from './cases.ts';
import { elementWords, type FieldDesc, itemWords, layoutHash, type SimTop, type StreamPortDesc } from './top.ts';

export const stimulusMagic = 0x54535250; // "PRST"
export const formatVersion = 1;
/** Words before the first case, and words of a case before its wires. */
export const headerWords = 4;
export const caseHeaderWords = 8;

const defaultMaxIdleCycles = 20_000;
const defaultDrainCycles = 16;
const two32 = 2 ** 32;

/** Percent to the threshold that a hash is held against; all ones means always. */
function threshold(percent: number): number {
  return percent >= 100 ? 0xffffffff : Math.min(0xfffffffe, Math.round((percent / 100) * two32));
}

/** Words that one process gets at most, if cases that start from reset allow a cut. */
const wordsPerRun = 2 ** 26;

/** Cuts a batch into runs of at most `limit` words, only before cases that are reset; indices, end exclusive. */
export function splitBatch(
  top: SimTop,
  cases: readonly SimCase[],
  limit = wordsPerRun,
): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let from = 0;
  let words = 0; // from `from` to the last case that could start a run
  let open = 0; // and from there
  let cut = 0;
  cases.forEach((c, i) => {
    if (c.reset) {
      words += open;
      open = 0;
      cut = i;
    }
    open += caseWords(top, c, i);
    if (words > 0 && words + open > limit) {
      runs.push({ from, to: cut });
      from = cut;
      words = 0;
    }
  });
  if (from < cases.length) runs.push({ from, to: cases.length });
  return runs;
}

/**
 * Encodes a batch. `first` is the index that messages give to its first case. Throws PR0502 naming case, stream, item, field and element for a value that is missing, not an
 * integer, or outside its field's range.
 */
export function encodeStimulus(top: SimTop, cases: readonly SimCase[], first = 0): Uint32Array {
  const wordsOf = cases.map((c, i) => caseWords(top, c, first + i));
  const total = wordsOf.reduce((n, w) => n + w, headerWords);
  if (total > 2 ** 29) {
    throw new PrunusError(
      'PR0502',
      `The stimulus takes ${total * 4} bytes; at most 2 GiB fit in one run.`,
      'Split the batch, or reset more of its cases.',
    );
  }
  const words = new Uint32Array(total);
  words.set([stimulusMagic, formatVersion, layoutHash(top), cases.length]);
  let at = headerWords;
  cases.forEach((c, i) => {
    encodeCase(top, c, first + i, words, at, wordsOf[i]!);
    at += wordsOf[i]!;
  });
  return words;
}

function caseWords(top: SimTop, c: SimCase, index: number): number {
  refuseUnknown(index, 'input wire', Object.keys(c.wires), top.inputWires);
  refuseUnknown(index, 'input stream', Object.keys(c.streams), top.inputs);
  refuseUnknown(index, 'output stream', Object.keys(c.expect), top.outputs);
  const items = top.inputs.reduce((n, s) => n + (c.streams[s.name]?.length ?? 0) * itemWords(s), 0);
  return caseHeaderWords + 2 * top.inputWires.length + top.inputs.length + top.outputs.length + items;
}

function encodeCase(top: SimTop, c: SimCase, index: number, words: Uint32Array, start: number, length: number): void {
  const stall = c.stall ?? { seed: 0, validPercent: 100, readyPercent: 100 };
  within(index, 'stall.seed', stall.seed, 0, two32 - 1, true);
  within(index, 'stall.validPercent', stall.validPercent, 1, 100, false);
  within(index, 'stall.readyPercent', stall.readyPercent, 1, 100, false);
  const maxIdle = within(index, 'maxIdleCycles', c.maxIdleCycles ?? defaultMaxIdleCycles, 1, two32 - 1, true);
  const drain = within(index, 'drainCycles', c.drainCycles ?? defaultDrainCycles, 1, two32 - 1, true);
  const { seed, validPercent, readyPercent } = stall;
  words.set(
    [length, c.reset ? 1 : 0, seed, threshold(validPercent), threshold(readyPercent), maxIdle, drain, 0],
    start,
  );
  let at = start + caseHeaderWords;
  for (const w of top.inputWires) {
    const [low, high] = limits(w);
    const value = within(index, `wire ${w.name}`, c.wires[w.name] as number, low, high, true);
    words[at++] = value;
    words[at++] = Math.floor(value / two32);
  }
  for (const s of top.inputs) words[at++] = c.streams[s.name]?.length ?? 0;
  for (const s of top.outputs)
    words[at++] = within(index, `expect.${s.name}`, c.expect[s.name] ?? 0, 0, two32 - 1, true);
  for (const s of top.inputs) at = encodeItems(s, c.streams[s.name] ?? [], index, words, at);
}

function encodeItems(
  s: StreamPortDesc,
  items: readonly SimItem[],
  index: number,
  words: Uint32Array,
  start: number,
): number {
  const fields = s.fields.map((f) => ({ f, limits: limits(f), wide: elementWords(f) === 2 }));
  let at = start;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    for (const {
      f,
      limits: [low, high],
      wide,
    } of fields) {
      const given = item[f.name];
      const isNumber = typeof given === 'number';
      if (isNumber ? f.count !== 1 : given?.length !== f.count) throw wrongShape(s, f, index, i, given);
      for (let e = 0; e < f.count; e++) {
        const v = isNumber ? given : (given as ArrayLike<number>)[e]!;
        if (!(v >= low && v <= high && Math.floor(v) === v)) throw wrongValue(s, f, index, i, e, v);
        words[at++] = v;
        if (wide) words[at++] = Math.floor(v / two32);
      }
    }
  }
  return at;
}

/** Least and greatest value of a field or wire. */
export function limits(f: { readonly signed: boolean; readonly width: number }): [number, number] {
  return f.signed ? [-(2 ** (f.width - 1)), 2 ** (f.width - 1) - 1] : [0, 2 ** f.width - 1];
}

function within(index: number, what: string, value: number, low: number, high: number, whole: boolean): number {
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'an integer' : 'a number';
  throw new PrunusError('PR0502', `Case ${index}, ${what}: ${value} is not ${kind} in ${low}..${high}.`);
}

function refuseUnknown(
  index: number,
  what: string,
  given: readonly string[],
  known: readonly { name: string }[],
): void {
  for (const name of given) {
    if (known.some((k) => k.name === name)) continue;
    const names = known.map((k) => k.name).join(', ') || 'none';
    throw new PrunusError('PR0502', `Case ${index}: the top has no ${what} '${name}'; it has: ${names}.`);
  }
}

function wrongShape(s: StreamPortDesc, f: FieldDesc, index: number, item: number, given: unknown): PrunusError {
  const want = f.count === 1 ? 'a number' : `${f.count} elements`;
  const got =
    given === undefined
      ? 'nothing'
      : typeof given === 'number'
        ? 'a number'
        : `${(given as ArrayLike<number>).length} elements`;
  return new PrunusError('PR0502', `Case ${index}, ${s.name}[${item}].${f.name}: needs ${want}, got ${got}.`);
}

function wrongValue(
  s: StreamPortDesc,
  f: FieldDesc,
  index: number,
  item: number,
  element: number,
  v: number,
): PrunusError {
  const [low, high] = limits(f);
  const where = f.count === 1 ? f.name : `${f.name}[${element}]`;
  return new PrunusError(
    'PR0502',
    `Case ${index}, ${s.name}[${item}].${where}: ${v} is not an integer in ${low}..${high}.`,
  );
}
