import { ProblemsError, type Problem } from '../errors.ts';
import { isLeaf, type Part } from './component.ts';
import type { Item, Many } from './kinds.ts';
import { type PortElement, portElements } from './ports.ts';
import { Activity, type Channel, type Latch, medium, type Order, type Process, runProcesses } from './process.ts';
import { type EndElement, plan } from './structure.ts';

export interface NetworkInput {
  /** Items for each input stream; element name as in Verilog (`read0`, `query`). */
  readonly streams?: Readonly<Record<string, readonly Item[]>>;
  /** Values of the input wires. */
  readonly wires?: Readonly<Record<string, number>>;
}

type Media = Map<string, Channel | Latch>;

export interface NetworkResult {
  /** The items of every output stream. */
  readonly outputs: Record<string, Item[]>;
  /** How many items of each input stream were taken; the rest were never asked for. */
  readonly taken: Record<string, number>;
}

export interface NetworkOptions {
  /** The order in which the processes run; the result is the same for any. */
  readonly order?: Order;
}

/** The items of every output stream; see `runNetwork`. */
export const runGolden = (design: Part, input: NetworkInput, options?: NetworkOptions): Record<string, Item[]> =>
  runNetwork(design, input, options).outputs;

/**
 * The golden model of any design: the models of its parts, joined as the netlist joins the parts, run as a process network. Throws
 * PR0220 for inputs that the design does not have or needs.
 */
export function runNetwork(design: Part, input: NetworkInput, options: NetworkOptions = {}): NetworkResult {
  const activity = new Activity();
  const processes: Process[] = [];
  const outer: Media = new Map();
  const elements = portElements(design.ports);
  const { streams = {}, wires = {} } = input;
  checkInput(design, elements, streams, wires);
  for (const e of elements) {
    const m = medium(e.kind, activity);
    if (m) outer.set(e.name, m);
  }
  compose(design, outer, activity, processes);
  for (const [name, items] of Object.entries(streams)) for (const item of items) (outer.get(name) as Channel).put(item);
  for (const [name, value] of Object.entries(wires)) (outer.get(name) as Latch).set(value);
  runProcesses(processes, activity, options.order);
  const rest = (direction: 'in' | 'out') =>
    elements
      .filter((e) => e.direction === direction && e.kind.kind === 'stream')
      .map((e) => [e.name, (outer.get(e.name) as Channel).drain()] as const);
  const taken = rest('in').map(([name, left]) => [name, (streams[name]?.length ?? 0) - left.length] as const);
  return { outputs: Object.fromEntries(rest('out')), taken: Object.fromEntries(taken) };
}

function checkInput({ definition }: Part, elements: readonly PortElement[], streams: object, wires: object): void {
  const problems: Problem[] = [];
  const check = (kind: 'stream' | 'wire', given: object): void => {
    const known = elements.filter((e) => e.direction === 'in' && e.kind.kind === kind).map((e) => e.name);
    const fix = known.length ? `use ${known.join(', ')}.` : 'leave it out; there are none.';
    for (const name of Object.keys(given)) {
      if (known.includes(name)) continue;
      problems.push({
        code: 'PR0220',
        path: name,
        message: `${definition.name} has no input ${kind} of this name.`,
        fix,
      });
    }
    if (kind === 'stream') return;
    for (const name of known.filter((n) => !(n in given))) {
      problems.push({
        code: 'PR0220',
        path: name,
        message: `this input wire of ${definition.name} has no value.`,
        fix: `add it to wires.`,
      });
    }
  };
  check('stream', streams);
  check('wire', wires);
  if (problems.length) throw new ProblemsError(problems);
}

function compose(part: Part, media: Media, activity: Activity, processes: Process[]): void {
  const { definition, parameters } = part;
  if (definition.model) {
    const made = definition.model(parameters, ioOf(part, media) as never);
    processes.push(...(Array.isArray(made) ? (made as Process[]) : [made as Process]));
    return;
  }
  if (isLeaf(definition)) return;
  const made = plan(part);
  if (made.problems.length) throw new ProblemsError(made.problems);
  // One medium a connection; a wire's driver and all its readers share one.
  const local: Media = new Map();
  const key = (e: { instance: string | undefined; name: string }) => `${e.instance ?? ''}.${e.name}`;
  for (const [name, m] of media) local.set(`.${name}`, m);
  const representative = (e: EndElement): Channel | Latch | undefined => local.get(key(e));
  for (const c of made.connections) {
    if ('constant' in c.from) {
      const latch = (representative(c.to) ?? medium(c.to.kind, activity)) as Latch;
      latch.set(c.from.constant);
      local.set(key(c.to), latch);
      continue;
    }
    const m = representative(c.from) ?? representative(c.to) ?? medium(c.from.kind, activity);
    if (!m) continue;
    join(local, key(c.from), m, processes);
    join(local, key(c.to), m, processes);
  }
  for (const { name, part: child } of made.instances) {
    const own: Media = new Map();
    for (const e of portElements(child.ports)) {
      const m = local.get(`${name}.${e.name}`) ?? medium(e.kind, activity);
      if (m) own.set(e.name, m);
    }
    compose(child, own, activity, processes);
  }
}

/** Puts a medium at an end; an end that has another already (an output that repeats an input) is fed from it. */
function join(local: Media, at: string, m: Channel | Latch, processes: Process[]): void {
  const there = local.get(at);
  if (!there) local.set(at, m);
  else if (there !== m) processes.push(copy(m, there));
}

function* copy(from: Channel | Latch, to: Channel | Latch): Process {
  if ('set' in from) {
    (to as Latch).set(yield* from.read());
    return;
  }
  for (;;) (to as Channel).put(yield* from.take());
}

function ioOf(part: Part, media: Media): Record<string, unknown> {
  const elements = portElements(part.ports);
  return Object.fromEntries(
    Object.entries(part.ports).map(([name, { of }]) => {
      const mine = elements.filter((e: PortElement) => e.port === name).map((e) => media.get(e.name));
      return [name, (of as Many).kind === 'many' ? mine : mine[0]];
    }),
  );
}
