import type { Item, Kind, Many, Payload, Stream, Wire } from './kinds.ts';
import type { Directed, Ports } from './ports.ts';

/**
 * Golden models are processes over streams without time: a Kahn process network, whose result does not depend on the
 * order in which the processes run. A process is a generator that takes items (`yield* io.scores.take()`) and puts
 * items (`io.clamped.put(item)`); it may loop for ever, and ends when nothing more can come.
 */
export type Process = Generator<void, void, void>;

export interface Reader<P extends Payload = Payload> {
  /** Waits for the next item. */
  take(): Generator<void, Item<P>, void>;
  /** Looks at the next item without taking it. */
  peek(): Generator<void, Item<P>, void>;
}

export interface Writer<P extends Payload = Payload> {
  put(item: Item<P>): void;
}

/** A wire that a process reads: waits until its driver has set it, then never changes. */
export interface WireReader {
  read(): Generator<void, number, void>;
}

export interface WireWriter {
  set(value: number): void;
}

type InputOf<K> = K extends Stream<infer P> ? Reader<P> : K extends Wire ? WireReader : never;
type OutputOf<K> = K extends Stream<infer P> ? Writer<P> : K extends Wire ? WireWriter : never;
type IoOf<D> =
  D extends Directed<infer Dir, infer K>
    ? K extends Many<infer E>
      ? readonly (Dir extends 'in' ? InputOf<E> : OutputOf<E>)[]
      : Dir extends 'in'
        ? InputOf<K>
        : OutputOf<K>
    : never;

/** What a process sees of its component's ports; interface ports (memories) are not part of it. */
export type Io<P extends Ports> = { readonly [N in keyof P]: IoOf<P[N]> };

/** Counts what has moved in a network, so that its runner can tell when nothing more will. */
export class Activity {
  count = 0;
}

/** An unbounded channel between two processes. */
export class Channel {
  private items: Item[] = [];
  private head = 0;
  private readonly activity: Activity;

  constructor(activity: Activity) {
    this.activity = activity;
  }

  put(item: Item): void {
    this.items.push(item);
    this.activity.count++;
  }

  *take(): Generator<void, Item, void> {
    while (this.head === this.items.length) yield;
    const item = this.items[this.head]!;
    this.activity.count++;
    if (++this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    }
    return item;
  }

  *peek(): Generator<void, Item, void> {
    while (this.head === this.items.length) yield;
    return this.items[this.head]!;
  }

  /** Everything not yet taken. */
  drain(): Item[] {
    const rest = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return rest;
  }
}

/** A value that is set once; readers wait for it. */
export class Latch {
  private value: number | undefined;
  private readonly activity: Activity;

  constructor(activity: Activity) {
    this.activity = activity;
  }

  set(value: number): void {
    this.value = value;
    this.activity.count++;
  }

  *read(): Generator<void, number, void> {
    while (this.value === undefined) yield;
    return this.value;
  }
}

/** The object that stands for one end of a connection in a process network; interfaces are private to models. */
export const medium = (kind: Kind, activity: Activity): Channel | Latch | undefined =>
  kind.kind === 'stream' ? new Channel(activity) : kind.kind === 'wire' ? new Latch(activity) : undefined;

/** The order in which `count` processes run in one round: a permutation of 0 to count-1. */
export type Order = (count: number) => readonly number[];

/** Runs processes until all are waiting for items that will not come. */
export function runProcesses(processes: readonly Process[], activity: Activity, order?: Order): void {
  let live = [...processes];
  for (let before = -1; before !== activity.count; ) {
    before = activity.count;
    const turn = order ? order(live.length).map((i) => live[i]!) : live;
    const ended = new Set(turn.filter((process) => process.next().done));
    if (ended.size) live = live.filter((process) => !ended.has(process));
  }
}
