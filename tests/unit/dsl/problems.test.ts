import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, bus, flag, many, payload, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator, defineStructure, type Kit } from '../../../src/dsl/structure.ts';
import { printProblem, ProblemsError } from '../../../src/errors.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { locate, loose, number, offset, problemsOf, row, step, sum, through } from './parts.ts';

const at = (mark: string): string => locate(import.meta.filename, mark);
const lab = (build: (kit: Kit<typeof through>) => void): Part<typeof through> => accelerator('lab', through, build); // made

/** The printed problems of a design with one number stream in and one out. */
const printed = (build: (kit: Kit<typeof through>) => void): string[] => problemsOf(() => lab(build)).map(printProblem);

describe('parameters', () => {
  test('PR0101 unknown', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', step({ widht: 3 } as never)); // unknown
        connect(port.from, a.from);
        connect(a.to, port.to);
      }),
    ).toEqual([`PR0101 a: step.widht: there is no such parameter. Fix: use one of width, more. (${at('unknown')})`]);
  });

  test('PR0102 out of range, several at once; what follows is checked with the defaults', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', step({ width: 1, more: 2.5 })); // range
        connect(port.from, a.from);
        connect(a.to, port.to);
      }),
    ).toEqual([
      `PR0102 a: step.width: 1 is not valid: Too small: expected number to be >=2. Fix: use a whole number from 2 to 32. (${at('range')})`,
      `PR0102 a: step.more: 2.5 is not valid: Invalid input: expected int, received number. Fix: use a whole number from 0 to 7. (${at('range')})`,
    ]);
  });

  test('PR0102 missing where there is no default: thrown at once, as no ports can be made', () => {
    const needs = defineComponent({
      name: 'needs',
      summary: 'Needs its width.',
      parameters: z.strictObject({ width: z.number().int().min(1).max(9) }),
      ports: (p) => ({ value: input(wire(bits(p.width))) }),
      template: { text: '' },
    });
    expect(
      printed(({ instance, connect, port }) => {
        connect(port.from, port.to);
        instance('a', (needs as unknown as () => Part)()); // missing
      }),
    ).toEqual([
      `PR0102 needs.width: it has no default and is not given. Fix: use a whole number from 1 to 9. (${at('missing')})`,
    ]);
  });

  test('PR0103 contradicting, at the line where the part is made, also outside of a build', () => {
    const part = step({ width: 3, more: 4 }); // contradiction
    expect(part.problems.map(printProblem)).toEqual([
      `PR0103 step.more: 4 does not fit in 3 signed bits; at most 3 does. (${at('contradiction')})`,
    ]);
    expect(problemsOf(() => part).map(printProblem)).toEqual(part.problems.map(printProblem));
  });

  test("of a component of the library: the line is the user's", () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', fifo(number(8), 1)); // library
        connect(port.from, a.put);
        connect(a.get, port.to);
      }),
    ).toEqual([
      `PR0102 a: fifo.depth: 1 is not valid: Too small: expected number to be >=2. Fix: use a whole number from 2 to 1024. (${at('library')})`,
    ]);
  });

  test('an array says it once', () => {
    expect(
      printed(({ array, connect, port }) => {
        const a = array('a', 2, step({ width: 99 })); // array
        connect(port.from, a.at(0).from);
        connect(a.at(0).to, a.at(1).from);
        connect(a.at(1).to, port.to);
      }),
    ).toEqual([
      `PR0102 a: step.width: 99 is not valid: Too big: expected number to be <=32. Fix: use a whole number from 2 to 32. (${at('array')})`,
    ]);
  });

  test('a build that fails on parameters that are wrong does not hide what is wrong with them', () => {
    const inner = defineStructure({
      name: 'inner',
      summary: 'Fails.',
      parameters: z.strictObject({}),
      rules: [{ path: 'more', holds: () => false, message: () => 'never right.' }],
      ports: () => through,
      build: () => {
        throw new Error('deep inside');
      },
    });
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', inner()); // inner
        connect(port.from, a.from);
        connect(a.to, port.to);
      }),
    ).toEqual([`PR0103 a: inner.more: never right. (${at('inner')})`]);
  });
});

