/** Small parts that tests of the language are made of; none needs a template file. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, bus, counter, flag, many, payload, signed, stream, vector, wire } from '../../../src/dsl/kinds.ts';
import { integer } from '../../../src/dsl/parameters.ts';
import { input, master, output, slave } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import type { Sink } from '../../../src/dsl/structure.ts';
import { type Problem, ProblemsError } from '../../../src/errors.ts';

export const number = (width: number) => payload('number', { value: signed(width) });
export const row = (width: number, count: number) =>
  payload('row', { data: vector(count, signed(width)), last: flag() });

const width = integer({ description: 'bits of a number', unit: 'bits', min: 2, max: 32, default: 8 });

/** Numbers as they come, each larger by `more`. */
export const step = defineComponent({
  name: 'step',
  summary: 'Adds a constant to every number.',
  parameters: z.strictObject({
    width,
    more: integer({ description: 'what is added', min: 0, max: 7, default: 1 }),
  }),
  rules: [
    {
      path: 'more',
      holds: (p) => p.more < 2 ** (p.width - 1),
      message: (p) => `${p.more} does not fit in ${p.width} signed bits; at most ${2 ** (p.width - 1) - 1} does.`,
    },
  ],
  ports: (p) => ({ from: input(stream(number(p.width))), to: output(stream(number(p.width))) }),
  template: {
    text: `  assign to_valid = from_valid;
  assign from_ready = to_ready;
  assign to_value = from_value + {{s MORE WIDTH}};
  wire unused = &{ 1'b0, clk, rst_n };`,
  },
  constants: (p) => ({ WIDTH: p.width, MORE: p.more }),
  *model(p, io): Process {
    const modulus = 2 ** p.width;
    for (;;) {
      const { value } = yield* io.from.take();
      const sum = (((value + p.more) % modulus) + modulus) % modulus;
      io.to.put({ value: sum >= modulus / 2 ? sum - modulus : sum });
    }
  },
});

/** Adds a number that a wire has. */
export const offset = defineComponent({
  name: 'offset',
  summary: 'Adds a configured number to every number.',
  parameters: z.strictObject({ width }),
  ports: (p) => ({
    amount: input(wire(signed(p.width))),
    from: input(stream(number(p.width))),
    to: output(stream(number(p.width + 1))),
    seen: output(counter(16)),
  }),
  template: { text: '  // only elaborated' },
  *model(_, io): Process {
    const amount = yield* io.amount.read();
    for (;;) io.to.put({ value: (yield* io.from.take()).value + amount });
  },
});

/** Adds numbers of several streams. */
export const sum = defineComponent({
  name: 'sum',
  summary: 'Adds one number of each of its streams.',
  parameters: z.strictObject({ ways: integer({ description: 'streams', min: 1, max: 16, default: 2 }), width }),
  ports: (p) => ({ from: input(many(p.ways, stream(number(p.width)))), to: output(stream(number(p.width + 4))) }),
  template: { text: '  // only elaborated' },
  *model(_, io): Process {
    for (;;) {
      let value = 0;
      for (const from of io.from) value += (yield* from.take()).value;
      io.to.put({ value });
    }
  },
});

/** Gives every number to several streams. */
export const spread = defineComponent({
  name: 'spread',
  summary: 'Gives every number to several readers.',
  parameters: z.strictObject({ ways: integer({ description: 'readers', min: 1, max: 16, default: 2 }), width }),
  ports: (p) => ({ from: input(stream(number(p.width))), to: output(many(p.ways, stream(number(p.width)))) }),
  template: { text: '  // only elaborated' },
  *model(_, io): Process {
    for (;;) {
      const item = yield* io.from.take();
      for (const to of io.to) to.put(item);
    }
  },
});

const store = (depth: number) =>
  bus('store', {
    address: { field: bits(depth), from: 'master' },
    data: { field: bits(8), from: 'slave' },
  });

/** Looks numbers up in a memory. */
export const lookup = defineComponent({
  name: 'lookup',
  summary: 'Looks numbers up.',
  parameters: z.strictObject({ depth: integer({ description: 'address bits', min: 1, max: 16, default: 4 }) }),
  ports: (p) => ({ from: input(stream(number(8))), to: output(stream(number(8))), memory: master(store(p.depth)) }),
  template: { text: '  // only elaborated' },
  *model(_, io): Process {
    for (;;) io.to.put(yield* io.from.take());
  },
});

export const memory = defineComponent({
  name: 'store',
  summary: 'A memory.',
  parameters: z.strictObject({ depth: integer({ description: 'address bits', min: 1, max: 16, default: 4 }) }),
  ports: (p) => ({ memory: slave(store(p.depth)) }),
  template: { text: '  // only elaborated' },
});

/** What is wrong with a design. */
export function problemsOf(make: () => Part): readonly Problem[] {
  try {
    elaborate(make());
  } catch (cause) {
    if (cause instanceof ProblemsError) return cause.problems;
    throw cause;
  }
  return [];
}

/** `file:line` of the one line of a file that ends in the comment `// MARK`. */
export function locate(path: string, mark: string): string {
  const lines = readFileSync(path, 'utf8').split('\n');
  const found = lines.flatMap((text, i) => (text.endsWith(`// ${mark}`) ? [i + 1] : []));
  if (found.length !== 1) throw new Error(`${found.length} lines of ${path} end in // ${mark}`);
  return `${path.replace(/^.*[\\/]/, '')}:${found[0]}`;
}

/** A stream of numbers in and one out. */
export const through = { from: input(stream(number(8))), to: output(stream(number(8))) };

/** Ends of any kind as one that the compiler accepts: what is checked at run time must hold without the compiler too. */
export const loose = (end: unknown): Sink<never> => end as Sink<never>;
