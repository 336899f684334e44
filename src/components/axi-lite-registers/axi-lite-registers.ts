import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Wire, wire } from '../../dsl/kinds.ts';
import { type Directed, input, output, slave } from '../../dsl/ports.ts';
import { literal } from '../../emit/verilog.ts';
import { axiLite } from '../axi.ts';
import {
  fieldsOf,
  isWritable,
  type Register,
  type RegisterField,
  type RegisterMap,
  registersOf,
} from '../register-map.ts';

const given = z
  .custom<RegisterMap>((v) => typeof v === 'object' && v !== null && 'groups' in v)
  .default({ name: 'none', description: '', addressBits: 12, groups: [] })
  .meta({ description: 'the registers' });

type FieldPorts = Record<string, Directed<'in' | 'out', Wire<false>>>;

/** A port a field: what a program has written goes out, what it reads comes in. */
const fieldPorts = (map: RegisterMap): FieldPorts =>
  Object.fromEntries(
    fieldsOf(map)
      .filter((f) => f.access !== 'constant')
      .map((f) => [
        f.port,
        f.access === 'rw' || f.access === 'pulse' ? output(wire(bits(f.bits))) : input(wire(bits(f.bits))),
      ]),
  );

/** A read word: its fields in their places. */
function readWord({ fields }: Register): string {
  const parts: string[] = [];
  let at = 0;
  const zeros = (until: number): void => {
    if (until > at) parts.unshift(literal(0, { signed: false, width: until - at }));
  };
  for (const f of fields) {
    zeros(f.low);
    const constant = f.access === 'constant' || f.access === 'pulse';
    const value = f.access === 'constant' ? f.value : 0;
    parts.unshift(
      constant ? literal(value, { signed: false, width: f.bits }) : f.access === 'ro' ? f.port : `field_${f.port}`,
    );
    at = f.low + f.bits;
  }
  zeros(32);
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}

const viewField = (register: Register, f: RegisterField) => ({
  port: f.port,
  register: register.name,
  bits: f.bits,
  range: f.bits === 1 ? '' : `[${f.bits - 1}:0] `,
  at: f.bits === 32 ? '' : f.bits === 1 ? `[${f.low}]` : `[${f.low + f.bits - 1}:${f.low}]`,
  value: f.value,
});

/** Registers on AXI4-Lite. Address and data of a write come in either order; a read and a write do not wait for each other. */
export const axiLiteRegisters = defineComponent({
  name: 'axi_lite_registers',
  summary:
    'Registers on AXI4-Lite. Writes of bytes are possible. An address without a register, a write where nothing can be written, and a write to what describes the run under way answer SLVERR and change nothing.',
  parameters: z.strictObject({ map: given }),
  ports: ({ map }) => ({
    s_axi: slave(axiLite(map.addressBits)),
    locked: input(wire(bits(1))),
    irq: output(wire(bits(1))),
    ...fieldPorts(map),
  }),
  template: { file: 'axi-lite-registers/axi-lite-registers.v.hbs' },
  constants: ({ map }) => ({ ADDRESS: map.addressBits, WORD: map.addressBits - 2 }),
  view: ({ map }) => {
    const all = registersOf(map);
    const of = (access: RegisterField['access']) =>
      all.flatMap((r) => r.fields.filter((f) => f.access === access).map((f) => viewField(r, f)));
    const pending = of('w1c');
    return {
      registers: all.map((r) => ({ name: r.name, word: r.offset / 4, read: readWord(r) })),
      wordBits: map.addressBits - 2,
      lockedNames: all.filter((r) => r.locked && isWritable(r)).map((r) => r.name),
      writable: all.filter(isWritable).map((r) => ({ name: r.name, word: r.offset / 4 })),
      configured: of('rw'),
      pulses: of('pulse'),
      pending,
      interrupts: pending
        .filter((f) => f.register === 'interrupt_status')
        .map((f) => `(field_${f.port} && field_${f.port.replace('status', 'enable')})`),
    };
  },
});