describe('instances', () => {
  test('PR0201 unusable names', () => {
    const names = ['Scores', 'wire', 'a b', 'bank_0', 'clk', '3d', 'always_comb'];
    expect(
      printed(({ instance, connect, port }) => {
        connect(port.from, port.to);
        for (const name of names) {
          const a = instance(name, offset()); // names
          connect(port.from as never, a.from);
        }
      }).filter((line) => line.startsWith('PR0201')),
    ).toEqual([
      `PR0201 Scores: is not usable as the name of an instance: names are lower_snake_case and begin with a letter. Fix: choose another name. (${at('names')})`,
      `PR0201 wire: is not usable as the name of an instance: this is a reserved word of Verilog or SystemVerilog. Fix: choose another name. (${at('names')})`,
      `PR0201 a b: is not usable as the name of an instance: names are lower_snake_case and begin with a letter. Fix: choose another name. (${at('names')})`,
      `PR0201 bank_0: is not usable as the name of an instance: a name may not end in _<digits>, which netlist tools use for the bits of a bus. Fix: choose another name. (${at('names')})`,
      `PR0201 clk: is not usable as the name of an instance: clk and rst_n are the clock and the reset of every module. Fix: choose another name. (${at('names')})`,
      `PR0201 3d: is not usable as the name of an instance: names are lower_snake_case and begin with a letter. Fix: choose another name. (${at('names')})`,
      `PR0201 always_comb: is not usable as the name of an instance: this is a reserved word of Verilog or SystemVerilog. Fix: choose another name. (${at('names')})`,
    ]);
  });

  test('PR0202 two of one name; an array counts', () => {
    expect(
      printed(({ instance, array, connect, port }) => {
        const a = array('a', 2, step());
        const b = instance('a1', step()); // twin
        connect(port.from, a.at(0).from);
        connect(a.at(0).to, a.at(1).from);
        connect(b.to, port.to);
      })[0],
    ).toBe(`PR0202 a1: there are two instances of this name. Fix: rename one of them. (${at('twin')})`);
  });

  test('PR0204 built and never used', () => {
    expect(
      printed(({ instance, connect, port }) => {
        connect(port.from, port.to);
        instance('spare', step()); // unused
      }),
    ).toEqual([
      `PR0204 spare: this instance is built and never used: none of its ports is connected. Fix: connect it, or take it out. (${at('unused')})`,
    ]);
  });

  test('PR0215 an array of none', () => {
    expect(
      printed(({ array, connect, port }) => {
        const none = array('none', 0, step()); // none
        connect(port.from, none.at(0).from);
        connect(none.at(0).to, port.to);
      }),
    ).toEqual([
      `PR0215 none: an array of 0 instances cannot be built. Fix: make it a whole number of at least 1. (${at('none')})`,
    ]);
  });

  test('PR0214 no such element of an array; only that is said', () => {
    expect(
      printed(({ array, connect, port }) => {
        const a = array('a', 2, step());
        connect(port.from, a.at(0).from);
        connect(a.at(0).to, a.at(1).from);
        connect(a.at(2).to, port.to); // element
        connect(a.at(1).to, a.at(-1).from); // negative
      }),
    ).toEqual([
      `PR0214 a[2]: there is no element 2; a has 2 elements. Fix: use an index from 0 to 1. (${at('element')})`,
      `PR0214 a[-1]: there is no element -1; a has 2 elements. Fix: use an index from 0 to 1. (${at('negative')})`,
    ]);
  });

  test('PR0214 no such element of a group', () => {
    expect(
      printed(({ instance, connect, pick, port }) => {
        const all = instance('all', sum({ ways: 1 }));
        connect(port.from, pick(all.from, 0));
        connect(port.from as never, pick(all.from, 1)); // group
        connect(all.to as never, loose(port.to)); // wide
      })[0],
    ).toBe(`PR0214 all.from[1]: there is no element 1; all.from has 1 element. Fix: use the index 0. (${at('group')})`);
  });
});

