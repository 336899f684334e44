/** What is said about connections that do not fit. */
import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/dsl/component.ts';
import { bits, flag, payload, signed, stream, vector, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator, type Kit } from '../../../src/dsl/structure.ts';
import { printProblem } from '../../../src/errors.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { locate, lookup, loose, memory, number, offset, problemsOf, row, spread, step, sum, through } from './parts.ts';

const at = (mark: string): string => locate(import.meta.filename, mark);
const lab = (build: (kit: Kit<typeof through>) => void): Part<typeof through> => accelerator('lab', through, build); // made

/** The printed problems of a design with one number stream in and one out. */
const printed = (build: (kit: Kit<typeof through>) => void): string[] => problemsOf(() => lab(build)).map(printProblem);

describe('connections', () => {
  test('PR0203 groups of different size', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const few = instance('few', spread({ ways: 3 }));
        const all = instance('all', sum({ ways: 2, width: 8 }));
        const narrow = instance('narrow', step({ width: 12 }));
        connect(port.from, few.from);
        connect(few.to, all.from); // sizes
        connect(all.to, narrow.from);
        connect(narrow.to, loose(port.to)); // out
      }),
    ).toEqual([
      `PR0203 few.to -> all.from: few.to has 3 elements and all.from has 2. Fix: make both counts equal, or pick the elements to connect one by one. (${at('sizes')})`,
      `PR0208 narrow.to -> to: value is signed 12 bits at the source and signed 8 bits at the sink. Fix: give narrow width = 8. (${at('out')})`,
    ]);
  });

  test('PR0205 no driver: stream, configuration wire, port, memory', () => {
    const lines = printed(({ instance, connect, port }) => {
      const a = instance('a', offset({ width: 7 })); // driverless
      const b = instance('b', memory()); // memoryless
      const c = instance('c', lookup());
      connect(port.from, c.from);
      connect(c.to, port.to);
      connect(a.to, loose(c.from)); // twice
      connect(a.seen, loose(b.memory)); // kinds
    });
    expect(lines.filter((l) => l.startsWith('PR0205'))).toEqual([
      `PR0205 a.amount: this wire has no driver. Fix: connect a source to a.amount, or tie(VALUE, a.amount) to hold it at a number. (${at('driverless')})`,
      `PR0205 a.from: this stream of number has no driver. Fix: connect a source to a.from. (${at('driverless')})`,
    ]);
    expect(lines.filter((l) => l.startsWith('PR0209'))).toEqual([
      `PR0209 c.memory: this store interface has no reader. Fix: connect c.memory to a sink. (${locate(import.meta.filename, 'memoryless').replace(/\d+$/, (n) => `${Number(n) + 1}`)})`,
    ]);
  });

  test('PR0205 an output of the design', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', step()); // readerless
        connect(port.from, a.from);
      }),
    ).toEqual([
      `PR0205 to: this stream of number has no driver. Fix: connect a source to to. (${at('made')})`,
      `PR0209 a.to: this stream of number has no reader. Fix: connect a.to to a sink. (${at('readerless')})`,
    ]);
  });

  test('PR0206 two drivers, PR0210 two readers', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', step());
        const b = instance('b', step());
        connect(port.from, a.from); // first reader
        connect(port.from, b.from); // second reader
        connect(a.to, port.to); // first driver
        connect(b.to, port.to); // second driver
      }),
    ).toEqual([
      `PR0210 from: has two readers; the first is connected at ${at('first reader')}. Fix: keep one of them, or put fork(number, 2) between them. (${at('second reader')})`,
      `PR0206 to: has two drivers; the first is connected at ${at('first driver')}. Fix: keep one of them, or put a component with two inputs in front. (${at('second driver')})`,
    ]);
  });

  test('PR0206 a wire that is tied and driven', () => {
    const ports = { ...through, amount: input(wire(signed(8))) };
    const made = () =>
      accelerator('lab', ports, ({ instance, connect, tie, port }) => {
        const a = instance('a', offset());
        const b = instance('b', step({ width: 9 }));
        connect(port.from, a.from);
        tie(3, a.amount); // tied
        connect(port.amount, a.amount); // driven
        connect(a.to, b.from);
        connect(b.to, loose(port.to)); // cut
      });
    expect(problemsOf(made).map(printProblem)).toEqual([
      `PR0208 b.to -> to: value is signed 9 bits at the source and signed 8 bits at the sink. Fix: give b width = 8. (${at('cut')})`,
      `PR0206 a.amount: has two drivers; the first is connected at ${at('tied')}. Fix: keep one of them. (${at('driven')})`,
    ]);
  });

  test('PR0207 another kind, with what would fit', () => {
    expect(
      printed(({ instance, connect, tie, port }) => {
        const a = instance('a', offset());
        const b = instance('b', step());
        tie(0, a.amount);
        connect(port.from, a.from);
        connect(a.seen, loose(b.from)); // wire to stream
        connect(b.to, loose(a.amount)); // stream to wire
        connect(a.to, loose(port.to)); // width
      }).slice(0, 2),
    ).toEqual([
      `PR0207 a.seen -> b.from: the source is a wire and the sink is a stream of number. Fix: put a component between them. (${at('wire to stream')})`,
      `PR0207 b.to -> a.amount: the source is a stream of number and the sink is a wire. Fix: b.to fits a.from, b.from, to; or put a component between them. (${at('stream to wire')})`,
    ]);
  });

  test('PR0208 another width: the parameter that mends it', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', step());
        const b = instance('b', step({ width: 12 }));
        const c = instance('c', fifo(number(16), 4));
        connect(port.from, a.from);
        connect(a.to, b.from); // step
        connect(b.to, c.put); // queue
        connect(c.get, port.to); // end
      }),
    ).toEqual([
      `PR0208 a.to -> b.from: value is signed 8 bits at the source and signed 12 bits at the sink. Fix: give b width = 8, as a has. (${at('step')})`,
      `PR0208 b.to -> c.put: value is signed 12 bits at the source and signed 16 bits at the sink. Fix: give c the payload of b.to. (${at('queue')})`,
      `PR0208 c.get -> to: value is signed 16 bits at the source and signed 8 bits at the sink. Fix: give c the payload of to. (${at('end')})`,
    ]);
  });

  test('PR0208 vectors, signs, fields that only one side has', () => {
    const wide = payload('row', { data: vector(4, signed(8)), last: flag(), tag: bits(2) });
    const ports = { from: input(stream(wide)), to: output(stream(row(8, 8))) };
    const made = () =>
      accelerator('lab', ports, ({ connect, port }) => {
        connect(port.from as never, port.to); // rows
      });
    expect(problemsOf(made).map(printProblem)).toEqual([
      `PR0208 from -> to: data is 4 x signed 8 bits at the source and 8 x signed 8 bits at the sink. Fix: give both ends the same widths. (${at('rows')})`,
      `PR0208 from -> to: tag is unsigned 2 bits at the source and absent at the sink. Fix: give both ends the same widths. (${at('rows')})`,
    ]);
  });

  test('PR0208 interfaces', () => {
    expect(
      printed(({ instance, connect, port }) => {
        const a = instance('a', lookup({ depth: 5 }));
        const b = instance('b', memory());
        connect(port.from, a.from);
        connect(a.memory, b.memory); // store
        connect(a.to, port.to);
      }),
    ).toEqual([
      `PR0208 a.memory -> b.memory: address is unsigned 5 bits at the source and unsigned 4 bits at the sink. Fix: give b depth = 5, as a has. (${at('store')})`,
    ]);
  });

  test.each([
    [128, 'use a whole number from -128 to 127.'],
    [-129, 'use a whole number from -128 to 127.'],
    [0.5, 'use a whole number from -128 to 127.'],
    [Number.NaN, 'use a whole number from -128 to 127.'],
  ])('PR0211 the constant %s', (value, fix) => {
    const ports = { from: input(stream(number(8))), to: output(stream(number(9))) };
    const made = () =>
      accelerator('lab', ports, ({ instance, connect, tie, port }) => {
        const a = instance('a', offset());
        connect(port.from, a.from);
        tie(value, a.amount); // constant
        connect(a.to, port.to);
      });
    expect(problemsOf(made).map(printProblem)).toEqual([
      `PR0211 a.amount: ${value} does not fit in 8 signed bits. Fix: ${fix} (${at('constant')})`,
    ]);
  });

  test('constants at the ends of their range fit', () => {
    const ports = { from: input(stream(number(8))), to: output(stream(number(9))) };
    for (const value of [-128, 127, 0]) {
      const made = () =>
        accelerator('lab', ports, ({ instance, connect, tie, port }) => {
          const a = instance('a', offset());
          connect(port.from, a.from);
          tie(value, a.amount);
          connect(a.to, port.to);
        });
      expect(problemsOf(made)).toEqual([]);
    }
  });
});
