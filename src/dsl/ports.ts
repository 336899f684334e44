import type { Kind, Many } from './kinds.ts';

export type Direction = 'in' | 'out';

/** A port's direction as its component sees it. The master of an interface is `out`, its slave `in`. */
export interface Directed<D extends Direction = Direction, K extends Kind | Many = Kind | Many> {
  readonly direction: D;
  readonly of: K;
}

export type Ports = Readonly<Record<string, Directed>>;

export const input = <K extends Kind | Many>(of: K): Directed<'in', K> => ({ direction: 'in', of });
export const output = <K extends Kind | Many>(of: K): Directed<'out', K> => ({ direction: 'out', of });
/** The side of an interface that gives the commands. */
export const master = output;
/** The side of an interface that answers. */
export const slave = input;

/** One element of a port, numbered when the port is a group. */
export interface PortElement {
  /** The port as the design names it. */
  readonly port: string;
  /** Position in a group, undefined for a single port. */
  readonly index: number | undefined;
  /** Verilog prefix: `scores`, or `scores2` in a group. */
  readonly name: string;
  readonly direction: Direction;
  readonly kind: Kind;
}

/** A component's ports with groups written out. */
export function portElements(ports: Ports): PortElement[] {
  return Object.entries(ports).flatMap(([port, { direction, of }]): PortElement[] =>
    of.kind === 'many'
      ? Array.from({ length: of.count }, (_, index) => ({
          port,
          index,
          name: `${port}${index}`,
          direction,
          kind: of.of,
        }))
      : [{ port, index: undefined, name: port, direction, kind: of }],
  );
}
