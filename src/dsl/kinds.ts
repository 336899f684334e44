/**
 * The kinds a port can have. A kind is plain data that also carries its shape in its TypeScript type, so that
 * connecting two ports of different kinds does not compile. Widths and depths are values: they are checked when a
 * design is elaborated.
 */

/** One two's-complement or unsigned number of `width` bits (1..52, so that a JavaScript number holds it exactly). */
export interface Scalar<S extends boolean = boolean> {
  readonly shape: 'scalar';
  readonly signed: S;
  readonly width: number;
}

/** `count` numbers of `width` bits side by side; element 0 occupies the least significant bits of the Verilog bus. */
export interface Vector<S extends boolean = boolean> {
  readonly shape: 'vector';
  readonly signed: S;
  readonly width: number;
  readonly count: number;
}

export type Field = Scalar | Vector;
export type Fields = Readonly<Record<string, Field>>;

/** An unsigned number of `width` bits. */
export const bits = (width: number): Scalar<false> => ({ shape: 'scalar', signed: false, width });
/** A two's-complement number of `width` bits. */
export const signed = (width: number): Scalar<true> => ({ shape: 'scalar', signed: true, width });
/** One bit. */
export const flag = (): Scalar<false> => bits(1);
/** `count` elements of the given scalar. */
export const vector = <S extends boolean>(count: number, element: Scalar<S>): Vector<S> => ({
  shape: 'vector',
  signed: element.signed,
  width: element.width,
  count,
});

/** What one item of a stream is made of: a name, which the type checker compares, and its fields. */
export interface Payload<N extends string = string, F extends Fields = Fields> {
  readonly name: N;
  readonly fields: F;
}

/** Declares a payload. Two payloads fit when their names and fields do. */
export const payload = <const N extends string, const F extends Fields>(name: N, fields: F): Payload<N, F> => ({
  name,
  fields,
});

/**
 * A ready/valid stream. Rules: an item moves on a rising clock edge at which `valid` and `ready` are both 1; once `valid` is 1 it
 * stays 1, with the same payload, until the item has moved; `valid` does not wait for `ready` combinationally.
 *
 * Every simulation checks them on the streams of its top, so a component's own bench checks all of its ports. The first two are
 * checked on all streams inside of a design, too, when it is simulated with `watchStreams`.
 *
 * `order: 'packet'` says that the items between two items with `last` = 1 may come in any order (keys that arrive from
 * memory are used as they arrive); a check compares such packets as sets.
 */
export interface Stream<P extends Payload = Payload> {
  readonly kind: 'stream';
  readonly payload: P;
  readonly order: 'exact' | 'packet';
}

export const stream = <P extends Payload>(of: P, order: 'exact' | 'packet' = 'exact'): Stream<P> => ({
  kind: 'stream',
  payload: of,
  order,
});

/** A value that holds still while items that depend on it are in flight (configuration, status). */
export interface Wire<S extends boolean = boolean> {
  readonly kind: 'wire';
  readonly field: Scalar<S>;
  /** `counter`: a performance counter, which depends on timing and is left out of functional comparison. */
  readonly role: 'value' | 'counter';
}

export const wire = <S extends boolean>(field: Scalar<S>): Wire<S> => ({ kind: 'wire', field, role: 'value' });
export const counter = (width = 32): Wire<false> => ({ kind: 'wire', field: bits(width), role: 'counter' });

/** A fixed-timing connection between a master and a slave, such as a memory's port; each signal names its driver. */
export interface Interface<N extends string = string> {
  readonly kind: 'interface';
  readonly name: N;
  readonly signals: Readonly<Record<string, { readonly field: Field; readonly from: 'master' | 'slave' }>>;
}

export const bus = <const N extends string>(name: N, signals: Interface<N>['signals']): Interface<N> => ({
  kind: 'interface',
  name,
  signals,
});

export type Kind = Stream | Wire | Interface;

/** A group of `count` equal ports, emitted as `name0_*`, `name1_*`, ... */
export interface Many<K extends Kind = Kind> {
  readonly kind: 'many';
  readonly count: number;
  readonly of: K;
}

export const many = <K extends Kind>(count: number, of: K): Many<K> => ({ kind: 'many', count, of });

/** The TypeScript value of a field: a number, or the elements of a vector. */
export type FieldValue<F extends Field> = F extends Vector ? ArrayLike<number> : number;
/** The TypeScript value of one item of a stream. */
export type Item<P extends Payload = Payload> = { readonly [K in keyof P['fields']]: FieldValue<P['fields'][K]> };

/** Bits that a field occupies in Verilog. */
export const fieldWidth = (f: Field): number => (f.shape === 'vector' ? f.width * f.count : f.width);
/** Bits that a payload occupies in Verilog. */
export const payloadWidth = (p: Payload): number =>
  Object.values(p.fields).reduce((sum, field) => sum + fieldWidth(field), 0);
