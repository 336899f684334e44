import { z } from 'zod';
import type { Problem } from '../errors.ts';

/** What documentation says about a parameter; kept in zod's metadata so that JSON Schema and `prunus list` carry it. */
export interface ParameterInfo {
  readonly description: string;
  /** e.g. `bits`, `cycles`, `keys`; absent for plain counts and choices. */
  readonly unit?: string;
  /** Where the default comes from: a paper's section, or `implementer's choice`. */
  readonly source?: string;
}

/** A whole number in [min, max]. */
export const integer = (info: ParameterInfo & { min: number; max: number; default: number }) => {
  const { min, max, default: value, ...meta } = info;
  return z.number().int().min(min).max(max).default(value).meta(meta);
};

const powerOfTwoIn = (min: number, max: number) =>
  z
    .number()
    .int()
    .min(min)
    .max(max)
    .refine((n) => Number.isInteger(Math.log2(n)), { message: `must be a power of two from ${min} to ${max}` });

/** A power of two in [min, max]. */
export const powerOfTwo = (info: ParameterInfo & { min: number; max: number; default: number }) => {
  const { min, max, default: value, ...meta } = info;
  return powerOfTwoIn(min, max)
    .default(value)
    .meta({ ...meta, powerOfTwo: true });
};

/** A power of two in [min, max], or nothing: then what `absent` says holds. */
export const optionalPowerOfTwo = (info: ParameterInfo & { min: number; max: number; absent: string }) => {
  const { min, max, absent, description, ...meta } = info;
  return powerOfTwoIn(min, max)
    .optional()
    .meta({ ...meta, description: `${description}; ${absent} if not given`, powerOfTwo: true });
};

/** A real number in [min, max]. */
export const real = (info: ParameterInfo & { min: number; max: number; default: number }) => {
  const { min, max, default: value, ...meta } = info;
  return z.number().min(min).max(max).default(value).meta(meta);
};

/** A real number in [min, max], or nothing: then what `absent` says holds. */
export const optionalReal = (info: ParameterInfo & { min: number; max: number; absent: string }) => {
  const { min, max, absent, description, ...meta } = info;
  return z
    .number()
    .min(min)
    .max(max)
    .optional()
    .meta({ ...meta, description: `${description}; ${absent} if not given` });
};

/** One of a few words. */
export const choice = <const T extends readonly [string, ...string[]]>(
  options: T,
  info: ParameterInfo & { default: T[number] },
) => {
  const { default: value, ...meta } = info;
  return z
    .enum(options)
    .default(value as never)
    .meta({ ...meta });
};

/** true or false. */
export const toggle = (info: ParameterInfo & { default: boolean }) => {
  const { default: value, ...meta } = info;
  return z
    .boolean()
    .default(value)
    .meta({ ...meta });
};

/** A group of parameters with a default of its own: `memory: group({...})`. */
export const group = <S extends z.ZodRawShape>(shape: S, description: string) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });

export type Schema = z.ZodObject;

/** What a check of a value's own says beside its message: a code and a fix. */
export interface IssueNotes {
  readonly code: string;
  readonly fix?: string | undefined;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly params?: Readonly<Record<string, unknown>>;
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key], value);

/** A schema below its defaults. */
const bare = (schema: unknown): unknown => {
  let node = schema;
  while (node instanceof z.ZodDefault || node instanceof z.ZodPrefault || node instanceof z.ZodOptional)
    node = node.unwrap();
  return node;
};

const schemaAt = (schema: Schema, path: readonly PropertyKey[]): z.ZodType | undefined => {
  let node: unknown = schema;
  for (const key of path) {
    const at = bare(node);
    if (at instanceof z.ZodObject) node = (at.shape as Record<PropertyKey, unknown>)[key];
    else node = at instanceof z.ZodArray ? at.element : undefined;
  }
  return node as z.ZodType | undefined;
};

/** What documentation says about each parameter, by dotted path: `tile.rows`. */
export function parameterNotes(schema: Schema, prefix = ''): Record<string, Partial<ParameterInfo>> {
  return Object.assign(
    {},
    ...Object.entries(schema.shape).map(([name, node]) => {
      const inner = bare(node);
      if (inner instanceof z.ZodObject) return parameterNotes(inner, `${prefix}${name}.`);
      const { description, unit, source } = ((node as z.ZodType).meta() ?? {}) as Partial<ParameterInfo>;
      return {
        [prefix + name]: { ...(description && { description }), ...(unit && { unit }), ...(source && { source }) },
      };
    }),
  ) as Record<string, Partial<ParameterInfo>>;
}

