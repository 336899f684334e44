/** Folders that simulations and tools work in. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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

/** Runs `work` with a folder that is gone afterwards, whatever happens. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-sim-'));
  const remove = () => existsSync(folder) && rmSync(folder, { recursive: true, force: true });
  const forget = onExit(remove);
  try {
    return await work(folder);
  } finally {
    remove();
    forget();
  }
}
