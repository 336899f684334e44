/** The result file back to case results: 32-bit little-endian words, laid out as `sim/README.md` says. */
import { PrunusError } from '../errors.ts';
import type { CaseResult, Column, OutputResult, SimItem, Violation } from './cases.ts';
import { caseStatuses, violationKinds } from './cases.ts';
import { formatVersion } from './stimulus.ts';
import { type FieldDesc, layoutHash, type SimTop, type StreamPortDesc } from './top.ts';

export const resultMagic = 0x52535250; // "PRSR"
const two32 = 2 ** 32;

/** Items in columns; the records are made when first asked for. */
export class OutputItems implements OutputResult {
  readonly count: number;
  readonly cycles: Uint32Array;
  readonly columns: Readonly<Record<string, Column>>;
  readonly #fields: readonly FieldDesc[];
  #items: readonly SimItem[] | undefined;

  constructor(fields: readonly FieldDesc[], cycles: Uint32Array, columns: Readonly<Record<string, Column>>) {
    this.#fields = fields;
    this.count = cycles.length;
    this.cycles = cycles;
    this.columns = columns;
  }

  get items(): readonly SimItem[] {
    this.#items ??= Array.from({ length: this.count }, (_, i) => this.#item(i));
    return this.#items;
  }

  #item(i: number): SimItem {
    const item: Record<string, number | ArrayLike<number>> = {};
    for (const f of this.#fields) {
      const column = this.columns[f.name]!;
      item[f.name] = f.shape === 'scalar' ? column[i]! : column.subarray(i * f.count, (i + 1) * f.count);
    }
    return item;
  }
}

/** Decodes a whole result file; columns of up to 32 bits are views of `words`. Throws PR0503 when it is not one, or cut short. */
export function decodeResults(top: SimTop, words: Uint32Array): CaseResult[] {
  if (words.length < 4 || words[0] !== resultMagic || words[1] !== formatVersion || words[2] !== layoutHash(top)) {
    throw new PrunusError('PR0503', 'The simulation left no readable result file.');
  }
  const reader = { words, at: 4 };
  const results: CaseResult[] = [];
  for (let i = 0; i < words[3]!; i++) results.push(decodeCase(top, reader));
  return results;
}

interface Reader {
  readonly words: Uint32Array;
  at: number;
}

function take(r: Reader, count: number): Uint32Array {
  if (r.at + count > r.words.length) throw new PrunusError('PR0503', 'The simulation result file is cut short.');
  r.at += count;
  return r.words.subarray(r.at - count, r.at);
}

function decodeCase(top: SimTop, r: Reader): CaseResult {
  const [status, cycles, violationCount, listed] = take(r, 4) as unknown as [number, number, number, number];
  const wires: Record<string, number> = {};
  for (const w of top.outputWires) wires[w.name] = wide(take(r, 2), 0);
  const outputs: Record<string, OutputResult> = {};
  for (const s of top.outputs) outputs[s.name] = decodeOutput(s, r);
  const accepted: Record<string, Uint32Array> = {};
  for (const s of top.inputs) accepted[s.name] = take(r, take(r, 1)[0]!);
  const names = [...top.inputs, ...top.outputs, ...top.outputWires].map((s) => s.name);
  const violations: Violation[] = [];
  for (let i = 0; i < listed; i++) {
    const [stream, kind, cycle] = take(r, 3) as unknown as [number, number, number];
    violations.push({ stream: names[stream]!, kind: violationKinds[kind]!, cycle });
  }
  return { status: caseStatuses[status]!, cycles, outputs, accepted, wires, violations, violationCount };
}

function decodeOutput(s: StreamPortDesc, r: Reader): OutputResult {
  const count = take(r, 1)[0]!;
  const cycles = take(r, count);
  const columns: Record<string, Column> = {};
  for (const f of s.fields) {
    const elements = count * f.count;
    columns[f.name] = f.width > 32 ? wideColumn(take(r, 2 * elements)) : narrowColumn(take(r, elements), f.signed);
  }
  return new OutputItems(s.fields, cycles, columns);
}

function narrowColumn(words: Uint32Array, signed: boolean): Column {
  return signed ? new Int32Array(words.buffer, words.byteOffset, words.length) : words;
}

function wideColumn(words: Uint32Array): Column {
  return Float64Array.from({ length: words.length / 2 }, (_, i) => wide(words, 2 * i));
}

/** The two's-complement 64-bit number at `at`, low word first. */
function wide(words: Uint32Array, at: number): number {
  return (words[at + 1]! | 0) * two32 + words[at]!;
}
