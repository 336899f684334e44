/** The files in `templates/sim`, and rendering them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ZodType } from 'zod';

import { PrunusError } from '../errors.ts';

// The same number of folders up from src/sim and from dist/sim.
const folder = fileURLToPath(new URL('../../templates/sim/', import.meta.url));

/** The text of a file in `templates/sim`. */
export function simTemplate(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** Renders `templates/sim/<name>` with a view that its schema has checked. Throws PR0509 when the view does not fit. */
export async function renderSim<T>(name: string, schema: ZodType<T>, view: T): Promise<string> {
  const checked = schema.safeParse(view);
  if (!checked.success) throw new PrunusError('PR0509', `The view of ${name} does not fit: ${checked.error.message}`);
  // Loaded only when something is built: a run from the cache does not need it.
  const { default: handlebars } = await import('handlebars');
  return handlebars.compile(simTemplate(name), { noEscape: true, strict: true })(checked.data);
}
