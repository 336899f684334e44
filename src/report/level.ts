/** One level of a netlist as boxes and arrows: what a block diagram shows, before anything has a place. */
import type { Kind } from '../dsl/kinds.ts';
import type { Net, Netlist, NetModule, StructureBody } from '../dsl/netlist.ts';
import { PrunusError } from '../errors.ts';

/** An instance, or an array of equal ones. */
export interface Box {
  readonly name: string;
  readonly component: string;
  /** More than 1 for an array. */
  readonly count: number;
  /** `level`: it has boxes inside. */
  readonly kind: 'part' | 'level' | 'memory' | 'queue';
  /** What a memory holds, how much a queue takes. */
  readonly note: string;
}

/** A port of the level itself. */
export interface Border {
  readonly name: string;
  readonly direction: 'in' | 'out';
}

/** One side of an arrow: a box and its port, or a port of the level itself. */
export interface ArrowEnd {
  readonly box: string | undefined;
  readonly port: string;
}

export interface Arrow {
  readonly from: ArrowEnd;
  readonly to: ArrowEnd;
  readonly kind: 'stream' | 'interface';
  /** Payload of a stream, name of an interface. */
  readonly payload: string;
  /** Streams side by side. */
  readonly count: number;
}

export interface Level {
  readonly module: string;
  readonly component: string;
  /** Instances from the top to here, joined by points; empty at the top. */
  readonly path: string;
  readonly boxes: readonly Box[];
  readonly borders: readonly Border[];
  readonly arrows: readonly Arrow[];
}

/**
 * The level that an instance path (`corelet0`, `memory.channel0`) leads to; the top without one. Wires are left out: they are
 * configuration, status and counters. Throws PR0801 for a path that leads nowhere, PR0802 for a part with nothing inside.
 */
export function levelOf(netlist: Netlist, path = ''): Level {
  const modules = new Map(netlist.modules.map((m) => [m.name, m]));
  const { module, body } = findLevel(netlist, modules, path);
  const grouped = groups(body);
  const boxes = [...new Set(grouped.values())].map((group): Box => boxOf(group, modules.get(group.module)!));
  const borders = new Map<string, Border>();
  for (const { port, direction, kind } of module.ports) if (isDrawn(kind)) borders.set(port, { name: port, direction });
  const arrows = arrowsOf(module, body, modules, grouped);
  const ordered = inFlowOrder(boxes, arrows);
  return {
    module: module.name,
    component: module.component,
    path,
    boxes: ordered,
    borders: [...borders.values()],
    arrows,
  };
}

/** Boxes so that arrows go forward, but for those that close a loop when one follows the arrows in from the level's inputs. */
function inFlowOrder(boxes: readonly Box[], arrows: readonly Arrow[]): Box[] {
  const seen = new Set<string>();
  const done: string[] = [];
  const visit = (name: string | undefined): void => {
    if (name !== undefined && seen.has(name)) return;
    if (name !== undefined) seen.add(name);
    for (const arrow of arrows) if (arrow.from.box === name && arrow.to.box !== undefined) visit(arrow.to.box);
    if (name !== undefined) done.unshift(name);
  };
  visit(undefined);
  for (const { name } of boxes) visit(name);
  return boxes.toSorted((a, b) => done.indexOf(a.name) - done.indexOf(b.name));
}

const isDrawn = (kind: Kind): boolean => kind.kind !== 'wire';

function findLevel(netlist: Netlist, modules: ReadonlyMap<string, NetModule>, path: string) {
  let module = modules.get(netlist.top)!;
  for (const name of path === '' ? [] : path.split('.')) {
    const instances = module.body.kind === 'structure' ? module.body.instances : [];
    const found = instances.find((i) => i.name === name);
    if (!found) {
      const names = instances.map((i) => i.name).join(', ') || 'nothing';
      throw new PrunusError('PR0801', `${path}: ${module.name} has no instance '${name}'.`, `it has ${names}.`);
    }
    module = modules.get(found.module)!;
  }
  if (module.body.kind === 'structure') return { module, body: module.body };
  throw new PrunusError('PR0802', `${path || module.name}: this part is a template; it has no instances to draw.`);
}

interface Group {
  readonly name: string;
  readonly module: string;
  readonly members: readonly string[];
}

/** Instances `x0` ... `xN` of one module are an array; which group each instance belongs to. */
function groups(body: StructureBody): Map<string, Group> {
  const byName = new Map(body.instances.map((i) => [i.name, i]));
  const found = new Map<string, Group>();
  for (const { name, module } of body.instances) {
    if (found.has(name)) continue;
    const base = name.endsWith('0') ? name.slice(0, -1) : name;
    const members = [name];
    while (byName.get(`${base}${members.length}`)?.module === module) members.push(`${base}${members.length}`);
    const group: Group = { name: members.length > 1 ? base : name, module, members };
    for (const member of members) found.set(member, group);
  }
  return found;
}

function boxOf({ name, members }: Group, { component, body, parameters }: NetModule): Box {
  const box = { name, component, count: members.length };
  const { depth, width, technology } = parameters as Record<string, string | number | undefined>;
  if (component === 'memory') return { ...box, kind: 'memory', note: `${depth} x ${width} bits, ${technology}` };
  if (component === 'fifo') return { ...box, kind: 'queue', note: `${depth} deep` };
  return { ...box, kind: body.kind === 'structure' ? 'level' : 'part', note: '' };
}

function arrowsOf(
  module: NetModule,
  body: StructureBody,
  modules: ReadonlyMap<string, NetModule>,
  grouped: ReadonlyMap<string, Group>,
): Arrow[] {
  const sources = new Map<string, ArrowEnd & { kind: Kind }>();
  const sinks: { net: Net; end: ArrowEnd }[] = [];
  for (const port of module.ports) {
    if (!isDrawn(port.kind)) continue;
    const end = { box: undefined, port: port.port };
    // An output of the level shares its net's name, or repeats another net.
    const alias = body.aliases.find((a) => a.port === port.name);
    if (port.direction === 'in') sources.set(port.name, { ...end, kind: port.kind });
    else sinks.push({ net: alias?.net ?? { net: port.name }, end });
  }
  for (const instance of body.instances) {
    for (const port of modules.get(instance.module)!.ports) {
      const net = instance.pins[port.name]!;
      if (!isDrawn(port.kind) || !('net' in net)) continue;
      const end = { box: grouped.get(instance.name)!.name, port: port.port };
      if (port.direction === 'out') sources.set(net.net, { ...end, kind: port.kind });
      else sinks.push({ net, end });
    }
  }
  const arrows = new Map<string, Arrow>();
  for (const { net, end } of sinks) {
    const source = 'net' in net ? sources.get(net.net) : undefined;
    if (!source) continue;
    const { kind, ...from } = source;
    const payload = kind.kind === 'stream' ? kind.payload.name : (kind as { name: string }).name;
    const key = JSON.stringify([from, end, payload]);
    const count = (arrows.get(key)?.count ?? 0) + 1;
    arrows.set(key, { from, to: end, kind: kind.kind as Arrow['kind'], payload, count });
  }
  return [...arrows.values()];
}
