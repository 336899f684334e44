import { ProblemsError, type Problem } from '../errors.ts';
import { type Definition, isLeaf, type Part } from './component.ts';
import { bits, wire } from './kinds.ts';
import { describeKind, type Misfit, misfits, parameterThatFits, type Side } from './fit.ts';
import { moduleNameProblem } from './names.ts';
import {
  type Elaborated,
  type LeafBody,
  type Net,
  type NetInstance,
  type NetModule,
  openNet,
  signalsOf,
  type StructureBody,
  unusedNet,
} from './netlist.ts';
import { parameterNotes } from './parameters.ts';
import { type PortElement, portElements } from './ports.ts';
import { badName } from './shape.ts';
import { type Connection, type EndElement, type Plan, plan } from './structure.ts';

/**
 * Turns a design into a netlist, or throws a ProblemsError with every problem found.
 * `name` is the Verilog prefix and the top module's name; it defaults to the design's own.
 */
export function elaborate(design: Part, name: string = design.definition.name): Elaborated {
  const problems: Problem[] = [...design.problems];
  const modules: NetModule[] = [];
  const parts = new Map<string, Part>();
  const known = new Map<Definition, Map<string, string>>();

  const freshName = (part: Part): string => {
    if (part === design) return name;
    const variant = part.definition.variant?.(part.parameters);
    const base = [name, part.definition.name, variant].filter(Boolean).join('_');
    for (let i = 0; ; i++) {
      const candidate = i === 0 ? base : `${base}_${letters(i)}`;
      if (!parts.has(candidate)) return candidate;
    }
  };

  const visit = (part: Part): string => {
    const variants = known.get(part.definition) ?? new Map<string, string>();
    known.set(part.definition, variants);
    const key = identity(part.parameters);
    const existing = variants.get(key);
    if (existing) return existing;
    const moduleName = freshName(part);
    variants.set(key, moduleName);
    parts.set(moduleName, part);
    const wrong = moduleNameProblem(moduleName);
    if (wrong) problems.push({ ...badName(moduleName, 'a module', wrong), at: part.at });
    const { definition, parameters } = part;
    const body: NetModule['body'] = isLeaf(definition)
      ? ({
          kind: 'leaf',
          template: definition.template,
          forms: (typeof definition.forms === 'function' ? definition.forms(parameters) : definition.forms) ?? {},
          storage: definition.storage?.(parameters),
          constants: definition.constants?.(parameters) ?? {},
          view: definition.view?.(parameters) ?? {},
        } satisfies LeafBody)
      : structureBody(part, visit, problems);
    modules.push({
      name: moduleName,
      component: definition.name,
      summary: definition.summary,
      parameters,
      notes: parameterNotes(definition.parameters),
      ports: portElements(part.ports),
      body,
    });
    return moduleName;
  };

  const top = visit(design);
  if (problems.length) throw new ProblemsError(problems);
  return { netlist: deepFreeze({ top, modules }), parts };
}

/** a, b, ... z, aa, ab, ...; the first of a name has none. */
const letters = (n: number): string =>
  (n < 26 ? '' : letters(Math.floor(n / 26) - 1)) + String.fromCharCode(97 + (n % 26));

/** Equal for equal parameters; a function is equal to itself only. */
function identity(parameters: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(parameters, (_, value: unknown) => {
    if (typeof value === 'function') return `function ${functionNumber(value)}`;
    if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
      return [value.constructor.name, ...(value as Iterable<unknown>)];
    return value;
  });
}

const functionNumbers = new WeakMap<object, number>();
let functions = 0;
const functionNumber = (f: object): number => {
  if (!functionNumbers.has(f)) functionNumbers.set(f, functions++);
  return functionNumbers.get(f)!;
};

const idOf = (e: EndElement): string => (e.instance === undefined ? `.${e.name}` : `${e.instance}.${e.name}`);
const pathOf = (e: EndElement): string => (e.instance === undefined ? e.name : `${e.instance}.${e.name}`);

const nothing: StructureBody = { kind: 'structure', nets: [], instances: [], aliases: [] };

