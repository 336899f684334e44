/** `map.json`: where instances, ports, and the fields of streams of the design are in the Verilog. */
import { type Field, fieldWidth } from '../dsl/kinds.ts';
import { type NetModule, type Signal, signalsOf } from '../dsl/netlist.ts';
import type { PortElement } from '../dsl/ports.ts';
import { isInput } from '../emit/verilog.ts';
import { type FlowDesign, type FlowFile, instancesOf } from './design.ts';

/** Bits of a signal that hold a field: element i of a vector is at bits [i * elementBits + elementBits - 1 : i * elementBits]. */
interface Place {
  readonly signal: string;
  readonly direction: 'in' | 'out';
  readonly msb: number;
  readonly lsb: 0;
  readonly signed: boolean;
  readonly elements?: number;
  readonly elementBits?: number;
}

const place = (signal: string, input: boolean, field: Field): Place => ({
  signal,
  direction: input ? 'in' : 'out',
  msb: fieldWidth(field) - 1,
  lsb: 0,
  signed: field.signed,
  ...(field.shape === 'vector' ? { elements: field.count, elementBits: field.width } : {}),
});

const placeOf = (port: PortElement, s: Signal): Place => place(port.name + s.suffix, isInput(port, s), s.field);

function portOf(port: PortElement): Record<string, unknown> {
  const { kind } = port;
  const signals = signalsOf(kind).map((s): [string, Place] => [s.suffix.slice(1), placeOf(port, s)]);
  const named = { port: port.port, ...(port.index === undefined ? {} : { index: port.index }) };
  if (kind.kind === 'wire') return { ...named, kind: 'wire', ...signals[0]![1] };
  const fields = Object.fromEntries(signals);
  if (kind.kind === 'interface') return { ...named, kind: 'interface', interface: kind.name, signals: fields };
  const { valid, ready, ...payload } = fields;
  return { ...named, kind: 'stream', payload: kind.payload.name, valid, ready, fields: payload };
}

/** Nets inside of a level, by the design's names of their ends: `instance.port` to the prefix of the Verilog names. */
function netsOf({ body }: NetModule): Record<string, string> {
  if (body.kind === 'leaf') return {};
  return Object.fromEntries(
    body.instances.flatMap((i) =>
      Object.entries(i.pins).flatMap(([port, net]) => ('net' in net ? [[`${i.name}.${port}`, net.net]] : [])),
    ),
  );
}

export function nameMap({ netlist }: FlowDesign): FlowFile[] {
  const { top } = netlist;
  const map = {
    top,
    clock: 'clk',
    reset: 'rst_n',
    instances: Object.fromEntries(
      instancesOf(netlist).map(({ path, module }) => [
        path,
        { verilog: path === '' ? top : `${top}.${path}`, module: module.name },
      ]),
    ),
    modules: Object.fromEntries(
      netlist.modules.map((m) => [
        m.name,
        {
          component: m.component,
          ports: Object.fromEntries(m.ports.map((p) => [p.name, portOf(p)])),
          ...(m.body.kind === 'structure' ? { nets: netsOf(m) } : {}),
        },
      ]),
    ),
  };
  return [{ path: 'map.json', text: `${JSON.stringify(map, undefined, 1)}\n` }];
}
