/**
 * What a simulation is made from: Verilog texts and a plain description of the top module's ports. Nothing here knows
 * about designs or components; whoever has a netlist writes one of these from it.
 */
import { createHash } from 'node:crypto';

import { z } from 'zod';

import { PrunusError } from '../errors.ts';

/** One file given to the simulators. `.v`/`.sv` are compiled; any other ending (`.hex`, `.mem`) is only put beside them. */
export interface SimFile {
  /** Relative path with forward slashes; also where `$readmemh` finds a data file. */
  readonly path: string;
  readonly text: string;
}

/** One field of a stream's payload, emitted as the bus `<stream>_<name>` of `width * count` bits. */
export interface FieldDesc {
  readonly name: string;
  readonly signed: boolean;
  /** Bits of one element, 1..52. */
  readonly width: number;
  /** Elements on the bus (1 for a scalar); element 0 is in the least significant bits. */
  readonly count: number;
  readonly shape: 'scalar' | 'vector';
}

/** A ready/valid stream: `<name>_valid`, `<name>_ready` and one bus a field. */
export interface StreamPortDesc {
  readonly name: string;
  readonly fields: readonly FieldDesc[];
  /** `packet`: items between two items with `last` = 1 may come in any order (see `compare.ts`). */
  readonly order: 'exact' | 'packet';
}

/** A plain port that holds one number; width 1..52. */
export interface WireDesc {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
}

/** A top module with clock `clk` and active-low reset `rst_n`, complete: no black boxes. */
export interface SimTop {
  readonly top: string;
  readonly files: readonly SimFile[];
  readonly inputs: readonly StreamPortDesc[];
  readonly outputs: readonly StreamPortDesc[];
  readonly inputWires: readonly WireDesc[];
  readonly outputWires: readonly WireDesc[];
}

const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a Verilog name');
const width = z.int().min(1).max(52);
const field = z
  .object({ name, signed: z.boolean(), width, count: z.int().min(1), shape: z.enum(['scalar', 'vector']) })
  .refine((f) => f.shape === 'vector' || f.count === 1, 'a scalar field has count 1');
const streamPort = z
  .object({ name, fields: z.array(field), order: z.enum(['exact', 'packet']) })
  .refine(
    (s) => s.order !== 'packet' || s.fields.some((f) => f.name === 'last' && f.width * f.count === 1),
    'a packet stream has a one-bit field `last`',
  );
const wireDesc = z.object({ name, width, signed: z.boolean() });
const path = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
    'a relative path of letters, digits, `_ . - /`',
  );
const simTopSchema = z.object({
  top: name,
  files: z.array(z.object({ path, text: z.string() })).min(1),
  inputs: z.array(streamPort),
  outputs: z.array(streamPort),
  inputWires: z.array(wireDesc),
  outputWires: z.array(wireDesc),
});

/** Throws PR0501 naming every part of the description that cannot be simulated. */
export function checkSimTop(top: SimTop): void {
  const checked = simTopSchema.safeParse(top);
  const problems = checked.success
    ? [
        ...duplicates('port', portNames(top)),
        ...duplicates(
          'file',
          top.files.map((f) => f.path),
        ),
      ]
    : checked.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  if (problems.length > 0) {
    throw new PrunusError('PR0501', `The top module's description cannot be simulated: ${problems.join('; ')}`);
  }
}

function duplicates(what: string, names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((n) => seen.size === seen.add(n).size).map((n) => `${what} '${n}' occurs twice`);
}

function portNames(top: SimTop): string[] {
  return topPorts(top).map((p) => p.name);
}

export interface VerilogPort {
  readonly name: string;
  readonly bits: number;
  readonly direction: 'in' | 'out';
}

/** Every port the top module must have, clock and reset first. */
export function topPorts(top: SimTop): VerilogPort[] {
  const other = { in: 'out', out: 'in' } as const;
  const stream = (s: StreamPortDesc, direction: 'in' | 'out'): VerilogPort[] => [
    { name: `${s.name}_valid`, bits: 1, direction },
    { name: `${s.name}_ready`, bits: 1, direction: other[direction] },
    ...s.fields.map((f) => ({ name: `${s.name}_${f.name}`, bits: f.width * f.count, direction })),
  ];
  return [
    { name: 'clk', bits: 1, direction: 'in' },
    { name: 'rst_n', bits: 1, direction: 'in' },
    ...top.inputWires.map((w) => ({ name: w.name, bits: w.width, direction: 'in' as const })),
    ...top.outputWires.map((w) => ({ name: w.name, bits: w.width, direction: 'out' as const })),
    ...top.inputs.flatMap((s) => stream(s, 'in')),
    ...top.outputs.flatMap((s) => stream(s, 'out')),
  ];
}

/** Is this file compiled, or only put beside the compiled ones? */
export const isVerilog = (file: SimFile): boolean => /\.s?v$/.test(file.path);

/** 32-bit words that one element takes in stimulus and result files. */
export const elementWords = (f: { readonly width: number }): number => (f.width > 32 ? 2 : 1);

/** 32-bit words that one item of a stream takes in a stimulus file. */
export const itemWords = (s: StreamPortDesc): number => s.fields.reduce((n, f) => n + f.count * elementWords(f), 0);

/** A number that changes with the ports' layout, so that a stimulus file is never read by another top's driver. */
export function layoutHash(top: SimTop): number {
  const shape = (s: StreamPortDesc) => [s.name, s.fields.map((f) => [f.name, f.signed, f.width, f.count])];
  const wires = (ws: readonly WireDesc[]) => ws.map((w) => [w.name, w.width, w.signed]);
  const text = JSON.stringify([
    top.inputs.map(shape),
    top.outputs.map(shape),
    wires(top.inputWires),
    wires(top.outputWires),
  ]);
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}
