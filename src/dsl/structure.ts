import { z } from 'zod';
import type { Problem, ProblemsError } from '../errors.ts';
import { type Component, component, type Part, type StructureDefinition } from './component.ts';
import type { Kind, Many, Scalar, Wire } from './kinds.ts';
import { nameProblem } from './names.ts';
import type { Schema } from './parameters.ts';
import { type Directed, type Direction, type PortElement, type Ports, portElements } from './ports.ts';
import { callerLocation } from './source.ts';

/** One end of a connection. `K` is its kind: only ends of the same kind connect. */
export interface End<D extends 'source' | 'sink' = 'source' | 'sink', K extends Kind | Many = Kind | Many> {
  readonly role: D;
  readonly of: K;
  /** Instance and port, for messages: `fetch.tokens`. */
  readonly path: string;
  readonly elements: readonly EndElement[];
  /** It stands for something that is not there, which has been reported. */
  readonly missing?: true;
}

export interface EndElement extends PortElement {
  /** Instance name; undefined for the structure's own port. */
  readonly instance: string | undefined;
}

export type Source<K extends Kind | Many = Kind | Many> = End<'source', K>;
export type Sink<K extends Kind | Many = Kind | Many> = End<'sink', K>;

type Outer<D> = D extends Directed<infer Dir, infer K> ? (Dir extends 'out' ? Source<K> : Sink<K>) : never;
type Inner<D> = D extends Directed<infer Dir, infer K> ? (Dir extends 'in' ? Source<K> : Sink<K>) : never;
type Lifted<D> = D extends Directed<infer Dir, infer K> ? (K extends Kind ? Directed<Dir, Many<K>> : never) : never;

/** An instance: its ports, to connect. */
export type Instance<P extends Ports> = { readonly [N in keyof P]: Outer<P[N]> };
/** An array of instances: each port is a group with one element an instance. */
export type InstanceArray<P extends Ports> = { readonly [N in keyof P]: Outer<Lifted<P[N]>> } & {
  readonly at: (index: number) => Instance<P>;
};

export interface InstanceOptions {
  /**
   * Resets the instance, active low, instead of the structure's own reset. It comes from a flip-flop, or it would be cut short by
   * whatever makes it; what goes to and from the instance must bear that it forgets everything.
   */
  readonly reset?: Source<Wire>;
}

/** What a structure's `build` gets. */
export interface Kit<P extends Ports> {
  /** The structure's own ports, seen from inside: its inputs are sources. */
  readonly port: { readonly [N in keyof P]: Inner<P[N]> };
  readonly instance: <Q extends Ports>(name: string, part: Part<Q>, options?: InstanceOptions) => Instance<Q>;
  readonly array: <Q extends Ports>(name: string, count: number, part: Part<Q>) => InstanceArray<Q>;
  readonly connect: Connect;
  /** Ties an input wire to a number. */
  readonly tie: <S extends boolean>(value: number, to: Sink<Wire<S>> | Sink<Many<Wire<S>>>) => void;
  /** One element of a group of ports. */
  readonly pick: <D extends 'source' | 'sink', K extends Kind>(from: End<D, Many<K>>, index: number) => End<D, K>;
}

export interface Connect {
  /** Connects a source to a sink of the same kind; groups connect element by element. */
  <K extends Kind | Many>(from: Source<K>, to: Sink<NoInfer<K>>): void;
  /** A wire may fan out to a group. */
  <K extends Wire>(from: Source<K>, to: Sink<Many<NoInfer<K>>>): void;
}

export interface Connection {
  readonly from: EndElement | { readonly constant: number; readonly field: Scalar };
  readonly to: EndElement;
  readonly at: string | undefined;
}

export interface PlacedInstance {
  readonly name: string;
  readonly part: Part;
  readonly at: string | undefined;
  /** What resets it, where that is not the reset of the structure. */
  readonly reset: EndElement | undefined;
}

/** What a structure's `build` has recorded. */
export interface Plan {
  readonly instances: PlacedInstance[];
  readonly connections: Connection[];
  readonly problems: Problem[];
  /** Ends of connections that could not be made, which has been reported: they are not reported as unconnected too. */
  readonly excused: Set<EndElement>;
}

const flip = (d: Direction): 'source' | 'sink' => (d === 'out' ? 'source' : 'sink');

function ends(ports: Ports, instance: string | undefined): Record<string, End> {
  const elements = portElements(ports);
  return Object.fromEntries(
    Object.entries(ports).map(([name, { direction, of }]) => {
      const seen: Direction = instance === undefined ? (direction === 'in' ? 'out' : 'in') : direction;
      return [
        name,
        {
          role: flip(seen),
          of,
          path: instance === undefined ? name : `${instance}.${name}`,
          elements: elements.filter((e) => e.port === name).map((e) => ({ ...e, instance })),
        },
      ];
    }),
  );
}

