/** Small hand-written modules to try the simulation on. */
import { readFileSync } from 'node:fs';

import type { SimCase, SimItem } from '../../src/sim/cases.ts';
import type { FieldDesc, SimTop } from '../../src/sim/top.ts';

const text = (name: string) => readFileSync(new URL(`duts/${name}.v`, import.meta.url), 'utf8');
const scalar = (name: string, width: number, signed = false): FieldDesc => ({
  name,
  width,
  signed,
  count: 1,
  shape: 'scalar',
});
const vector = (name: string, count: number, width: number, signed = false): FieldDesc => ({
  name,
  width,
  signed,
  count,
  shape: 'vector',
});
const module = (top: string, ports: Partial<SimTop>): SimTop => ({
  top,
  files: [{ path: `rtl/${top}.v`, text: text(top) }],
  inputs: [],
  outputs: [],
  inputWires: [],
  outputWires: [],
  ...ports,
});

const fifoFields = [scalar('index', 9, true), vector('data', 25, 8, true)];
export const fifo: SimTop = module('fifo', {
  inputs: [{ name: 'in', fields: fifoFields, order: 'exact' }],
  outputs: [{ name: 'out', fields: fifoFields, order: 'exact' }],
  outputWires: [{ name: 'count', width: 32, signed: false }],
});

export const adder: SimTop = module('adder', {
  inputs: [{ name: 'pair', fields: [scalar('a', 40, true), scalar('b', 40, true)], order: 'exact' }],
  outputs: [{ name: 'sum', fields: [scalar('value', 42, true)], order: 'exact' }],
  inputWires: [{ name: 'offset', width: 12, signed: true }],
  outputWires: [{ name: 'largest', width: 42, signed: true }],
});

export const rude: SimTop = module('rude', {
  inputs: [{ name: 'in', fields: [scalar('byte', 8)], order: 'exact' }],
  outputs: [{ name: 'out', fields: [scalar('byte', 8)], order: 'exact' }],
  inputWires: [{ name: 'mode', width: 3, signed: false }],
});

/** Numbers that look random and are the same every time. */
export function* numbers(seed: number): Generator<number, never, void> {
  let x = seed >>> 0;
  for (;;) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

export function fifoItems(count: number, seed = 1): SimItem[] {
  const random = numbers(seed);
  const integer = (low: number, high: number) => low + Math.floor(random.next().value * (high - low + 1));
  return Array.from({ length: count }, () => ({
    index: integer(-256, 255),
    data: Int8Array.from({ length: 25 }, () => integer(-128, 127)),
  }));
}

export function fifoCase(items: readonly SimItem[], validPercent = 100, readyPercent = 100, seed = 1): SimCase {
  return {
    reset: true,
    wires: {},
    streams: { in: items },
    expect: { out: items.length },
    stall: { seed, validPercent, readyPercent },
  };
}

export function adderItems(count: number, seed = 1): SimItem[] {
  const random = numbers(seed);
  const operand = () => Math.floor((random.next().value - 0.5) * 2 ** 40);
  return Array.from({ length: count }, () => ({ a: operand(), b: operand() }));
}

export function adderCase(items: readonly SimItem[], offset = 7): SimCase {
  const stall = { seed: 3, validPercent: 70, readyPercent: 60 };
  return { reset: true, wires: { offset }, streams: { pair: items }, expect: { sum: items.length }, stall };
}

export const adderExpected = (items: readonly SimItem[], offset = 7): SimItem[] =>
  items.map(({ a, b }) => ({ value: (a as number) + (b as number) + offset }));

export function rudeCase(mode: number, count = 20): SimCase {
  const items = Array.from({ length: count }, (_, i) => ({ byte: (i + 1) % 256 }));
  const stall = { seed: 5, validPercent: 80, readyPercent: 30 };
  return { reset: true, wires: { mode }, streams: { in: items }, expect: { out: count }, stall, maxIdleCycles: 500 };
}