function structureBody(part: Part, visit: (part: Part) => string, problems: Problem[]): StructureBody {
  // Out of parameters that contradict each other nothing sensible can be built.
  if (part.problems.some((p) => p.code === 'PR0103')) return nothing;
  const made = plan(part);
  problems.push(...made.problems, ...checkConnections(part, made));
  const bySink = new Map(made.connections.map((c) => [idOf(c.to), c]));
  const readers = new Map<string, Connection[]>();
  for (const c of made.connections) {
    if ('constant' in c.from) continue;
    readers.set(idOf(c.from), [...(readers.get(idOf(c.from)) ?? []), c]);
  }
  for (const { reset } of made.instances) {
    if (reset) readers.set(idOf(reset), readers.get(idOf(reset)) ?? []);
  }

  // A source is named after the module output it drives, where there is one, and after itself otherwise.
  const outputOf = (source: EndElement): EndElement | undefined =>
    readers.get(idOf(source))?.find((c) => c.to.instance === undefined)?.to;
  const netOf = (source: EndElement): string =>
    source.instance === undefined ? source.name : (outputOf(source)?.name ?? `${source.instance}_${source.name}`);
  const netInto = (c: Connection): Net =>
    'constant' in c.from ? { constant: c.from.constant, field: c.from.field } : { net: netOf(c.from) };

  const nets: { name: string; kind: PortElement['kind'] }[] = [];
  const instances: NetInstance[] = made.instances.map(({ name, part: child, reset }) => {
    const pins = portElements(child.ports).map((element): [string, Net] => {
      const id = `${name}.${element.name}`;
      if (element.direction === 'in') {
        const c = bySink.get(id);
        return [element.name, c ? netInto(c) : { open: true }];
      }
      if (!readers.has(id)) return [element.name, { open: true }];
      const source = { ...element, instance: name };
      const net = netOf(source);
      if (!outputOf(source)) nets.push({ name: net, kind: element.kind });
      return [element.name, { net }];
    });
    const module = visit(child);
    return { name, module, pins: Object.fromEntries(pins), ...(reset ? { reset: netOf(reset) } : {}) };
  });
  const aliases = portElements(part.ports)
    .filter((e) => e.direction === 'out')
    .flatMap((e) => {
      const c = bySink.get(`.${e.name}`);
      if (!c) return [];
      const net = netInto(c);
      return 'net' in net && net.net === e.name ? [] : [{ port: e.name, kind: e.kind, net }];
    });
  problems.push(...checkNames(part, nets, made));
  return { kind: 'structure', nets, instances, aliases };
}

/** In Verilog the nets, ports and instances of a module share one name space. */
function checkNames(part: Part, nets: StructureBody['nets'], made: Plan): Problem[] {
  const owner = new Map<string, string>(made.instances.map((i) => [i.name, `instance ${i.name}`]));
  const at = new Map(made.instances.map((i) => [i.name, i.at]));
  const problems: Problem[] = [];
  const claim = (name: string, who: string, kind: PortElement['kind']): void => {
    for (const { suffix } of signalsOf(kind)) {
      const first = owner.get(name + suffix);
      owner.set(name + suffix, first ?? who);
      if (first === undefined) continue;
      const message = `needs the Verilog name ${name}${suffix}, which ${first} has already.`;
      problems.push({ code: 'PR0212', path: who, message, fix: 'rename one of them.', at: at.get(name + suffix) });
    }
  };
  for (const e of portElements(part.ports)) claim(e.name, `port ${e.name}`, e.kind);
  for (const n of nets) claim(n.name, `net ${n.name}`, n.kind);
  const read = new Set([
    ...made.connections.flatMap((c) => ('constant' in c.from ? [] : [idOf(c.from)])),
    ...made.instances.flatMap(({ reset }) => (reset ? [idOf(reset)] : [])),
  ]);
  const open = made.instances.flatMap(({ name, part: child }) =>
    portElements(child.ports)
      .filter((e) => e.direction === 'out' && e.kind.kind === 'wire' && !read.has(`${name}.${e.name}`))
      .map((e) => ({ ...e, name: openNet(name, e.name) })),
  );
  for (const e of open) claim(e.name, `net ${e.name}`, e.kind);
  if (open.length) claim(unusedNet, `net ${unusedNet}`, open[0]!.kind);
  return problems;
}

