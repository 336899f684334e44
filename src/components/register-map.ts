/** A block of registers, described once: hardware, driver and documents are made from it. Registers have 32 bits. */
import { type Problem, ProblemsError } from '../errors.ts';

/**
 * `rw`: the program's; `ro`: the hardware's; `constant`: never changes; `pulse`: writing 1 does something, reads as 0; `w1c`: the hardware
 * sets it, writing 1 clears it.
 */
export type Access = 'rw' | 'ro' | 'constant' | 'pulse' | 'w1c';

export interface FieldSpec {
  readonly bits: number;
  /** Lowest bit; default: right above the field before it. */
  readonly low?: number;
  readonly access: Access;
  /** Value after reset, or of a constant; default 0. */
  readonly value?: number;
  /** Two's complement. */
  readonly signed?: boolean;
  readonly description: string;
}

export interface RegisterSpec {
  readonly description: string;
  /** Describes a run: while one is under way a write is refused. */
  readonly locked?: boolean;
  readonly fields: Readonly<Record<string, FieldSpec>>;
}

export interface GroupSpec {
  readonly title: string;
  /** Offset of the first register, in bytes; default: behind the group before it. */
  readonly at?: number;
  readonly registers: Readonly<Record<string, RegisterSpec>>;
}

export interface RegisterField extends Required<FieldSpec> {
  readonly name: string;
  /** Port of the register block: `control_start`, or `length` for the field `value` of `length`. */
  readonly port: string;
}

export interface Register {
  readonly name: string;
  /** Bytes from the block's base. */
  readonly offset: number;
  readonly description: string;
  readonly locked: boolean;
  readonly fields: readonly RegisterField[];
}

export interface RegisterGroup {
  readonly title: string;
  readonly registers: readonly Register[];
}

export interface RegisterMap {
  /** Of the design: `sprint_s`. */
  readonly name: string;
  readonly description: string;
  /** Bits of an address; the block takes that much address space, most of which answers with an error. */
  readonly addressBits: number;
  readonly groups: readonly RegisterGroup[];
}

export const registersOf = (map: RegisterMap): Register[] => map.groups.flatMap((g) => g.registers);
export const fieldsOf = (map: RegisterMap): RegisterField[] => registersOf(map).flatMap((r) => r.fields);

const addressBits = 12;

/** Gives every register its address and every field its bits. Throws PR1001 for what does not fit. */
export function registerMap(name: string, description: string, specs: readonly GroupSpec[]): RegisterMap {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string, fix: string): void => {
    problems.push({ code: 'PR1001', path, message, fix });
  };
  const seen = new Set<string>();
  let next = 0;
  const groups = specs.map(({ title, at = next, registers }): RegisterGroup => {
    if (at < next || at % 4 !== 0)
      refuse(title, `the group cannot begin at ${at}.`, `use a multiple of 4 from ${next} on.`);
    next = at;
    const placed = Object.entries(registers).map(([register, spec]): Register => {
      if (seen.has(register)) refuse(register, 'there are two registers of this name.', 'rename one of them.');
      seen.add(register);
      const offset = next;
      next += 4;
      return {
        name: register,
        offset,
        description: spec.description,
        locked: spec.locked ?? false,
        fields: place(register, spec),
      };
    });
    return { title, registers: placed };
  });
  if (next > 2 ** addressBits)
    refuse(name, `${next} bytes of registers are more than ${2 ** addressBits}.`, 'leave some out.');

  function place(register: string, { fields }: RegisterSpec): RegisterField[] {
    let free = 0;
    return Object.entries(fields).map(([field, spec]): RegisterField => {
      const { bits, low = free, value = 0, signed = false } = spec;
      const path = `${register}.${field}`;
      if (low < free || low + bits > 32)
        refuse(path, `bits ${low} to ${low + bits - 1} are taken, or beyond 31.`, 'choose other bits.');
      if (value < 0 || value >= 2 ** bits) refuse(path, `${value} does not fit in ${bits} bits.`, 'make it smaller.');
      free = low + bits;
      return { ...spec, name: field, port: field === 'value' ? register : `${register}_${field}`, low, value, signed };
    });
  }

  if (problems.length > 0) throw new ProblemsError(problems);
  return { name, description, addressBits, groups };
}

/** Whether a program can write to it at all. */
export const isWritable = ({ fields }: Register): boolean =>
  fields.some(({ access }) => access === 'rw' || access === 'pulse' || access === 'w1c');

/** What it holds after reset, as far as the hardware does not say otherwise. */
export const resetValue = ({ fields }: Register): number =>
  fields.reduce((sum, { low, value, access }) => sum + (access === 'ro' ? 0 : value * 2 ** low), 0);

/** The bits of a field at their place. */
export const fieldMask = ({ low, bits }: Pick<RegisterField, 'low' | 'bits'>): number => (2 ** bits - 1) * 2 ** low;
