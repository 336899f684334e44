import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, many, signed, stream, wire } from '../../../src/dsl/kinds.ts';
import { fieldNameProblem, moduleNameProblem, nameProblem } from '../../../src/dsl/names.ts';
import { signalsOf } from '../../../src/dsl/netlist.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator, defineStructure } from '../../../src/dsl/structure.ts';
import { number, offset, step } from './parts.ts';

const labPorts = { amount: input(wire(signed(8))), from: input(stream(number(8))), to: output(stream(number(9))) };

const lab = () =>
  accelerator('lab', labPorts, ({ instance, array, connect, port }) => {
    const chain = array('chain', 2, step({ more: 2 }));
    const shift = instance('shift', offset());
    connect(port.from, chain.at(0).from);
    connect(chain.at(0).to, chain.at(1).from);
    connect(chain.at(1).to, shift.from);
    connect(port.amount, shift.amount);
    connect(shift.to, port.to);
  });

describe('the netlist', () => {
  test('names what the design named', () => {
    const { netlist, parts } = elaborate(lab());
    expect(netlist.top).toBe('lab');
    expect(netlist.modules.map((m) => m.name)).toEqual(['lab_step', 'lab_offset', 'lab']);
    expect([...parts.keys()].toSorted()).toEqual(['lab', 'lab_offset', 'lab_step']);
    const { body } = netlist.modules.at(-1)!;
    expect(body).toMatchObject({
      kind: 'structure',
      instances: [
        { name: 'chain0', module: 'lab_step', pins: { from: { net: 'from' }, to: { net: 'chain0_to' } } },
        { name: 'chain1', module: 'lab_step', pins: { from: { net: 'chain0_to' }, to: { net: 'chain1_to' } } },
        {
          name: 'shift',
          module: 'lab_offset',
          pins: { amount: { net: 'amount' }, from: { net: 'chain1_to' }, to: { net: 'to' }, seen: { open: true } },
        },
      ],
      aliases: [],
    });
    expect(body.kind === 'structure' && body.nets.map((n) => n.name)).toEqual(['chain0_to', 'chain1_to']);
  });

  test('is frozen, all of it', () => {
    const loose: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return;
      if (!Object.isFrozen(value)) loose.push(path);
      for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
    };
    const { part } = preset('sprint-m');
    visit(elaborate(part).netlist, 'netlist');
    expect(loose).toEqual([]);
    expect(() => Object.assign(elaborate(lab()).netlist.modules[0]!, { name: 'other' })).toThrow(TypeError);
  });

  test('is plain data, the same each time', () => {
    for (const { name } of presets()) {
      const [a, b] = [preset(name), preset(name)].map(({ part }) => elaborate(part, 'top').netlist);
      expect(JSON.stringify(a)).toBe(JSON.stringify(b));
      expect(JSON.parse(JSON.stringify(a))).toEqual(a);
    }
  });

  test('one module for equal parameters, letters for others', () => {
    const through = { from: input(stream(number(8))), to: output(stream(number(8))) };
    const made = accelerator('many', through, ({ instance, connect, port }) => {
      let last: typeof port.from = port.from;
      for (let i = 0; i < 40; i++) {
        const next = instance(`queue${i}x`, fifo(number(8), 2 + (i % 30)));
        connect(last, next.put);
        last = next.get;
      }
      connect(last, port.to);
    });
    const names = elaborate(made).netlist.modules.map((m) => m.name);
    expect(names).toHaveLength(31);
    expect(new Set(names).size).toBe(31);
    expect(names.slice(0, 3)).toEqual(['many_fifo_number', 'many_fifo_number_b', 'many_fifo_number_c']);
    expect(names.slice(25, 28)).toEqual(['many_fifo_number_z', 'many_fifo_number_aa', 'many_fifo_number_ab']);
    expect(names.map(moduleNameProblem).filter(Boolean)).toEqual([]);
  });

  test('parameters that JSON cannot tell apart make different modules', () => {
    const table = defineComponent({
      name: 'table',
      summary: 'Holds something.',
      parameters: z.strictObject({
        of: z.custom<object>((v) => v instanceof Map || ArrayBuffer.isView(v) || typeof v === 'function'),
      }),
      ports: () => ({ from: input(stream(number(8))), to: output(stream(number(8))) }),
      template: { text: '' },
    });
    const given = [new Map([[1, 2]]), new Map([[1, 3]]), Int8Array.of(1), Uint8Array.of(1), () => 1, () => 1];
    const through = { from: input(stream(number(8))), to: output(stream(number(8))) };
    const made = accelerator('maps', through, ({ instance, connect, port }) => {
      let last: typeof port.from = port.from;
      for (const [i, of] of [...given, ...given].entries()) {
        const next = instance(`table${i}x`, table({ of }));
        connect(last, next.from);
        last = next.to;
      }
      connect(last, port.to);
    });
    expect(elaborate(made).netlist.modules).toHaveLength(1 + given.length);
  });

  test('outputs that repeat inputs, constants at outputs, one source for several', () => {
    const ports = {
      from: input(stream(number(8))),
      level: input(wire(bits(4))),
      to: output(stream(number(8))),
      same: output(wire(bits(4))),
      copies: output(many(2, wire(bits(4)))),
      fixed: output(wire(bits(4))),
    };
    const made = accelerator('copy', ports, ({ connect, tie, port }) => {
      connect(port.from, port.to);
      connect(port.level, port.same);
      connect(port.level, port.copies);
      tie(9, port.fixed);
    });
    const { body } = elaborate(made).netlist.modules[0]!;
    expect(body.kind === 'structure' && body.aliases.map((a) => [a.port, a.net])).toEqual([
      ['to', { net: 'from' }],
      ['same', { net: 'level' }],
      ['copies0', { net: 'level' }],
      ['copies1', { net: 'level' }],
      ['fixed', { constant: 9, field: { shape: 'scalar', signed: false, width: 4 } }],
    ]);
  });

  test('structures become levels, by the parameters they are called with', () => {
    const pair = defineStructure({
      name: 'pair',
      summary: 'Two steps.',
      parameters: step.definition.parameters as z.ZodObject<{ width: z.ZodDefault<z.ZodNumber> }>,
      ports: (p) => ({ from: input(stream(number(p.width))), to: output(stream(number(p.width))) }),
      build: (p, { array, connect, port }) => {
        const both = array('step', 2, step({ width: p.width }));
        connect(port.from, both.at(0).from);
        connect(both.at(0).to, both.at(1).from);
        connect(both.at(1).to, port.to);
      },
    });
    const through = { from: input(stream(number(8))), to: output(stream(number(8))) };
    const made = accelerator('deep', through, ({ instance, connect, port }) => {
      const a = instance('a', pair());
      const b = instance('b', pair({ width: 8 }));
      connect(port.from, a.from);
      connect(a.to, b.from);
      connect(b.to, port.to);
    });
    expect(elaborate(made).netlist.modules.map((m) => m.name)).toEqual(['deep_step', 'deep_pair', 'deep']);
  });

  test('says what its parameters mean', () => {
    const { netlist } = elaborate(preset('sprint-s').part);
    const top = netlist.modules.at(-1)!;
    expect(top.notes['tile.rows']).toMatchObject({ unit: 'cells' });
    const undocumented = netlist.modules.flatMap((m) =>
      Object.entries(m.notes).flatMap(([path, note]) => (note.description ? [] : [`${m.component}.${path}`])),
    );
    expect(undocumented).toEqual([]);
  });
});