function checkConnections(part: Part, made: Plan): Problem[] {
  const problems: Problem[] = [];
  const drivers = new Map<string, Connection[]>();
  const readers = new Map<string, Connection[]>();
  const push = (map: Map<string, Connection[]>, key: string, c: Connection) =>
    map.set(key, [...(map.get(key) ?? []), c]);
  for (const c of made.connections) {
    push(drivers, idOf(c.to), c);
    if ('constant' in c.from) {
      problems.push(...checkConstant(c.from, c));
      continue;
    }
    push(readers, idOf(c.from), c);
    const { from, to } = c;
    const found = misfits(from.kind, to.kind);
    const fix = found.length ? fixFor(found[0]!, from, to, part, made) : undefined;
    for (const m of found) problems.push({ ...m, path: `${pathOf(from)} -> ${pathOf(to)}`, fix, at: c.at });
  }

  for (const { name, reset, at } of made.instances) {
    if (!reset) continue;
    for (const m of misfits(reset.kind, wire(bits(1))))
      problems.push({ ...m, path: `${pathOf(reset)} -> ${name}.rst_n`, at });
  }

  const excused = new Set([...made.excused].map(idOf));
  const touched = new Set(
    [
      ...drivers.keys(),
      ...readers.keys(),
      ...excused,
      ...made.instances.flatMap((i) => (i.reset ? [idOf(i.reset)] : [])),
    ].map((id) => id.split('.')[0]),
  );
  const ends: { element: EndElement; sink: boolean; at: string | undefined }[] = portElements(part.ports).map((e) => ({
    element: { ...e, instance: undefined },
    sink: e.direction === 'out',
    at: part.at,
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
    for (const e of portElements(child.ports))
      ends.push({ element: { ...e, instance: name }, sink: e.direction === 'in', at });
  }
  for (const { element, sink, at } of ends) {
    const { kind } = element;
    const path = pathOf(element);
    const joined = (sink ? drivers : readers).get(idOf(element)) ?? [];
    if (joined.length === 0 && !excused.has(idOf(element))) {
      if (sink) {
        const field =
          kind.kind === 'wire' && kind.role === 'value' ? `, or tie(VALUE, ${path}) to hold it at a number` : '';
        problems.push({
          code: 'PR0205',
          path,
          message: `this ${describeKind(kind).replace(/^an? /, '')} has no driver.`,
          fix: `connect a source to ${path}${field}.`,
          at,
        });
      } else if (kind.kind !== 'wire') {
        problems.push({
          code: 'PR0209',
          path,
          message: `this ${describeKind(kind).replace(/^an? /, '')} has no reader.`,
          fix: `connect ${path} to a sink.`,
          at,
        });
      }
    }
    for (const extra of joined.slice(1)) {
      const first = joined[0]!.at;
      const message = (what: string) => `has two ${what}${first ? `; the first is connected at ${first}` : ''}.`;
      if (sink) {
        const fix =
          kind.kind === 'stream'
            ? 'keep one of them, or put a component with two inputs in front.'
            : 'keep one of them.';
        problems.push({ code: 'PR0206', path, message: message('drivers'), fix, at: extra.at });
      } else if (kind.kind !== 'wire') {
        const fix =
          kind.kind === 'stream'
            ? `keep one of them, or put fork(${kind.payload.name}, ${joined.length}) between them.`
            : 'keep one of them.';
        problems.push({ code: 'PR0210', path, message: message('readers'), fix, at: extra.at });
      }
    }
  }
  return problems;
}

/** What would fit: a parameter to change, or other ends that take the source. */
function fixFor(misfit: Misfit, from: EndElement, to: EndElement, part: Part, made: Plan): string {
  const side = (e: EndElement): Side => ({
    instance: e.instance,
    part: made.instances.find((i) => i.name === e.instance)?.part ?? part,
    name: e.name,
    kind: e.kind,
  });
  const change = misfit.code === 'PR0208' ? parameterThatFits(side(from), side(to)) : undefined;
  if (change) return change;
  const sinks = made.instances.flatMap(({ name, part: child }) =>
    portElements(child.ports)
      .filter((e) => e.direction === 'in' && misfits(from.kind, e.kind).length === 0)
      .map((e) => `${name}.${e.name}`),
  );
  const own = portElements(part.ports).filter((e) => e.direction === 'out' && misfits(from.kind, e.kind).length === 0);
  const all = [...sinks, ...own.map((e) => e.name)];
  const shown = all.length > 4 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
  const otherwise = misfit.code === 'PR0207' ? 'put a component between them' : 'give both ends the same widths';
  return all.length ? `${pathOf(from)} fits ${shown}; or ${otherwise}.` : `${otherwise}.`;
}

function checkConstant(
  from: { constant: number; field: { signed: boolean; width: number } },
  c: Connection,
): Problem[] {
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

function deepFreeze<T>(value: T, seen = new Set<unknown>()): T {
  if (value !== null && typeof value === 'object' && !seen.has(value) && !ArrayBuffer.isView(value)) {
    seen.add(value);
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child, seen);
  }
  return value;
}
