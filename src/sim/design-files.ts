/** The emitted files of a design: the emitter joined with the template folder. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Netlist } from '../dsl/netlist.ts';
import { type EmittedFile, emitDesign } from '../emit/design.ts';
import { usePrecompiled } from '../emit/leaf.ts';
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

/** What `scripts/precompile.ts` wrote when this program was built; from source, templates are compiled when they are used. */
const precompiled = fileURLToPath(new URL('../precompiled.cjs', import.meta.url));
let loaded = false;

function loadPrecompiled(): void {
  if (loaded) return;
  loaded = true;
  if (existsSync(precompiled)) {
    usePrecompiled(createRequire(import.meta.url)(precompiled) as Parameters<typeof usePrecompiled>[0]);
  }
}

/** Every file of a design, in all forms. */
export function designFiles(netlist: Netlist): EmittedFile[] {
  loadPrecompiled();
  return emitDesign(netlist, readTemplate);
}
