/** Checks a command's options; every problem is reported, with the option's name. */
import { z } from 'zod';
import { ProblemsError } from '../errors.ts';

/** A whole number in [least, most], from text. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${least} to ${most} is needed`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a whole number from ${least} to ${most} is needed`);

/** A number in [least, most], from text. */
export const realNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i, `a number from ${least} to ${most} is needed`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a number from ${least} to ${most} is needed`);

/** One of a few words. */
export const word = <const T extends readonly [string, ...string[]]>(options: T) =>
  z.enum(options, `one of ${options.join(', ')} is needed`);

/** Throws a ProblemsError with PR0706 for each option that is not valid. */
export function checkOptions<S extends z.ZodObject>(schema: S, raw: Record<string, unknown>): z.output<S> {
  const checked = schema.safeParse(raw);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '');
    const given = raw[name];
    const said = typeof given === 'string' ? `'${given}': ` : '';
    const option = name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    return { code: 'PR0706', path: `--${option}`, message: `${said}${issue.message}.` };
  });
  // One line an option, though several rules may be broken.
  throw new ProblemsError(problems.filter((p, i) => problems.findIndex((o) => o.path === p.path) === i));
}

/** Flags that every command has. */
export const common = { json: z.boolean().default(false) };
export const settings = { set: z.array(z.string()).default([]) };
/** Of commands that train. */
export const library = { blas: z.string().min(1).optional() };
