/** Writing a folder as a whole: staged beside it, then swapped in. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PrunusError } from '../errors.ts';
import { endSignals } from '../sim/processes.ts';

/**
 * Puts `files` into `folder`, instead of whatever was in it. Throws PR0707 when it cannot be written, or holds something that
 * `generate` did not write and `force` is not given. A failure leaves the old folder as it was.
 */
export function replaceFolder(folder: string, files: readonly { path: string; text: string }[], force: boolean): void {
  const target = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  if (!force) refuseForeign(folder, target);
  // With a listener, a signal waits until this (synchronous) work is done, so that no half of it stays behind.
  const later = (_: NodeJS.Signals, number: number): void => process.exit(128 + number);
  for (const signal of endSignals) process.on(signal, later);
  let staging: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    staging = mkdtempSync(`${target}.new-`);
    chmodSync(staging, 0o777 & ~process.umask()); // mkdtemp makes it private
    for (const sub of new Set(files.map((f) => dirname(join(staging!, f.path))))) mkdirSync(sub, { recursive: true });
    for (const { path, text } of files) writeFileSync(join(staging, path), text);
    swap(staging, target);
  } catch (cause) {
    if (staging) rmSync(staging, { recursive: true, force: true });
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === undefined) throw cause;
    throw new PrunusError('PR0707', `${folder}: cannot be written (${code}).`, 'choose another folder with --out.');
  } finally {
    for (const signal of endSignals) process.off(signal, later);
  }
}

function swap(staging: string, target: string): void {
  if (!existsSync(target)) {
    renameSync(staging, target);
    return;
  }
  const old = `${staging}.old`;
  renameSync(target, old);
  try {
    renameSync(staging, target);
  } catch (cause) {
    renameSync(old, target);
    throw cause;
  }
  rmSync(old, { recursive: true, force: true });
}

function refuseForeign(folder: string, target: string): void {
  if (!existsSync(target)) return;
  if (!lstatSync(target).isDirectory()) {
    throw new PrunusError('PR0707', `${folder}: is not a folder.`, 'choose another one with --out.');
  }
  if (readdirSync(target).length === 0 || isOurs(target)) return;
  const message = `${folder}: is not empty, and holds no manifest.json of Prunus.`;
  throw new PrunusError('PR0707', message, 'choose another folder, or replace this one with --force.');
}

function isOurs(folder: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return (manifest as { generator?: unknown } | null)?.generator === 'prunus';
  } catch {
    return false;
  }
}
