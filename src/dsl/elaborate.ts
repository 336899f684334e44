import { ProblemsError, type Problem } from '../errors.ts';
import { isLeaf, type Part } from './component.ts';
import { misfits } from './fit.ts';
import { nameProblem } from './names.ts';
import { type Elaborated, type LeafBody, type Net, type NetInstance, type NetModule, signalsOf, type StructureBody } from './netlist.ts';
import { type PortElement, portElements } from './ports.ts';
import { type Connection, type EndElement, type Plan, plan } from './structure.ts';

/**
 * Turns a design into a netlist, or throws a ProblemsError with every problem found.
 * `name` is the Verilog prefix and the top module's name; it defaults to the design's own.
 */
export function elaborate(design: Part, name: string = design.definition.name): Elaborated {
  const problems: Problem[] = [...design.problems];
  const modules: NetModule[] = [];
  const parts = new Map<string, Part>();
  const known = new Map<Part['definition'], Map<string, string>>();

  const freshName = (part: Part): string => {
    if (part === design) return name;
    const variant = part.definition.variant?.(part.parameters);
    const base = [name, part.definition.name, variant].filter(Boolean).join('_');
    for (let i = 0; ; i++) {
      const candidate = i === 0 ? base : `${base}_${String.fromCharCode(97 + i)}`;
      if (!parts.has(candidate)) return candidate;
    }
  };

  const visit = (part: Part): string => {
    const variants = known.get(part.definition) ?? new Map<string, string>();
    known.set(part.definition, variants);
    const key = JSON.stringify(part.parameters);
    const existing = variants.get(key);
    if (existing) return existing;
    const moduleName = freshName(part);
    variants.set(key, moduleName);
    parts.set(moduleName, part);
    for (const port of Object.keys(part.ports)) {
      const wrong = nameProblem(port);
      if (wrong) problems.push({ code: 'PR0213', path: `${part.definition.name}.${port}`, message: `is not usable as the name of a port: ${wrong}.`, fix: 'choose another name.' });
    }
    const { definition, parameters } = part;
    const body: NetModule['body'] = isLeaf(definition)
      ? ({
          kind: 'leaf',
          template: definition.template,
          forms: definition.forms ?? {},
          constants: definition.constants?.(parameters) ?? {},
          view: definition.view?.(parameters) ?? {},
        } satisfies LeafBody)
      : structureBody(part, visit, problems);
    modules.push({
      name: moduleName,
      component: definition.name,
      summary: definition.summary,
      parameters,
      ports: portElements(part.ports),
      body,
    });
    return moduleName;
  };

  const top = visit(design);
  if (problems.length) throw new ProblemsError(problems);
  return { netlist: deepFreeze({ top, modules }), parts };
}

const idOf = (e: EndElement): string => (e.instance === undefined ? `.${e.name}` : `${e.instance}.${e.name}`);
const pathOf = (e: EndElement): string => (e.instance === undefined ? e.name : `${e.instance}.${e.name}`);

function structureBody(part: Part, visit: (part: Part) => string, problems: Problem[]): StructureBody {
  const made = plan(part);
  problems.push(...made.problems, ...checkConnections(part, made));
  const bySink = new Map(made.connections.map((c) => [idOf(c.to), c]));
  const readers = new Map<string, Connection[]>();
  for (const c of made.connections) {
    if ('constant' in c.from) continue;
    readers.set(idOf(c.from), [...(readers.get(idOf(c.from)) ?? []), c]);
  }

  // A source is named after the module output it drives, where there is one, and after itself otherwise.
  const netOf = (source: EndElement): string => {
    if (source.instance === undefined) return source.name;
    const own = readers.get(idOf(source))?.find((c) => c.to.instance === undefined);
    return own ? own.to.name : `${source.instance}_${source.name}`;
  };
  const netInto = (c: Connection): Net =>
    'constant' in c.from ? { constant: c.from.constant, field: c.from.field } : { net: netOf(c.from) };

  const nets: { name: string; kind: PortElement['kind'] }[] = [];
  const instances: NetInstance[] = made.instances.map(({ name, part: child }) => {
    const pins = portElements(child.ports).map((element): [string, Net] => {
      const id = `${name}.${element.name}`;
      if (element.direction === 'in') {
        const c = bySink.get(id);
        return [element.name, c ? netInto(c) : { open: true }];
      }
      if (!readers.has(id)) return [element.name, { open: true }];
      const net = netOf({ ...element, instance: name });
      if (net === `${name}_${element.name}`) nets.push({ name: net, kind: element.kind });
      return [element.name, { net }];
    });
    return { name, module: visit(child), pins: Object.fromEntries(pins) };
  });
  const aliases = portElements(part.ports)
    .filter((e) => e.direction === 'out')
    .flatMap((e) => {
      const c = bySink.get(`.${e.name}`);
      if (!c) return [];
      const net = netInto(c);
      return 'net' in net && net.net === e.name ? [] : [{ port: e.name, kind: e.kind, net }];
    });
  problems.push(...checkNames(part, nets, instances));
  return { kind: 'structure', nets, instances, aliases };
}