/** Runs a structure's `build` and records what it makes. */
export function plan(part: Part): Plan {
  const definition = part.definition as unknown as StructureDefinition<string, Schema, Ports>;
  const made: Plan = { instances: [], connections: [], problems: [], excused: new Set() };
  try {
    definition.build(part.parameters as never, kitFor(part, made) as never);
  } catch (cause) {
    // A part that cannot be made throws its problems; anything else that is thrown after a problem follows from it.
    if (cause instanceof Error && cause.name === 'ProblemsError')
      made.problems.push(...(cause as ProblemsError).problems);
    else if (made.problems.length === 0) throw cause;
  }
  return made;
}

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function kitFor(part: Part, made: Plan): Kit<Ports> {
  const add = (name: string, placed: Part, at: string | undefined, reset?: Source<Wire>): Record<string, End> => {
    if (made.instances.some((i) => i.name === name)) {
      const fix = 'rename one of them.';
      made.problems.push({ code: 'PR0202', path: name, message: 'there are two instances of this name.', fix, at });
    }
    made.instances.push({ name, part: placed, at, reset: reset?.elements[0] });
    return ends(placed.ports, name);
  };
  const check = (name: string, first: string, placed: Part, at: string | undefined): void => {
    const wrong = nameProblem(first);
    if (wrong) {
      const message = `is not usable as the name of an instance: ${wrong}.`;
      made.problems.push({ code: 'PR0201', path: name, message, fix: 'choose another name.', at });
    }
    made.problems.push(...placed.problems.map((p) => ({ ...p, path: `${name}: ${p.path}`, at: p.at ?? at })));
  };
  const outOfRange = (path: string, index: number, count: number): void => {
    const range = count === 1 ? 'the index 0' : `an index from 0 to ${count - 1}`;
    made.problems.push({
      code: 'PR0214',
      path: `${path}[${index}]`,
      message: `there is no element ${index}; ${path} has ${many(count, 'element')}.`,
      fix: `use ${range}.`,
      at: callerLocation(),
    });
  };
  const isIndex = (index: number, count: number): boolean => Number.isInteger(index) && index >= 0 && index < count;
  /** The ports of an instance that is not there. */
  const missing = (ports: Ports, path: string): Record<string, End> =>
    Object.fromEntries(
      Object.entries(ends(ports, path)).map(([name, end]) => [name, { ...end, elements: [], missing: true }]),
    );
  const excuse = (...all: End[]): void => all.forEach((end) => end.elements.forEach((e) => made.excused.add(e)));

  return {
    port: ends(part.ports, undefined) as never,
    instance: (name, placed, { reset } = {}) => {
      const at = callerLocation();
      check(name, name, placed as unknown as Part, at);
      return add(name, placed as unknown as Part, at, reset) as never;
    },
    array: (name, count, placed) => {
      const at = callerLocation();
      check(name, `${name}0`, placed as unknown as Part, at);
      const whole = Number.isInteger(count) && count >= 1;
      if (!whole) {
        const fix = 'make it a whole number of at least 1.';
        made.problems.push({
          code: 'PR0215',
          path: name,
          message: `an array of ${count} instances cannot be built.`,
          fix,
          at,
        });
      }
      const each = Array.from({ length: whole ? count : 0 }, (_, i) =>
        add(`${name}${i}`, placed as unknown as Part, at),
      );
      const grouped = Object.entries(ends(placed.ports, name)).map(([port, end]): [string, End] => [
        port,
        {
          ...end,
          of:
            end.of.kind === 'many'
              ? { ...end.of, count: end.of.count * each.length }
              : { kind: 'many', count, of: end.of },
          elements: each.flatMap((e) => e[port]!.elements),
          ...(whole ? {} : { missing: true }),
        },
      ]);
      const element = (index: number) => {
        if (isIndex(index, each.length)) return each[index];
        if (whole) outOfRange(name, index, count);
        return missing(placed.ports, `${name}[${index}]`);
      };
      return { ...Object.fromEntries(grouped), at: element } as never;
    },
    connect: ((from: Source, to: Sink) => {
      const at = callerLocation();
      if (from.missing || to.missing) return excuse(from, to);
      const fanOut = from.elements.length === 1 && from.of.kind === 'wire';
      if (!fanOut && from.elements.length !== to.elements.length) {
        made.problems.push({
          code: 'PR0203',
          path: `${from.path} -> ${to.path}`,
          message: `${from.path} has ${many(from.elements.length, 'element')} and ${to.path} has ${to.elements.length}.`,
          fix: 'make both counts equal, or pick the elements to connect one by one.',
          at,
        });
        return excuse(from, to);
      }
      to.elements.forEach((element, i) => {
        made.connections.push({ from: from.elements[fanOut ? 0 : i]!, to: element, at });
      });
    }) as Connect,
    tie: (value, to) => {
      const at = callerLocation();
      for (const element of to.elements) {
        const field = (element.kind as Wire).field;
        made.connections.push({ from: { constant: value, field }, to: element, at });
      }
    },
    pick: (from, index) => {
      const of = (from.of as Many).of;
      const path = `${from.path}[${index}]`;
      const there = isIndex(index, from.elements.length);
      if (!there && !from.missing) outOfRange(from.path, index, from.elements.length);
      const elements = there ? [from.elements[index]!] : [];
      return { role: from.role, of, path, elements, ...(there ? {} : { missing: true }) } as never;
    },
  };
}

/** Declares a component made of instances; it becomes a level of the emitted hierarchy. */
export function defineStructure<const N extends string, S extends Schema, P extends Ports>(
  definition: Omit<StructureDefinition<N, S, P>, 'build'> & {
    build: (parameters: z.output<S>, kit: Kit<P>) => void;
  },
): Component<N, S, P> {
  return component(definition as unknown as StructureDefinition<N, S, P>);
}

/** A whole design with nothing left to choose: `accelerator('lab', ports, ({ instance, connect, port }) => ...)`. */
export function accelerator<const P extends Ports>(name: string, ports: P, build: (kit: Kit<P>) => void): Part<P> {
  return defineStructure({
    name,
    summary: `The accelerator ${name}.`,
    parameters: z.strictObject({}),
    ports: () => ports,
    build: (_, kit) => build(kit as Kit<P>),
  })();
}
