/** What `generate` writes beside the Verilog: `manifest.json` and file lists. */
import { type Field, fieldWidth } from '../dsl/kinds.ts';
import { instanceCounts, type Netlist, type NetModule, signalsOf } from '../dsl/netlist.ts';
import { type EmittedFile, selectFiles } from '../emit/design.ts';
import type { FlowFile } from '../flow/design.ts';
import type { FlowName } from '../flow/settings.ts';
import type { SystemOptions } from '../system/options.ts';

const flows = ['simulation', 'emulation', 'asic'] as const;
type Flow = (typeof flows)[number];

export interface Manifest {
  readonly generator: 'prunus';
  readonly format: 1;
  readonly design: string;
  readonly top: string;
  readonly clock: 'clk';
  /** Active low. */
  readonly reset: 'rst_n';
  readonly parameters: Readonly<Record<string, unknown>>;
  /** In compile order, for simulation; the other flows below. */
  readonly files: readonly string[];
  readonly flows: Readonly<Record<Flow, readonly string[]>>;
  readonly ports: readonly unknown[];
  readonly memories: readonly unknown[];
  /** Modules that the ASIC flow leaves to a hard macro. */
  readonly black_boxes: readonly string[];
  /** Files for other programs, by group (docs/flows.md). */
  readonly outputs: Readonly<Partial<Record<FlowName, readonly string[]>>>;
  /** What was put around the design, with its driver and documents (docs/system.md); absent: nothing was. */
  readonly system?: SystemEntry;
  /** Everything in the folder but the manifest itself. */
  readonly all: readonly string[];
}

/** A system's options, and the paths of what belongs to it. */
export interface SystemEntry extends SystemOptions {
  readonly files: readonly string[];
}

export function manifestOf(
  label: string,
  netlist: Netlist,
  files: readonly EmittedFile[],
  outputs: ReadonlyMap<FlowName, readonly FlowFile[]>,
  system?: SystemEntry,
): Manifest {
  const grouped = [...outputs].map(([name, made]): [FlowName, string[]] => [name, made.map((f) => f.path)]);
  const lists = flows.map((flow) => listName(netlist.top, flow));
  const paths = (flow: Flow) => selectFiles(files, flow).map((f) => f.path);
  const top = netlist.modules.find((m) => m.name === netlist.top)!;
  return {
    generator: 'prunus',
    format: 1,
    design: label,
    top: netlist.top,
    clock: 'clk',
    reset: 'rst_n',
    parameters: top.parameters,
    files: paths('simulation'),
    flows: { simulation: paths('simulation'), emulation: paths('emulation'), asic: paths('asic') },
    ports: portsOf(top),
    memories: memoriesOf(netlist),
    black_boxes: [...new Set(files.filter((f) => f.form === 'macro').map((f) => f.module))],
    outputs: Object.fromEntries(grouped),
    ...(system ? { system } : {}),
    all: [...lists, ...files.map((f) => f.path), ...grouped.flatMap(([, made]) => made), ...(system?.files ?? [])],
  };
}

const listName = (top: string, flow: Flow): string => (flow === 'simulation' ? `${top}.f` : `${top}_${flow}.f`);

/** `<top>.f` and one for each other flow; paths are relative to the folder they are in. */
export function fileLists({ top, flows: lists }: Manifest): { path: string; text: string }[] {
  return flows.map((flow) => ({
    path: listName(top, flow),
    text: lists[flow].map((path) => `${path}\n`).join(''),
  }));
}

const fieldOf = (field: Field) => ({
  bits: fieldWidth(field),
  signed: field.signed,
  elements: field.shape === 'vector' ? field.count : 1,
});

function portsOf(top: NetModule): unknown[] {
  return top.ports.map((p) => ({
    name: p.name,
    direction: p.direction,
    kind: p.kind.kind,
    ...(p.kind.kind === 'stream' ? { payload: p.kind.payload.name, order: p.kind.order } : {}),
    ...(p.kind.kind === 'wire' ? { role: p.kind.role } : {}),
    signals: signalsOf(p.kind).map((s) => ({
      name: p.name + s.suffix,
      direction: (p.direction === 'in') === s.forward ? 'in' : 'out',
      ...fieldOf(s.field),
    })),
  }));
}

function memoriesOf(netlist: Netlist): unknown[] {
  const counts = instanceCounts(netlist);
  return netlist.modules
    .filter((m) => typeof m.parameters['depth'] === 'number' && typeof m.parameters['width'] === 'number')
    .filter((m) => m.component === 'memory')
    .map((m) => ({
      module: m.name,
      instances: counts.get(m.name) ?? 0,
      words: m.parameters['depth'],
      width: m.parameters['width'],
      technology: m.parameters['technology'],
      role: m.parameters['role'],
    }));
}