/** In Verilog the nets, ports and instances of a module share one name space. */
function checkNames(part: Part, nets: StructureBody['nets'], instances: readonly NetInstance[]): Problem[] {
  const owner = new Map<string, string>(instances.map((i) => [i.name, `instance ${i.name}`]));
  const problems: Problem[] = [];
  const claim = (name: string, who: string): void => {
    const first = owner.get(name);
    if (first === undefined) owner.set(name, who);
    else problems.push({ code: 'PR0212', path: who, message: `needs the Verilog name ${name}, which ${first} has already.`, fix: 'rename one of them.' });
  };
  for (const e of portElements(part.ports)) for (const s of signalsOf(e.kind)) claim(e.name + s.suffix, `port ${e.name}`);
  for (const n of nets) for (const s of signalsOf(n.kind)) claim(n.name + s.suffix, `net ${n.name}`);
  return problems;
}

function checkConnections(part: Part, made: Plan): Problem[] {
  const problems: Problem[] = [];
  const drivers = new Map<string, Connection[]>();
  const readers = new Map<string, Connection[]>();
  const push = (map: Map<string, Connection[]>, key: string, c: Connection) => map.set(key, [...(map.get(key) ?? []), c]);
  for (const c of made.connections) {
    push(drivers, idOf(c.to), c);
    if ('constant' in c.from) {
      problems.push(...checkConstant(c.from, c));
      continue;
    }
    push(readers, idOf(c.from), c);
    for (const m of misfits(c.from.kind, c.to.kind)) {
      problems.push({ ...m, path: `${pathOf(c.from)} -> ${pathOf(c.to)}`, at: c.at });
    }
  }

  const touched = new Set([...drivers.keys(), ...readers.keys()].map((id) => id.split('.')[0]));
  const ends: { element: EndElement; sink: boolean; at: string | undefined }[] = portElements(part.ports).map((e) => ({
    element: { ...e, instance: undefined },
    sink: e.direction === 'out',
    at: undefined,
  }));
  for (const { name, part: child, at } of made.instances) {
    if (!touched.has(name)) {
      problems.push({
        code: 'PR0204',
        path: name,
        message: 'this instance is built and never used: none of its ports is connected.',
        fix: 'connect it, or take it out.',
        at,
      });
      continue;
    }
    for (const e of portElements(child.ports)) ends.push({ element: { ...e, instance: name }, sink: e.direction === 'in', at });
  }
  for (const { element, sink, at } of ends) {
    const path = pathOf(element);
    if (sink) {
      const into = drivers.get(idOf(element)) ?? [];
      if (into.length === 0) {
        problems.push({ code: 'PR0205', path, message: `nothing drives this ${element.kind.kind}.`, fix: `connect a source to ${path}.`, at });
      }
      for (const extra of into.slice(1)) {
        const first = into[0]!.at ?? 'elsewhere';
        problems.push({ code: 'PR0206', path, message: `has two drivers; the first is connected at ${first}.`, fix: 'keep one of them, or put a merge in front.', at: extra.at });
      }
    } else if (element.kind.kind !== 'wire') {
      const from = readers.get(idOf(element)) ?? [];
      if (from.length === 0) {
        problems.push({ code: 'PR0209', path, message: `nothing reads this ${element.kind.kind}.`, fix: `connect ${path} to a sink.`, at });
      }
      for (const extra of from.slice(1)) {
        problems.push({ code: 'PR0210', path, message: `has two readers; an item would reach only one of them.`, fix: 'put a fork between them.', at: extra.at });
      }
    }
  }
  return problems;
}

function checkConstant(from: { constant: number; field: { signed: boolean; width: number } }, c: Connection): Problem[] {
  const { constant, field } = from;
  const low = field.signed ? -(2 ** (field.width - 1)) : 0;
  const high = field.signed ? 2 ** (field.width - 1) - 1 : 2 ** field.width - 1;
  if (Number.isInteger(constant) && constant >= low && constant <= high) return [];
  return [
    {
      code: 'PR0211',
      path: pathOf(c.to),
      message: `${constant} does not fit in ${field.width} ${field.signed ? 'signed' : 'unsigned'} bits.`,
      fix: `use a whole number from ${low} to ${high}.`,
      at: c.at,
    },
  ];
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
