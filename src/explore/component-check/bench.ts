/** Puts parts on a test bench: what a simulation cannot drive from outside gets the part that owns its other side. */
import { sram } from '../../components/sram/sram.ts';
import type { Part } from '../../dsl/component.ts';
import { fieldWidth, type Interface, type Stream, type Wire } from '../../dsl/kinds.ts';
import { type PortElement, portElements, type Ports } from '../../dsl/ports.ts';
import { accelerator, type Instance, type Kit, plan, type Sink, type Source } from '../../dsl/structure.ts';
import { busDriver } from './bus-driver.ts';

type PartsOf<P> = { readonly [K in keyof P]: P[K] extends Ports ? Part<P[K]> : never };
/** The parts as instances, to connect. */
type Placed<P> = { readonly [K in keyof P]: P[K] extends Ports ? Instance<P[K]> : never };
/** Connects ports of the parts with each other; what it leaves open is driven and watched by the simulation. */
type Wiring<P> = (at: Placed<P>, kit: Pick<Kit<Ports>, 'connect' | 'tie' | 'pick'>) => void;

interface Open extends PortElement {
  readonly instance: string;
  /** Its name as a port of the bench. */
  readonly outer: string;
}

export interface BenchOptions {
  /** Cycles from a command at a slave's port to the look at its answer; default 1, as a memory has it. */
  readonly answerAfter?: number;
}

/**
 * A design of the given parts and nothing else. Streams and wires that stay open become ports of the design, under their own
 * names if there is one part and with the instance's in front if there are several. An open port to a memory gets a memory;
 * a port that takes commands itself (a memory's, a tile's) gets a driver with a stream of commands and one of answers.
 */
export function bench<P extends Readonly<Record<string, Ports>>>(
  name: string,
  parts: PartsOf<P>,
  wiring: Wiring<P> = () => {},
  options: BenchOptions = {},
): Part {
  const entries = Object.entries(parts) as unknown as [string, Part][];
  const place = (kit: Kit<Ports>): Record<string, Instance<Ports>> => {
    const at = Object.fromEntries(entries.map(([instance, part]) => [instance, kit.instance(instance, part)]));
    wiring(at as never, kit);
    return at;
  };
  const wired = new Set<string>();
  for (const { from, to } of plan(accelerator(name, {}, place)).connections) {
    if (!('constant' in from)) wired.add(`${from.instance}.${from.name}`);
    wired.add(`${to.instance}.${to.name}`);
  }
  const open = entries.flatMap(([instance, part]) =>
    portElements(part.ports)
      .filter((e) => !wired.has(`${instance}.${e.name}`))
      .map((e): Open => ({ ...e, instance, outer: entries.length === 1 ? e.name : `${instance}_${e.name}` })),
  );
  const drivers = new Map(
    open
      .filter((e) => e.kind.kind === 'interface' && e.direction === 'in')
      .map((e) => [e.outer, busDriver(e.kind as Interface, options.answerAfter ?? 1)]),
  );
  const ports = Object.fromEntries(
    open.flatMap((e): [string, Ports[string]][] => {
      if (e.kind.kind !== 'interface') return [[e.outer, { direction: e.direction, of: e.kind }]];
      const driver = drivers.get(e.outer);
      if (!driver) return [];
      const { command, answer } = driver.ports;
      return [
        [`${e.outer}_command`, command],
        [`${e.outer}_answer`, answer],
      ];
    }),
  );
  return accelerator(name, ports, (kit) => {
    const at = place(kit);
    for (const e of open) {
      const whole = at[e.instance]![e.port]!;
      const end = (e.index === undefined ? whole : kit.pick(whole as never, e.index)) as Source & Sink;
      if (e.kind.kind === 'interface') attach(kit, e, end, drivers.get(e.outer));
      else if (e.direction === 'in')
        kit.connect(kit.port[e.outer] as Source<Stream | Wire>, end as Sink<Stream | Wire>);
      else kit.connect(end as Source<Stream | Wire>, kit.port[e.outer] as Sink<Stream | Wire>);
    }
  });
}

function attach(kit: Kit<Ports>, e: Open, end: Source & Sink, driver: ReturnType<typeof busDriver> | undefined): void {
  if (driver) {
    const placed = kit.instance(`${e.outer}_driver`, driver);
    kit.connect(placed.bus, end as never);
    kit.connect(kit.port[`${e.outer}_command`] as never, placed.command);
    kit.connect(placed.answer, kit.port[`${e.outer}_answer`] as never);
    return;
  }
  const { name, signals } = e.kind as Interface;
  if (name !== 'memory')
    throw new Error(`${e.instance}.${e.name}: nothing on the bench owns the other side of a ${name}`);
  const depth = 2 ** fieldWidth(signals['write_address']!.field);
  const width = fieldWidth(signals['write_data']!.field);
  const memory = kit.instance(`${e.outer}_memory`, sram({ role: e.name, depth, width }));
  kit.connect(end as never, memory.memory);
}
