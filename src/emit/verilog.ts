import type { Field, Kind } from '../dsl/kinds.ts';
import { fieldWidth } from '../dsl/kinds.ts';
import { type NetModule, type Signal, signalsOf, unusedNet } from '../dsl/netlist.ts';
import type { PortElement } from '../dsl/ports.ts';
import { PrunusError } from '../errors.ts';
import { comment, lineWidth, paragraph } from './wrap.ts';

/** `[7:0] `, or nothing for one bit. */
export const range = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);

/** A sized literal: `4'd9`, `-12'sd3`. */
export function literal(value: number, field: { signed: boolean; width: number }): string {
  const [least, most] = field.signed
    ? [-(2 ** (field.width - 1)), 2 ** (field.width - 1) - 1]
    : [0, 2 ** field.width - 1];
  if (value < least || value > most) throw new RangeError(`${value} does not fit ${field.width} bits`);
  const base = field.signed ? 'sd' : 'd';
  return value < 0 ? `-${field.width}'${base}${-value}` : `${field.width}'${base}${value}`;
}

/** `wire signed [11:0] score`; a vector is an unsigned bus. */
export function declaration(keyword: string, name: string, field: Field): string {
  const sign = field.signed && field.shape === 'scalar' ? 'signed ' : '';
  return `${keyword}${keyword ? ' ' : ''}${sign}${range(fieldWidth(field))}${name}`;
}

/** What a bus is made of, for the ports table. */
export function describeField(field: Field): string {
  const sign = field.signed ? 'signed' : 'unsigned';
  return field.shape === 'vector' ? `${field.count} x ${field.width} bits, ${sign}, element 0 lowest` : sign;
}

/** Whether a signal of a port is an input of the module. */
export const isInput = (port: PortElement, signal: Signal): boolean => (port.direction === 'in') === signal.forward;

interface PortSignal {
  readonly name: string;
  readonly input: boolean;
  readonly field: Field;
  readonly note: string;
}

const kindNote = (kind: Kind): string =>
  kind.kind === 'stream' ? `stream of ${kind.payload.name}` : kind.kind === 'interface' ? `${kind.name} interface` : '';

/** All Verilog ports of a module but clock and reset, in order. */
export const portSignals = (module: NetModule): PortSignal[] =>
  module.ports.flatMap((port) =>
    signalsOf(port.kind).map((signal, i) => ({
      name: port.name + signal.suffix,
      input: isInput(port, signal),
      field: signal.field,
      note: i === 0 ? kindNote(port.kind) : '',
    })),
  );

/** `localparam LANES = 16;`. A value beyond 31 bits is sized, since a plain number has 32 bits, signed. */
export function constant(name: string, value: number, where: string): string {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    throw new PrunusError('PR0231', `${where}: ${name} is no name for a constant.`, 'write it in UPPER_CASE.');
  }
  if (!Number.isSafeInteger(value)) {
    throw new PrunusError('PR0231', `${where}: the constant ${name} is ${value}; Verilog takes whole numbers.`);
  }
  const bits = Math.abs(value).toString(2).length;
  const small = value >= -(2 ** 31) && value < 2 ** 31;
  const text = small
    ? `${value}`
    : value < 0
      ? literal(value, { signed: true, width: bits + 1 })
      : literal(value, { signed: false, width: bits });
  return `localparam ${name} = ${text};`;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Parameters with groups written out: `tile.rows`, 64. A payload is told by its name. */
const flatten = (parameters: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] =>
  Object.entries(parameters).flatMap(([name, value]): [string, string][] => {
    const path = prefix + name;
    if (value === undefined) return [];
    if (isGroup(value) && typeof value['name'] === 'string' && 'fields' in value) return [[path, value['name']]];
    if (isGroup(value)) return flatten(value, `${path}.`);
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value as () => unknown));
    return [[path, text.replaceAll('"', '').replaceAll(',', ', ')]];
  });

/** `dim = 64    elements of a key`, one line a parameter. */
function parameterLines({ parameters, notes }: NetModule): string[] {
  const rows = flatten(parameters).map(([path, value]) => {
    const { description = '', unit } = notes[path] ?? {};
    const known = unit === undefined || description.includes(unit);
    return { left: `${path} = ${value}`, note: known ? description : `${description} (${unit})` };
  });
  const column = Math.max(0, ...rows.map((r) => r.left.length).filter((n) => n <= 32));
  const indent = '//   ';
  return rows.flatMap(({ left, note }) => {
    const remarks = paragraph(note, lineWidth - indent.length - column - 2);
    const pad = ' '.repeat(column);
    if (left.length > column) {
      const [first, ...more] = paragraph(left, lineWidth - indent.length - 2);
      return [first!, ...more.map((l) => `  ${l}`), ...remarks.map((l) => `${pad}  ${l}`)].map((l) => indent + l);
    }
    const [first = '', ...more] = remarks;
    return [`${left.padEnd(column)}  ${first}`, ...more.map((l) => `${pad}  ${l}`)].map((l) => (indent + l).trimEnd());
  });
}

/** Everything of a module up to its body: what it is, its parameters, a ports table, and the declaration. */
export function moduleHead(module: NetModule, form: string): string {
  const signals = portSignals(module);
  const nameWidth = Math.max(5, ...signals.map((s) => s.name.length));
  const table = signals.map((s) => {
    const note = s.note ? `; ${s.note}` : '';
    const width = String(fieldWidth(s.field)).padStart(5);
    return `//   ${s.name.padEnd(nameWidth)}  ${s.input ? 'in ' : 'out'}  ${width}  ${describeField(s.field)}${note}`;
  });
  const parameters = Object.keys(module.parameters).length ? ['//', '// Made with:', ...parameterLines(module)] : [];
  const ports = signals.map((s) => `  ${declaration(s.input ? 'input  wire' : 'output wire', s.name, s.field)}`);
  return [
    `// ${module.name}${form ? ` (${form})` : ''}`,
    ...comment(module.summary),
    ...parameters,
    '//',
    '// Ports besides clk and rst_n (active low); a stream moves an item when valid and ready are 1:',
    ...table,
    '',
    '`default_nettype none',
    '',
    // Yosys keeps the ports of such a module and nothing else.
    ...(form === 'macro' ? ['(* blackbox *)'] : []),
    `module ${module.name} (`,
    [`  input  wire clk`, `  input  wire rst_n`, ...ports].join(',\n'),
    ');',
    '',
  ].join('\n');
}

/**
 * What the shell of a macro holds beside its comment. A synthesizer sees nothing; a simulator gets outputs that are unknown, so that a
 * design cannot be simulated with a shell in place of its macro by mistake; and linters find no loose ends.
 */
export function shellBody(module: NetModule): string {
  const signals = portSignals(module);
  const unknown = signals.filter((s) => !s.input);
  const read = ['clk', 'rst_n', ...signals.filter((s) => s.input).map((s) => s.name)];
  return [
    '',
    '`ifndef SYNTHESIS',
    ...unknown.map((s) => `  assign ${s.name} = ${fieldWidth(s.field)}'bx;`),
    `  wire ${unusedNet} = &{ 1'b0, ${read.join(', ')} };`,
    '`endif',
  ].join('\n');
}

export const moduleFoot = '\nendmodule\n\n`default_nettype wire\n';
