/** From a design's netlist to what a simulation is made from. */
import type { Field, Stream } from '../dsl/kinds.ts';
import type { Netlist } from '../dsl/netlist.ts';
import type { PortElement } from '../dsl/ports.ts';
import { type EmittedFile, selectFiles } from '../emit/design.ts';
import { PrunusError } from '../errors.ts';
import { designFiles } from './design-files.ts';
import type { FieldDesc, SimTop, StreamPortDesc, WireDesc } from './top.ts';

/** `simulation` has behavioural models in place of hardware that is not logic, `emulation` only synthesizable bodies. */
export type SimFlow = 'simulation' | 'emulation';

/**
 * The top of a design, ready for `openSimulation`. Throws PR0520 when the top has an interface (a memory's port, say),
 * which only another part can drive.
 */
export function simTop(
  netlist: Netlist,
  flow: SimFlow = 'simulation',
  files: readonly EmittedFile[] = designFiles(netlist),
): SimTop {
  const module = netlist.modules.find((m) => m.name === netlist.top)!;
  const buses = module.ports.filter((p) => p.kind.kind === 'interface');
  if (buses.length > 0) {
    const names = buses.map((p) => `${p.name} (${(p.kind as { name: string }).name})`).join(', ');
    throw new PrunusError(
      'PR0520',
      `${netlist.top} cannot be simulated by itself: ${names} is an interface, and a test bench drives streams and wires only`,
      'put it into a structure together with the part that owns the other side.',
    );
  }
  const of = (direction: 'in' | 'out', kind: 'stream' | 'wire') =>
    module.ports.filter((p) => p.direction === direction && p.kind.kind === kind);
  return {
    top: netlist.top,
    files: selectFiles(files, flow).map(({ path, text }) => ({ path, text })),
    // What goes in goes in as it is given.
    inputs: of('in', 'stream').map((p) => ({ ...streamPort(p), order: 'exact' as const })),
    outputs: of('out', 'stream').map(streamPort),
    inputWires: of('in', 'wire').map(wirePort),
    outputWires: of('out', 'wire').map(wirePort),
  };
}

function streamPort(p: PortElement): StreamPortDesc {
  const { payload, order } = p.kind as Stream;
  const fields = Object.entries(payload.fields).map(([name, f]: [string, Field]): FieldDesc => {
    const count = f.shape === 'vector' ? f.count : 1;
    return { name, signed: f.signed, width: f.width, count, shape: f.shape };
  });
  return { name: p.name, fields, order };
}

function wirePort(p: PortElement): WireDesc {
  const { field } = p.kind as { field: { width: number; signed: boolean } };
  return { name: p.name, width: field.width, signed: field.signed };
}