describe('names and sizes', () => {
  test('PR0212 one Verilog name for two things', () => {
    const ports = { a_to: input(stream(number(8))), to: output(stream(number(8))) };
    const made = () =>
      accelerator('lab', ports, ({ instance, connect, port }) => {
        const a = instance('a', step());
        const b = instance('b', step());
        connect(port.a_to, a.from);
        connect(a.to, b.from);
        connect(b.to, port.to);
      });
    expect(problemsOf(made).map(printProblem)).toEqual(
      ['valid', 'ready', 'value'].map(
        (s) =>
          `PR0212 net a_to: needs the Verilog name a_to_${s}, which port a_to has already. Fix: rename one of them.`,
      ),
    );
  });

  test('PR0212 also the wires that the emitter adds for what nobody reads', () => {
    const ports = { from: input(stream(number(8))), to: output(stream(number(9))) };
    const made = () =>
      accelerator('lab', ports, ({ instance, connect, tie, port }) => {
        const a = instance('unused', offset()); // collides
        connect(port.from, a.from);
        tie(1, a.amount);
        connect(a.to, port.to);
      });
    expect(problemsOf(made).map(printProblem)).toEqual([
      `PR0212 net unused: needs the Verilog name unused, which instance unused has already. Fix: rename one of them. (${at('collides')})`,
    ]);
  });

  test('PR0213 ports, fields, modules', () => {
    const odd = defineComponent({
      name: 'odd',
      summary: 'Has names that cannot be.',
      parameters: z.strictObject({}),
      ports: () => ({
        Port: input(wire(bits(1))),
        reg: output(wire(bits(1))),
        items: input(stream(payload('item', { valid: flag(), signed: bits(3), data_2: bits(1) }))),
      }),
      template: { text: '' },
    });
    const part = odd(); // odd
    const reserved = 'this is a reserved word of Verilog or SystemVerilog';
    expect(part.problems.map(printProblem)).toEqual([
      `PR0213 odd.Port: is not usable as the name of a port: names are lower_snake_case and begin with a letter. Fix: choose another name. (${at('odd')})`,
      `PR0213 odd.reg: is not usable as the name of a port: ${reserved}. Fix: choose another name. (${at('odd')})`,
      `PR0213 odd.items.valid: is not usable as the name of a field: every stream has a signal of this name. Fix: choose another name. (${at('odd')})`,
      `PR0213 odd.items.data_2: is not usable as the name of a field: a name may not end in _<digits>, which netlist tools use for the bits of a bus. Fix: choose another name. (${at('odd')})`,
    ]);
    const fork = () => accelerator('fork', through, ({ connect, port }) => connect(port.from, port.to)); // fork
    expect(problemsOf(fork).map(printProblem)).toEqual([
      `PR0213 fork: is not usable as the name of a module: ${reserved}. Fix: choose another name. (${at('fork')})`,
    ]);
    expect(() => elaborate(step(), 'My Design')).toThrow(
      'PR0213 My Design: is not usable as the name of a module: names are lower_snake_case and begin with a letter. Fix: choose another name.',
    );
  });

  test('PR0215 groups, vectors and widths', () => {
    const odd = defineComponent({
      name: 'odd',
      summary: 'Has sizes that cannot be.',
      parameters: z.strictObject({}),
      ports: () => ({
        none: input(many(0, wire(bits(1)))),
        half: input(many(1.5, stream(number(8)))),
        empty: input(stream(row(8, 0))),
        wide: output(stream(number(53))),
        narrow: output(wire(bits(0))),
        word: input(
          bus('memory', { data: { field: bits(512), from: 'master' }, nothing: { field: bits(-1), from: 'slave' } }),
        ),
      }),
      template: { text: '' },
    });
    const whole = 'Fix: make it a whole number of at least 1.';
    expect(odd().problems.map((p) => printProblem({ ...p, at: undefined }))).toEqual([
      `PR0215 odd.none: a group of 0 ports cannot be built. ${whole}`,
      `PR0215 odd.half: a group of 1.5 ports cannot be built. ${whole}`,
      `PR0215 odd.empty.data: a vector of 0 elements cannot be built. ${whole}`,
      'PR0215 odd.wide.value: a number of 53 bits cannot be built. Fix: make it a whole number from 1 to 52, or a vector of narrower elements.',
      'PR0215 odd.narrow: a number of 0 bits cannot be built. Fix: make it a whole number from 1 to 52.',
      `PR0215 odd.word.nothing: a number of -1 bits cannot be built. ${whole}`,
    ]);
  });
});

test('everything that is wrong is reported together, in levels below too', () => {
  const inner = defineStructure({
    name: 'inner',
    summary: 'Has a mistake.',
    parameters: z.strictObject({}),
    ports: () => through,
    build: (_, { instance, connect, port }) => {
      connect(port.from, port.to);
      instance('lonely', step()); // lonely
    },
  });
  const made = () =>
    lab(({ instance, connect, port }) => {
      const a = instance('a', inner());
      const b = instance('b', step({ width: 40 })); // forty
      instance('c', step()); // idle
      connect(port.from, a.from);
      connect(a.to, b.from);
    });
  expect(problemsOf(made).map((p) => [p.code, p.path, p.at])).toEqual([
    ['PR0102', 'b: step.width', at('forty')],
    ['PR0204', 'c', at('idle')],
    ['PR0205', 'to', at('made')],
    ['PR0209', 'b.to', at('forty')],
    ['PR0204', 'lonely', at('lonely')],
  ]);
  expect(made).not.toThrow();
  expect(() => elaborate(made())).toThrow(ProblemsError);
});

test('a build that fails without any problem fails as it does', () => {
  const made = lab(() => {
    throw new TypeError('mine');
  });
  expect(() => elaborate(made)).toThrow(new TypeError('mine'));
});
