import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sprint } from '../../../src/architectures/sprint/sprint.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { fork } from '../../../src/components/fork/fork.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { bits, many, signed, stream, wire } from '../../../src/dsl/kinds.ts';
import { runGolden, runNetwork } from '../../../src/dsl/network.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Order } from '../../../src/dsl/process.ts';
import { accelerator, defineStructure } from '../../../src/dsl/structure.ts';
import { headStreams } from '../../../src/explore/head-design.ts';
import { mix } from '../../../src/numerics/random.ts';
import { number, offset, spread, step, sum } from './parts.ts';

/** Another order in every round, made from a seed. */
function shuffled(seed: number): Order {
  let state = seed >>> 0;
  return (count) => {
    const all = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      state = mix((state + 0x9e3779b9) >>> 0);
      const j = state % (i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  };
}

/** A network with a fork, lanes of different length and a join. */
const lanes = (ways: number, lengths: readonly number[]) =>
  accelerator('lanes', { from: input(stream(number(8))), to: output(stream(number(12))) }, (kit) => {
    const { instance, connect, pick, port } = kit;
    const open = instance('open', spread({ ways }));
    const join = instance('total', sum({ ways }));
    connect(port.from, open.from);
    for (let way = 0; way < ways; way++) {
      let last = pick(open.to, way);
      for (let n = 0; n < lengths[way % lengths.length]!; n++) {
        const next = n % 2 ? undefined : instance(`lane${way}x${n}x`, step({ more: n }));
        const queue = n % 2 ? instance(`queue${way}x${n}x`, fifo(number(8), 2)) : undefined;
        connect(last, next ? next.from : queue!.put);
        last = next ? next.to : queue!.get;
      }
      connect(last, pick(join.from, way));
    }
    connect(join.to, port.to);
  });

describe('Kahn: the order of the processes does not matter', () => {
  test('forks, lanes, joins of any shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: -128, max: 127 }), { maxLength: 12 }),
        fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
        (ways, lengths, values, seeds) => {
          const part = lanes(ways, lengths);
          const streams = { from: values.map((value) => ({ value })) };
          const plain = runNetwork(part, { streams });
          // Against a plain formulation of the same network.
          const wrap = (v: number) => ((((v + 128) % 256) + 256) % 256) - 128;
          const lane = (value: number, length: number): number =>
            Array.from({ length }, (_, n) => n).reduce((v, n) => (n % 2 ? v : wrap(v + n)), value);
          const expected = values.map((value) => ({
            value: Array.from({ length: ways }, (_, w) => lane(value, lengths[w % lengths.length]!)).reduce(
              (a, b) => a + b,
              0,
            ),
          }));
          expect(plain).toEqual({ outputs: { to: expected }, taken: { from: values.length } });
          for (const seed of seeds) expect(runNetwork(part, { streams }, { order: shuffled(seed) })).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the whole of SPRINT', () => {
    const dim = 8;
    const part = sprint({
      tokens: 12,
      dim,
      corelets: 2,
      bufferBytes: 64,
      tile: { rows: 4, columns: 4 },
      memory: { channels: 2, banks: 2 },
    });
    const byte = (n: number) => ((mix(n) & 255) << 24) >> 24;
    const tensor = (salt: number) => Int8Array.from({ length: 6 * dim }, (_, i) => byte(salt * 1000 + i));
    const head = {
      length: 6,
      causal: true,
      prune: true,
      noiseSeed: 5,
      q: tensor(1),
      k: tensor(2),
      v: tensor(3),
      multiplier: Uint16Array.from({ length: 6 }, () => 40000),
      threshold: new Int32Array(6).fill(20),
      scoreShift: 22,
      expShift: 0,
    };
    const streams = headStreams({ dim, noise: true }, head) as never;
    const plain = runGolden(part, { streams });
    expect(plain['result']).toHaveLength(6 * 4);
    for (const seed of [1, 2, 3, 4, 5]) expect(runGolden(part, { streams }, { order: shuffled(seed) })).toEqual(plain);
  });

  test('an order that leaves processes out shows, so that the check can fail', () => {
    const part = lanes(2, [1]);
    const streams = { from: [{ value: 1 }] };
    const first: Order = () => [0];
    expect(runGolden(part, { streams }, { order: first })).not.toEqual(runGolden(part, { streams }));
  });

  test('a model that is no Kahn process shows, too', () => {
    // It looks whether another process has run already.
    let ran = 0;
    const rude = defineComponent({
      name: 'rude',
      summary: 'Depends on when it runs.',
      parameters: z.strictObject({}),
      ports: () => ({ from: input(stream(number(8))), to: output(stream(number(8))) }),
      template: { text: '' },
      *model(_, io) {
        for (;;) {
          yield* io.from.take();
          io.to.put({ value: ran++ });
        }
      },
    });
    const ports = { from: input(stream(number(8))), to: output(many(2, stream(number(8)))) };
    const part = accelerator('two', ports, ({ instance, array, connect, port }) => {
      const open = instance('open', fork(number(8), 2));
      const both = array('rude', 2, rude());
      connect(port.from, open.from);
      connect(open.to, both.from);
      connect(both.to, port.to);
    });
    const run = (order: Order) => {
      ran = 0;
      return runGolden(part, { streams: { from: [{ value: 1 }, { value: 2 }] } }, { order });
    };
    expect(run((n) => Array.from({ length: n }, (_, i) => i))).not.toEqual(
      run((n) => Array.from({ length: n }, (_, i) => n - 1 - i)),
    );
  });
});

describe('wires', () => {
  const ports = {
    amount: input(wire(signed(8))),
    from: input(stream(number(8))),
    to: output(stream(number(9))),
    again: output(wire(signed(8))),
    fixed: output(wire(bits(4))),
  };
  const part = (): Part =>
    accelerator('wires', ports, ({ instance, connect, tie, port }) => {
      const a = instance('a', offset());
      connect(port.amount, port.again);
      connect(port.amount, a.amount);
      tie(5, port.fixed);
      connect(port.from, a.from);
      connect(a.to, port.to);
    });

  test('of the design, and constants that leave it', () => {
    expect(runGolden(part(), { streams: { from: [{ value: 3 }] }, wires: { amount: -10 } })).toEqual({
      to: [{ value: -7 }],
    });
    const inner = defineStructure({
      name: 'inner',
      summary: 'Ties an output.',
      parameters: z.strictObject({}),
      ports: () => ({ level: output(wire(signed(8))) }),
      build: (_, { tie, port }) => tie(42, port.level),
    });
    const outer = accelerator('outer', { from: ports.from, to: ports.to }, ({ instance, connect, port }) => {
      const level = instance('level', inner());
      const a = instance('a', offset());
      connect(level.level, a.amount);
      connect(port.from, a.from);
      connect(a.to, port.to);
    });
    expect(runGolden(outer, { streams: { from: [{ value: 1 }] } })).toEqual({ to: [{ value: 43 }] });
  });

  test('PR0220 inputs that are not there, or not given', () => {
    expect(() => runGolden(part(), { streams: { form: [] }, wires: { amonut: 1 } })).toThrow(
      [
        'PR0220 form: wires has no input stream of this name. Fix: use from.',
        'PR0220 amonut: wires has no input wire of this name. Fix: use amount.',
        'PR0220 amount: this input wire of wires has no value. Fix: add it to wires.',
      ].join('\n'),
    );
    expect(() => runGolden(lanes(1, [0]), { wires: { x: 1 } })).toThrow(
      'PR0220 x: lanes has no input wire of this name. Fix: leave it out; there are none.',
    );
  });
});

test('a design with mistakes is not run', () => {
  const part = accelerator('bad', { from: input(stream(number(8))) }, ({ array, connect, port }) => {
    const a = array('a', 1, step());
    connect(port.from, a.at(1).from);
  });
  expect(() => runGolden(part, {})).toThrow(/^PR0214 a\[1\]/);
});
