/** Random values of ports, from their kinds. */
import type { Field, Fields, Stream, Wire } from '../../dsl/kinds.ts';
import type { Part } from '../../dsl/component.ts';
import { portElements } from '../../dsl/ports.ts';
import type { SimItem } from '../../sim/cases.ts';
import type { Random } from '../verify/random.ts';

/** Least and largest value of an element of a field. */
export const rangeOf = ({ signed, width }: { signed: boolean; width: number }): readonly [number, number] =>
  signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];

function element(field: Field, r: Random, extreme: boolean): number {
  const [low, high] = rangeOf(field);
  return extreme ? r.pick([low, high, low + 1, high - 1, Math.min(1, high), 0]) : r.integer(low, high);
}

/** A value of a field anywhere in its range; `extreme`: near its limits, and 0. */
export const randomField = (field: Field, r: Random, extreme = false): number | number[] =>
  field.shape === 'scalar'
    ? element(field, r, extreme)
    : Array.from({ length: field.count }, () => element(field, r, extreme));

/** An item with random fields, but for those given. */
export function randomItem(fields: Fields, r: Random, given: SimItem = {}): SimItem {
  const extreme = r.chance(0.15);
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, given[name] ?? randomField(field, r, extreme)]),
  );
}

/** The fields of a part's stream, by its name as a port element. */
export function streamFields(part: Part, name: string): Fields {
  const port = portElements(part.ports).find((e) => e.name === name && e.kind.kind === 'stream');
  if (!port) throw new Error(`${part.definition.name} has no stream ${name}`);
  return (port.kind as Stream).payload.fields;
}

/** A value for every input wire. */
export const randomWires = (
  part: Part,
  r: Random,
  given: Readonly<Record<string, number>> = {},
): Record<string, number> =>
  Object.fromEntries(
    portElements(part.ports)
      .filter((e) => e.direction === 'in' && e.kind.kind === 'wire')
      .map((e) => [e.name, given[e.name] ?? (randomField((e.kind as Wire).field, r) as number)]),
  );
