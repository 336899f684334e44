import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { type Component, component, type Part, type StructureDefinition } from './component.ts';
import type { Kind, Many, Scalar, Wire } from './kinds.ts';
import { nameProblem } from './names.ts';
import type { Schema } from './parameters.ts';
import { type Directed, type Direction, type PortElement, type Ports, portElements } from './ports.ts';
import { callerLocation } from './source.ts';
import { z as zod } from 'zod';

/** One end of a connection. `K` is its kind: only ends of the same kind connect. */
export interface End<D extends 'source' | 'sink' = 'source' | 'sink', K extends Kind | Many = Kind | Many> {
  readonly role: D;
  readonly of: K;
  /** Instance and port, for messages: `fetch.tokens`. */
  readonly path: string;
  readonly elements: readonly EndElement[];
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

/** What a structure's `build` gets. */
export interface Kit<P extends Ports> {
  /** The structure's own ports, seen from inside: its inputs are sources. */
  readonly port: { readonly [N in keyof P]: Inner<P[N]> };
  readonly instance: <Q extends Ports>(name: string, part: Part<Q>) => Instance<Q>;
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
}

/** What a structure's `build` has recorded. */
export interface Plan {
  readonly instances: PlacedInstance[];
  readonly connections: Connection[];
  readonly problems: Problem[];
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
  const made: Plan = { instances: [], connections: [], problems: [] };

  const place = (name: string, placed: Part): Record<string, End> => {
    const at = callerLocation();
    const wrong = nameProblem(name);
    if (wrong) {
      made.problems.push({
        code: 'PR0201',
        path: name,
        message: `is not usable as the name of an instance: ${wrong}.`,
        fix: 'choose another name.',
        at,
      });
    } else if (made.instances.some((i) => i.name === name)) {
      made.problems.push({ code: 'PR0202', path: name, message: 'there are two instances of this name.', at });
    }
    made.problems.push(...placed.problems.map((p) => ({ ...p, path: `${name}: ${p.path}`, at: p.at ?? at })));
    made.instances.push({ name, part: placed, at });
    return ends(placed.ports, name);
  };

  const kit: Kit<Ports> = {
    port: ends(part.ports, undefined) as never,
    instance: (name, placed) => place(name, placed as unknown as Part) as never,
    array: (name, count, placed) => {
      const each = Array.from({ length: count }, (_, i) => place(`${name}${i}`, placed as unknown as Part));
      const grouped = Object.keys(placed.ports).map((port) => {
        const of = (placed.ports[port] as Directed).of;
        const lifted: End = {
          role: flip((placed.ports[port] as Directed).direction),
          of: of.kind === 'many' ? of : { kind: 'many', count, of },
          path: `${name}.${port}`,
          elements: each.flatMap((e) => e[port]!.elements),
        };
        return [port, lifted];
      });
      return { ...Object.fromEntries(grouped), at: (index: number) => each[index] } as never;
    },
    connect: ((from: Source, to: Sink) => {
      const at = callerLocation();
      const fanOut = from.elements.length === 1 && from.of.kind === 'wire';
      if (!fanOut && from.elements.length !== to.elements.length) {
        made.problems.push({
          code: 'PR0203',
          path: `${from.path} -> ${to.path}`,
          message: `${from.path} has ${from.elements.length} elements and ${to.path} has ${to.elements.length}.`,
          fix: `make both counts equal, or put an interleave, fork or merge between them.`,
          at,
        });
        return;
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
    pick: (from, index) =>
      ({
        role: from.role,
        of: (from.of as Many).of,
        path: `${from.path}[${index}]`,
        elements: [from.elements[index]!],
      }) as never,
  };
  definition.build(part.parameters as never, kit as never);
  return made;
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
    parameters: zod.strictObject({}),
    ports: () => ports,
    build: (_, kit) => build(kit as Kit<P>),
  })();
}
