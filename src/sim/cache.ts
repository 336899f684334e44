/**
 * A content-addressed store of built simulations on disk. An entry is a folder named by the hash of everything that
 * went into it; it is made elsewhere and renamed into place, so one that can be seen is complete.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';

import { PrunusError } from '../errors.ts';
import { onExit } from './processes.ts';
import { removeFolder } from './workspace.ts';

/** Entries kept; above this the ones longest unused go, but none used within the last day. */
const maxEntries = 500;
const day = 24 * 3600 * 1000;
/** Milliseconds after which an unfinished build of another machine counts as abandoned. */
const abandonedAfter = 3600 * 1000;
const pollEvery = 50;

/** The folder that holds the cache: `option`, else PRUNUS_CACHE, else `sim/cache` under the current folder. */
export function cacheRoot(option?: string): string {
  return resolve(option ?? (process.env['PRUNUS_CACHE'] || join('sim', 'cache')));
}

/** 24 hex digits that stand for `parts`, which may be any plain data. */
export function cacheKey(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

export interface CacheEntry {
  readonly folder: string;
  /** It was there already. */
  readonly hit: boolean;
}

/**
 * The entry `key`, made by `build` in an empty folder of its own if it is not there. Several processes may ask for the
 * same entry at once: one builds, the others wait for it, and build for themselves should it vanish.
 * Throws what `build` throws, and PR0515 when the cache folder cannot be written.
 */
export async function cached(
  root: string,
  key: string,
  build: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<CacheEntry> {
  const folder = join(root, key);
  if (existsSync(folder)) {
    touch(folder);
    return { folder, hit: true };
  }
  try {
    await mkdir(root, { recursive: true });
    await removeStale(root);
  } catch (error) {
    throw new PrunusError(
      'PR0515',
      `The simulation cache ${root} cannot be written: ${(error as Error).message}`,
      'Set PRUNUS_CACHE to a folder that can.',
    );
  }
  const unlock = await lock(root, key, signal);
  try {
    if (existsSync(folder)) return { folder, hit: true };
    await make(root, key, build);
  } finally {
    unlock();
  }
  await evict(root);
  return { folder, hit: false };
}

async function make(root: string, key: string, build: (folder: string) => Promise<void>): Promise<void> {
  const temporary = join(root, `tmp-${owner()}-${key}-${randomBytes(4).toString('hex')}`);
  const forget = onExit(() => removeFolder(temporary));
  try {
    mkdirSync(temporary); // not in a thread of its own, which could make it after the clean-up
    await build(temporary);
    await rename(temporary, join(root, key)).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error; // someone else was first: the same content
    });
  } finally {
    removeFolder(temporary);
    forget();
  }
}

/** Marks an entry as used now. */
function touch(folder: string): void {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // a read-only cache is fine
  }
}

// Who owns a temporary folder or a lock, in its name or text: `<host>.<pid>`.

const owner = (): string => `${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}.${process.pid}`;

/** Is the owner gone for certain (a process of this machine that has ended), or for all we know (too long ago)? */
async function abandoned(of: string, path: string): Promise<boolean> {
  const [host, pid] = of.split('.');
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return false;
  if (Date.now() - info.mtimeMs > abandonedAfter) return true;
  return host === owner().split('.')[0] && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function removeStale(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const of = name.startsWith('tmp-') ? name.split('-')[1]! : undefined;
    if (of !== undefined && (await abandoned(of, path))) await rm(path, { recursive: true, force: true });
  }
}

/** Only saves work: whoever cannot have the lock builds as well, and both results are good. Returns how to unlock. */
async function lock(root: string, key: string, signal: AbortSignal | undefined): Promise<() => void> {
  const path = join(root, `${key}.lock`);
  const remove = () => rmSync(path, { force: true });
  for (;;) {
    if (signal?.aborted) throw new PrunusError('PR0513', 'The build was cancelled.');
    try {
      // Synchronous: no signal comes between the making of the lock and the promise to remove it.
      writeFileSync(path, owner(), { flag: 'wx' });
      const forget = onExit(remove);
      return () => {
        remove();
        forget();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (existsSync(join(root, key))) return () => {};
    const of = await readFile(path, 'utf8').catch(() => '');
    if (of !== '' && (await abandoned(of, path))) await rm(path, { force: true });
    else await new Promise((wake) => setTimeout(wake, pollEvery));
  }
}

async function evict(root: string): Promise<void> {
  const names = (await readdir(root)).filter((n) => /^[0-9a-f]{24}$/.test(n));
  if (names.length <= maxEntries) return;
  const used = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(join(root, name)).catch(() => undefined))?.mtimeMs ?? Infinity,
    })),
  );
  const old = used.filter((u) => Date.now() - u.at > day).toSorted((a, b) => a.at - b.at);
  for (const { name } of old.slice(0, names.length - maxEntries)) {
    const doomed = join(root, `tmp-${owner()}-${name}-evicted`);
    // Renamed first, so that a half-removed entry is never seen.
    await rename(join(root, name), doomed)
      .then(() => rm(doomed, { recursive: true, force: true }))
      .catch(() => {});
  }
}
