/** Folders that simulations and tools work in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { onExit } from './processes.ts';

/** Puts files under `folder`, making folders as needed. */
export async function writeFiles(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  for (const parent of new Set(files.map((f) => dirname(join(folder, f.path)))))
    await mkdir(parent, { recursive: true });
  // Verilator 5.006 drops the last word of a memory file that does not end in a newline.
  const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  await Promise.all(files.map((f) => writeFile(join(folder, f.path), ended(f.text))));
}

const removalAttempts = 100;

/**
 * Removes a folder, if it is there. Writes that this process has under way go on in threads of their own meanwhile: what they make
 * behind the removal's back leaves a folder that is not empty, so that it has to start again.
 */
export function removeFolder(folder: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || attempt === removalAttempts) throw cause;
    }
  }
}

/** Runs `work` with a folder that is gone afterwards, whatever happens. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-sim-'));
  const remove = () => removeFolder(folder);
  const forget = onExit(remove);
  try {
    return await work(folder);
  } finally {
    remove();
    forget();
  }
}
