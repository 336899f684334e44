/** The emitted files of a design: the emitter joined with the template folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Netlist } from '../dsl/netlist.ts';
import { type EmittedFile, emitDesign } from '../emit/design.ts';
import { PrunusError } from '../errors.ts';

// The same number of folders up from src/sim and from dist/sim.
const folder = fileURLToPath(new URL('../../templates/', import.meta.url));

/** The text of a template, named relative to `templates/`, or by an absolute path (a user's own). Throws PR0521. */
export function readTemplate(file: string): string {
  const path = file.startsWith('/') ? file : join(folder, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new PrunusError('PR0521', `the template ${file} cannot be read (${code})`);
  }
}

/** Every file of a design, in all forms. */
export const designFiles = (netlist: Netlist): EmittedFile[] => emitDesign(netlist, readTemplate);
