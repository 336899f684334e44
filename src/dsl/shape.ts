import type { Problem } from '../errors.ts';
import type { Field, Kind } from './kinds.ts';
import { fieldNameProblem, nameProblem } from './names.ts';
import type { Ports } from './ports.ts';

/** Widest number of a stream or wire: a JavaScript number holds it exactly. */
const widest = 52;

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 1;

/** What is wrong with a component's ports as such: names, group sizes, widths. `where` names the component. */
export function portProblems(ports: Ports, where: string): Problem[] {
  return Object.entries(ports).flatMap(([port, { of }]) => {
    const path = `${where}.${port}`;
    const problems: Problem[] = [];
    const wrong = nameProblem(port);
    if (wrong) problems.push(badName(path, 'a port', wrong));
    if (of.kind !== 'many') return [...problems, ...kindProblems(of, path)];
    if (!isCount(of.count))
      problems.push(badSize(path, `a group of ${of.count} ports`, 'make it a whole number of at least 1.'));
    return [...problems, ...kindProblems(of.of, path)];
  });
}

export const badName = (path: string, what: string, why: string): Problem => ({
  code: 'PR0213',
  path,
  message: `is not usable as the name of ${what}: ${why}.`,
  fix: 'choose another name.',
});

const badSize = (path: string, what: string, fix: string): Problem => ({
  code: 'PR0215',
  path,
  message: `${what} cannot be built.`,
  fix,
});

function kindProblems(kind: Kind, path: string): Problem[] {
  switch (kind.kind) {
    case 'wire':
      return fieldProblems(kind.field, path, widest);
    case 'stream':
      return Object.entries(kind.payload.fields).flatMap(([name, field]) => [
        ...fieldNameProblems(name, `${path}.${name}`, ['valid', 'ready']),
        ...fieldProblems(field, `${path}.${name}`, widest),
      ]);
    case 'interface':
      return Object.entries(kind.signals).flatMap(([name, { field }]) => [
        ...fieldNameProblems(name, `${path}.${name}`, []),
        ...fieldProblems(field, `${path}.${name}`, Infinity),
      ]);
  }
}

function fieldNameProblems(name: string, path: string, taken: readonly string[]): Problem[] {
  const wrong = taken.includes(name) ? 'every stream has a signal of this name' : fieldNameProblem(name);
  return wrong ? [badName(path, 'a field', wrong)] : [];
}

function fieldProblems(field: Field, path: string, most: number): Problem[] {
  const problems: Problem[] = [];
  if (field.shape === 'vector' && !isCount(field.count)) {
    problems.push(badSize(path, `a vector of ${field.count} elements`, 'make it a whole number of at least 1.'));
  }
  if (!isCount(field.width) || field.width > most) {
    const range = most === Infinity ? 'of at least 1' : `from 1 to ${most}`;
    const fix = `make it a whole number ${range}${field.width > most ? ', or a vector of narrower elements' : ''}.`;
    problems.push(badSize(path, `a number of ${field.width} bits`, fix));
  }
  return problems;
}
