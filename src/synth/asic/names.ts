/** Pins of a mapped design by the names of the design: instances joined by points, then the register, the port or the macro's pin. */
import type { Netlist } from '../../dsl/netlist.ts';
import type { EmittedFile } from '../../emit/design.ts';
import { instancesOf } from '../../flow/design.ts';
import type { LibraryCell } from '../liberty.ts';

/** The other end of a path, in words of the design. */
export interface Place {
  /** `corelet0.scoring`; empty for a port of the top. */
  readonly instance: string;
  /** Of that instance; the top's own for a port. */
  readonly module: string;
  /** `product3[7]`, a register or a pin. */
  readonly signal: string;
}

/** What each register of a leaf keeps: cell to signal. */
export function registersOf(netlist: string, library: ReadonlyMap<string, LibraryCell>): ReadonlyMap<string, string> {
  const registers = new Map<string, string>();
  for (const [, type, cell, pins] of netlist.matchAll(/^ {2}(\w+) \\?(\S+) \(\n((?: {4}\..*\n)+) {2}\);$/gm)) {
    if (!library.get(type!)?.isRegister) continue;
    const output = /\.Q\w*\(\\?([^)]*?) ?\)/.exec(pins!)?.[1] ?? '';
    registers.set(cell!, output.replaceAll(' ', ''));
  }
  return registers;
}

/** Turns pins, as OpenSTA names them (`corelet0/scoring/_12_/D`), into places. */
export function pinNames(
  netlist: Netlist,
  files: readonly EmittedFile[],
  library: ReadonlyMap<string, LibraryCell>,
): (pin: string) => Place {
  const instances = new Map(instancesOf(netlist).map(({ path, module }) => [path, module.name]));
  const texts = new Map(files.map((f) => [f.module, f.text]));
  const known = new Map<string, ReadonlyMap<string, string>>();
  const registers = (module: string) => {
    if (!known.has(module)) known.set(module, registersOf(texts.get(module) ?? '', library));
    return known.get(module)!;
  };
  return (pin) => {
    const parts = pin.split('/');
    for (let depth = parts.length - 1; depth > 0; depth--) {
      const instance = parts.slice(0, depth).join('.');
      const module = instances.get(instance);
      if (module === undefined) continue;
      const rest = parts.slice(depth);
      // A macro's own pin, or a cell and its pin.
      return { instance, module, signal: rest.length === 1 ? rest[0]! : registers(module).get(rest[0]!) || rest[0]! };
    }
    const cell = parts.length > 1 ? registers(netlist.top).get(parts[0]!) : undefined;
    return { instance: '', module: netlist.top, signal: cell ?? parts[0]! };
  };
}

export const placeText = ({ instance, signal }: Place): string => (instance === '' ? signal : `${instance}: ${signal}`);
/** `product3` of `product3[7]`: a register as it is written. */
export const wordOf = (signal: string): string => signal.replace(/(\[\d+\])+$/, '');