function preset(name: string): { part: Part } {
  const { architecture, parameters } = presets().find((p) => p.name === name)!;
  return { part: architectures[architecture]!.make(parameters) };
}

test('every name of every preset is legal and used once', () => {
  for (const { name } of presets()) {
    const { netlist } = elaborate(preset(name).part, name.replaceAll('-', '_'));
    const modules = netlist.modules.map((m) => m.name);
    expect(new Set(modules).size).toBe(modules.length);
    expect(modules.map(moduleNameProblem).filter(Boolean)).toEqual([]);
    for (const { ports, body } of netlist.modules) {
      const inside = body.kind === 'structure' ? body.instances.map((i) => i.name) : [];
      const nets = body.kind === 'structure' ? body.nets : [];
      const signals = [...ports, ...nets].flatMap((p) => signalsOf(p.kind).map((s) => p.name + s.suffix));
      const all = [...inside, ...signals];
      expect(all.map(nameProblem).filter(Boolean)).toEqual([]);
      expect(new Set(all).size).toBe(all.length);
    }
  }
});

describe('names', () => {
  test.each([
    'wire',
    'always_ff',
    'logic',
    'endmodule',
    'unique0',
    'rand',
    'checker',
    'nettype',
    'accept_on',
    'string',
    'bit',
  ])('%s is reserved', (name) => {
    expect(nameProblem(name)).toBe('this is a reserved word of Verilog or SystemVerilog');
    expect(moduleNameProblem(name)).toBe(nameProblem(name));
    // Behind the name of its port it is as good as any.
    expect(fieldNameProblem(name)).toBeUndefined();
  });

  test('shape', () => {
    for (const good of ['a', 'bank0', 'key_msb', 'q2x', 'very_long_name_of_a_port']) {
      expect([nameProblem(good), fieldNameProblem(good), moduleNameProblem(good)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    for (const bad of ['', 'A', '_a', '0a', 'a-b', 'a b', 'ä', 'a$', 'a.b'])
      expect(nameProblem(bad)).toMatch(/lower_snake_case/);
    expect(nameProblem('bank_0')).toMatch(/_<digits>/);
    expect(moduleNameProblem('sprint_2')).toBeUndefined();
    expect(nameProblem('rst_n')).toMatch(/clock and the reset/);
  });
});
