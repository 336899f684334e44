/** `--set path=value`: values by dotted path, typed by a schema. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { checkParameters, describeRange, type Schema } from '../dsl/parameters.ts';
import { type Problem, ProblemsError, PrunusError } from '../errors.ts';

export interface Leaf {
  /** Dotted: `memory.channels`. */
  readonly path: string;
  readonly schema: z.ZodType;
}

/**
 * The name under which a short form goes into an object that settings reach into: `device=wan2022` is `{ preset: 'wan2022' }`,
 * and `device.sigma=0.05` goes beside it. Absent for other parameters.
 */
const openUnder = ({ schema }: Leaf): string | undefined => schema.meta()?.['open'] as string | undefined;

/** Every parameter of a schema with groups written out, in order. */
export function leaves(schema: Schema, prefix = ''): Leaf[] {
  return Object.entries(schema.shape).flatMap(([name, node]) => {
    const inner = unwrapGroup(node as z.ZodType);
    const path = `${prefix}${name}`;
    return inner ? leaves(inner, `${path}.`) : [{ path, schema: node as z.ZodType }];
  });
}

function unwrapGroup(node: z.ZodType): Schema | undefined {
  let inner: unknown = node;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodObject ? inner : undefined;
}

export type Values = Readonly<Record<string, unknown>>;

/**
 * `given` with the settings put in. Throws PR0704 for a setting without `=` and PR0101 for a path that is not in the schema, and
 * with them whatever the schema says of the other values; when only those are wrong, whoever makes the part says so.
 */
export function applySettings(
  schema: Schema,
  where: string,
  given: Values,
  settings: readonly string[],
  { all = `\`prunus list ${where}\``, option = '--set', example = 'corelets=2' } = {},
): Values {
  const known = leaves(schema);
  const problems: Problem[] = [];
  const result = structuredClone(given) as Record<string, unknown>;
  // A whole value first, whatever the order: what reaches into it changes it.
  const isInner = (setting: string) => Number(innerLeaf(known, setting.split('=', 1)[0]) !== undefined);
  for (const setting of settings.toSorted((a, b) => isInner(a) - isInner(b))) {
    const at = setting.indexOf('=');
    if (at < 1) {
      const message = `'${setting}' is not path=value.`;
      problems.push({ code: 'PR0704', path: option, message, fix: `write for instance ${option} ${example}.` });
      continue;
    }
    const path = setting.slice(0, at);
    const leaf = known.find((l) => l.path === path);
    const open = innerLeaf(known, path);
    if (open) {
      putInner(result, open, path, jsonOrText(setting.slice(at + 1)));
      continue;
    }
    if (!leaf) {
      const near = nearest(
        path,
        known.map((l) => l.path),
      );
      const fix = `did you mean ${near.join(' or ')}? ${all} shows all of them.`;
      problems.push({ code: 'PR0101', path: `${where}.${path}`, message: 'there is no such parameter.', fix });
      continue;
    }
    put(result, path.split('.'), typed(leaf, setting.slice(at + 1)));
  }
  // What is wrong with the others is said in the same breath.
  if (problems.length > 0) throw new ProblemsError([...problems, ...checkParameters(schema, result, where).problems]);
  return result;
}

/** The parameter into whose value a path reaches. */
const innerLeaf = (known: readonly Leaf[], path: string): Leaf | undefined =>
  known.find((leaf) => openUnder(leaf) !== undefined && path.startsWith(`${leaf.path}.`));

function putInner(result: Record<string, unknown>, leaf: Leaf, path: string, value: unknown): void {
  const keys = leaf.path.split('.');
  const now = keys.reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], result);
  if (typeof now === 'string') put(result, keys, { [openUnder(leaf)!]: now });
  put(result, path.split('.'), value);
}

/** A number, a list or an object where the text is one. */
function jsonOrText(text: string): unknown {
  if (!/^[-+\d.[{]/.test(text)) return text;
  try {
    return JSON.parse(text.replace(/^[+]/, '').replace(/^(-?)\./, '$10.'));
  } catch {
    return text;
  }
}

/** What a `.json` file describes. Throws PR0702. */
export function readObject(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why =
      cause instanceof SyntaxError
        ? `is not JSON: ${cause.message}`
        : `cannot be read (${String((cause as NodeJS.ErrnoException).code)})`;
    throw new PrunusError('PR0702', `${path}: ${why}.`);
  }
}

/** The text as the type that the schema wants; as it is where it cannot be, for the schema to refuse. */
function typed(leaf: Leaf, text: string): unknown {
  const { schema } = leaf;
  if (openUnder(leaf) !== undefined) return text.endsWith('.json') ? readObject(text) : jsonOrText(text);
  const range = describeRange(schema);
  if (range === 'true or false') return text === 'true' ? true : text === 'false' ? false : text;
  if (/number|power of two/.test(range) && /^[-+]?(\d|\.\d)/.test(text)) {
    const value = Number(text);
    return Number.isNaN(value) ? text : value;
  }
  return text;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next = inner !== null && typeof inner === 'object' ? (inner as Record<string, unknown>) : {};
  target[first] = next;
  put(next, rest, value);
}

/** The one to three names most like what was given. */
export function nearest(given: string, names: readonly string[]): string[] {
  const tail = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  const scored = names
    .map((name) => ({ name, distance: Math.min(distance(given, name), distance(tail(given), tail(name)) + 0.5) }))
    .toSorted((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  const best = scored[0]?.distance ?? 0;
  return scored
    .filter((s) => s.distance <= best + 1)
    .slice(0, 3)
    .map((s) => s.name);
}

/** Letters to change, add or take out; case does not count. */
function distance(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: y.length + 1 }, (_, j) => j);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      const same = row[j - 1] + (x[i - 1] === y[j - 1] ? 0 : 1);
      next.push(Math.min(same, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[y.length];
}
