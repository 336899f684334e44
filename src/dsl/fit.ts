import { checkParameters } from './parameters.ts';
import type { Part } from './component.ts';
import type { Field, Kind } from './kinds.ts';
import { signalsOf } from './netlist.ts';
import { portElements } from './ports.ts';

const show = (f: Field): string => {
  const element = `${f.signed ? 'signed' : 'unsigned'} ${f.width} bit${f.width === 1 ? '' : 's'}`;
  return f.shape === 'vector' ? `${f.count} x ${element}` : element;
};

/** What a kind is called in messages: `a stream of score`. */
export const describeKind = (k: Kind): string =>
  k.kind === 'stream' ? `a stream of ${k.payload.name}` : k.kind === 'wire' ? 'a wire' : `a ${k.name} interface`;

export interface Misfit {
  readonly code: 'PR0207' | 'PR0208';
  readonly message: string;
}

/** Why a source of kind `a` does not fit a sink of kind `b`; empty when it does. */
export function misfits(a: Kind, b: Kind): Misfit[] {
  if (describeKind(a) !== describeKind(b)) {
    return [{ code: 'PR0207', message: `the source is ${describeKind(a)} and the sink is ${describeKind(b)}.` }];
  }
  const [given, taken] = [a, b].map((kind) => new Map(signalsOf(kind).map((s) => [s.suffix, s.field])));
  const suffixes = new Set([...given.keys(), ...taken.keys()]);
  return [...suffixes].flatMap((suffix): Misfit[] => {
    const [source, sink] = [given.get(suffix), taken.get(suffix)];
    if (source && sink && sameField(source, sink)) return [];
    const name = suffix === '' ? 'it' : suffix.slice(1);
    const [there, here] = [source, sink].map((field) => (field ? show(field) : 'absent'));
    return [{ code: 'PR0208', message: `${name} is ${there} at the source and ${here} at the sink.` }];
  });
}

const sameField = (a: Field, b: Field): boolean =>
  a.signed === b.signed &&
  a.width === b.width &&
  (a.shape === 'vector' ? b.shape === 'vector' && a.count === b.count : b.shape === 'scalar');

/** One end of a connection that does not fit, as far as what could be changed about it. */
export interface Side {
  /** The instance, or undefined for a port of the structure itself. */
  readonly instance: string | undefined;
  /** The part whose parameters decide about its kind. */
  readonly part: Part;
  /** Port element. */
  readonly name: string;
  readonly kind: Kind;
}

/**
 * What would make two ends fit: one parameter of one of the instances, tried with the values that the other side has. Undefined when
 * no single parameter does.
 */
export function parameterThatFits(source: Side, sink: Side): string | undefined {
  const tries: [change: Side, other: Side][] = [
    [sink, source],
    [source, sink],
  ];
  for (const [change, other] of tries) {
    if (change.instance === undefined) continue;
    const fits = (kind: Kind) => (change === sink ? misfits(other.kind, kind) : misfits(kind, other.kind)).length === 0;
    const found = Object.keys(change.part.parameters)
      .flatMap((name) => valuesFor(name, change.part, other).map((value): [string, unknown] => [name, value]))
      .find(([name, value]) => {
        const kind = kindWith(change.part, name, value, change.name);
        return kind !== undefined && fits(kind);
      });
    if (!found) continue;
    const [name, value] = found;
    if (isPayload(value)) return `give ${change.instance} the payload of ${pathOf(other)}.`;
    const because =
      other.part.parameters[name] === value ? `, as ${other.instance ?? 'the structure around it'} has` : '';
    return `give ${change.instance} ${name} = ${String(value as number | string)}${because}.`;
  }
  return undefined;
}

const pathOf = ({ instance, name }: Side): string => (instance === undefined ? name : `${instance}.${name}`);

const isPayload = (value: unknown): value is { name: string } =>
  typeof value === 'object' && value !== null && 'name' in value && 'fields' in value;

/** Values worth trying for a parameter of `part`: what the other side has. */
function valuesFor(name: string, part: Part, other: Side): unknown[] {
  const now = part.parameters[name];
  const same = other.part.parameters[name];
  const numbers = (kind: Kind) =>
    signalsOf(kind).flatMap(({ field }) => [field.width, ...(field.shape === 'vector' ? [field.count] : [])]);
  const values =
    typeof now === 'number'
      ? [same, ...numbers(other.kind), ...Object.values(other.part.parameters)].filter((v) => typeof v === 'number')
      : isPayload(now) && other.kind.kind === 'stream'
        ? [other.kind.payload]
        : [same].filter((v) => typeof v === typeof now && typeof v !== 'object');
  return [...new Set(values)].filter((v) => v !== now);
}

/** The kind that a port of `part` would have with one parameter changed; undefined where the part would not be valid. */
function kindWith(part: Part, name: string, value: unknown, port: string): Kind | undefined {
  const { parameters, rules = [], ports } = part.definition;
  const changed = checkParameters(parameters, { ...part.parameters, [name]: value }, '');
  if (changed.problems.length || changed.value === undefined) return undefined;
  try {
    if (!rules.every((rule) => rule.holds(changed.value!))) return undefined;
    return portElements(ports(changed.value)).find((e) => e.name === port)?.kind;
  } catch {
    return undefined;
  }
}