/**
 * Checks `given` against a schema. Every issue becomes one problem that names the parameter, its value and what is
 * allowed. `value` is what a later stage can go on with: offending parameters are replaced by their defaults, so that
 * the problems of one part do not hide those of the next; it is undefined when even that does not fit.
 */
export function checkParameters<S extends Schema>(
  schema: S,
  given: unknown,
  where: string,
): { value: z.output<S> | undefined; problems: Problem[] } {
  const first = schema.safeParse(given);
  if (first.success) return { value: first.data, problems: [] };
  const issues = first.error.issues as readonly Issue[];
  const problems = issues.flatMap((issue) => explain(schema, given, where, issue));
  const repaired = copy(given);
  for (const issue of issues) {
    const parent = valueAt(repaired, issue.path.slice(0, issue.keys ? undefined : -1));
    if (parent === null || typeof parent !== 'object') continue;
    for (const key of issue.keys ?? issue.path.slice(-1)) delete (parent as Record<PropertyKey, unknown>)[key];
  }
  const second = schema.safeParse(repaired);
  return { value: second.success ? second.data : undefined, problems };
}

/** Plain objects and arrays anew; anything else as it is. */
const copy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copy);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, copy(v)]));
};

/** A value as a message shows it. */
export const showValue = (value: unknown): string => {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol' || value === undefined)
    return String(value);
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'bigint' || typeof v === 'function' ? showValue(v) : v,
  );
};

function explain(schema: Schema, given: unknown, where: string, issue: Issue): Problem[] {
  const full = (path: readonly PropertyKey[]) => [where, ...path.map(String)].filter(Boolean).join('.');
  if (issue.code === 'unrecognized_keys') {
    const at = bare(issue.path.length ? schemaAt(schema, issue.path) : schema);
    const known = at instanceof z.ZodObject ? Object.keys(at.shape) : [];
    return (issue.keys ?? []).map((key) => ({
      code: 'PR0101',
      path: full([...issue.path, key]),
      message: 'there is no such parameter.',
      fix: known.length ? `use one of ${known.join(', ')}.` : 'leave it out; there are none.',
    }));
  }
  const value = valueAt(given, issue.path);
  const notes = issue.params?.['notes'] as IssueNotes | undefined;
  if (notes) return [{ code: notes.code, path: full(issue.path), message: issue.message, fix: notes.fix }];
  const node = issue.path.length ? schemaAt(schema, issue.path) : undefined;
  const allowed = node ? describeRange(node) : undefined;
  const missing = value === undefined && issue.code === 'invalid_type';
  const said = value === undefined ? '' : `${showValue(value)} is not valid: `;
  const why = missing ? 'it has no default and is not given' : issue.message;
  return [
    {
      code: issue.code === 'custom' && !node ? 'PR0103' : 'PR0102',
      path: full(issue.path),
      message: `${said}${why}${why.endsWith('.') ? '' : '.'}`,
      fix: allowed ? `use ${allowed}.` : undefined,
    },
  ];
}

/** `a whole number from 1 to 8`, `one of round, truncate`: what a schema accepts, for messages and tables. */
export function describeRange(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    type?: string;
    enum?: unknown[];
    minimum?: number;
    maximum?: number;
    powerOfTwo?: boolean;
    range?: string;
  };
  if (json.range) return json.range;
  if (json.enum) return `one of ${json.enum.join(', ')}`;
  if (json.type === 'boolean') return 'true or false';
  if (json.type === 'integer' || json.type === 'number') {
    const noun = json.powerOfTwo ? 'a power of two' : json.type === 'integer' ? 'a whole number' : 'a number';
    const [low, high] = [json.minimum, json.maximum].map((n) =>
      n === undefined || Math.abs(n) === Number.MAX_SAFE_INTEGER ? undefined : n,
    );
    if (low === undefined) return high === undefined ? noun : `${noun} up to ${high}`;
    return high === undefined ? `${noun} from ${low}` : `${noun} from ${low} to ${high}`;
  }
  return json.type === 'object' || json.type === 'array' ? `an ${json.type}` : json.type ? `a ${json.type}` : 'a value';
}
