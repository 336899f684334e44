import type { Field, Kind } from '../dsl/kinds.ts';
import { fieldWidth } from '../dsl/kinds.ts';
import { type NetModule, type Signal, signalsOf } from '../dsl/netlist.ts';
import type { PortElement } from '../dsl/ports.ts';

/** `[7:0] `, or nothing for one bit. */
export const range = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);

/** A sized literal: `4'd9`, `-12'sd3`. */
export function literal(value: number, field: { signed: boolean; width: number }): string {
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

/** Breaks a paragraph into comment lines of at most 100 columns. */
export function comment(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && indent.length + 3 + line.length + 1 + word.length > 100) {
      lines.push(`${indent}// ${line}`);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(`${indent}// ${line}`);
  return lines;
}

const parameterLines = (parameters: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(parameters).flatMap(([name, value]) =>
    value !== null && typeof value === 'object'
      ? comment(`  ${name} = ${JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ')}`).map((l) => l.replace('// ', '//   '))
      : [`//   ${name} = ${String(value)}`],
  );

/** Everything of a module up to its body: what it is, its parameters, a ports table, and the declaration. */
export function moduleHead(module: NetModule, form: string): string {
  const signals = portSignals(module);
  const nameWidth = Math.max(5, ...signals.map((s) => s.name.length));
  const widthOf = (f: Field) => String(fieldWidth(f));
  const table = signals.map((s) => {
    const columns = [s.name.padEnd(nameWidth), s.input ? 'in ' : 'out', widthOf(s.field).padStart(5), describeField(s.field)];
    return `//   ${columns.join('  ')}${s.note ? `; ${s.note}` : ''}`;
  });
  const parameters = Object.keys(module.parameters).length
    ? ['//', '// Made with:', ...parameterLines(module.parameters)]
    : [];
  const ports = signals.map((s) => `  ${declaration(s.input ? 'input  wire' : 'output wire', s.name, s.field)}`);
  return [
    `// ${module.name}${form ? ` (${form})` : ''}`,
    ...comment(module.summary),
    ...parameters,
    '//',
    '// Ports (besides clk and rst_n, active low; a stream moves an item when valid and ready are both 1):',
    ...table,
    '',
    '`default_nettype none',
    '',
    `module ${module.name} (`,
    [`  input  wire clk`, `  input  wire rst_n`, ...ports].join(',\n'),
    ');',
    '',
  ].join('\n');
}

export const moduleFoot = '\nendmodule\n\n`default_nettype wire\n';
