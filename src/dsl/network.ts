import { isLeaf, type Part } from './component.ts';
import type { Item, Many } from './kinds.ts';
import { type PortElement, portElements } from './ports.ts';
import { Activity, type Channel, type Latch, medium, type Process, runProcesses } from './process.ts';
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

/** The items of every output stream; see `runNetwork`. */
export const runGolden = (design: Part, input: NetworkInput): Record<string, Item[]> => runNetwork(design, input).outputs;

/** The golden model of any design: the models of its parts, joined as the netlist joins the parts, run as a process network. */
export function runNetwork(design: Part, input: NetworkInput): NetworkResult {
  const activity = new Activity();
  const processes: Process[] = [];
  const outer: Media = new Map();
  const elements = portElements(design.ports);
  for (const e of elements) {
    const m = medium(e.kind, activity);
    if (m) outer.set(e.name, m);
  }
  compose(design, outer, activity, processes);
  for (const [name, items] of Object.entries(input.streams ?? {})) {
    const channel = outer.get(name) as Channel | undefined;
    if (!channel) throw new Error(`${design.definition.name} has no stream ${name}`);
    for (const item of items) channel.put(item);
  }
  for (const [name, value] of Object.entries(input.wires ?? {})) (outer.get(name) as Latch | undefined)?.set(value);
  runProcesses(processes, activity);
  const rest = (direction: 'in' | 'out') =>
    elements
      .filter((e) => e.direction === direction && e.kind.kind === 'stream')
      .map((e) => [e.name, (outer.get(e.name) as Channel).drain()] as const);
  const given = input.streams ?? {};
  const taken = rest('in').map(([name, left]) => [name, (given[name]?.length ?? 0) - left.length] as const);
  return { outputs: Object.fromEntries(rest('out')), taken: Object.fromEntries(taken) };
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
  // One medium a connection; a wire's driver and all its readers share one.
  const local: Media = new Map();
  const key = (e: { instance: string | undefined; name: string }) => `${e.instance ?? ''}.${e.name}`;
  for (const [name, m] of media) local.set(`.${name}`, m);
  const representative = (e: EndElement): Channel | Latch | undefined => local.get(key(e));
  for (const c of made.connections) {
    if ('constant' in c.from) {
      const latch = medium(c.to.kind, activity) as Latch;
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
