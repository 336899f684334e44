/**
 * Results of long work kept as they come, a JSON line each, in a file whose name has the hash of the settings: the same command
 * goes on where it was stopped, another one starts a file of its own. A last line that was cut off is dropped.
 *
 * Errors: PR0707 cannot be written, PR0605 holds something else.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrunusError } from '../errors.ts';

export interface ResultLines<T> {
  readonly path: string;
  /** What was there when it was opened. */
  readonly found: readonly T[];
  readonly add: (result: T) => void;
}

/** 16 hexadecimal digits of whatever JSON and typed arrays say. */
export function hashOf(settings: unknown): string {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify(settings, (_, value: unknown) =>
      ArrayBuffer.isView(value)
        ? createHash('sha256')
            .update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
            .digest('hex')
        : value,
    ),
  );
  return hash.digest('hex').slice(0, 16);
}

/** `about` is written on the first line, for people. */
export function openResultLines<T>(folder: string, name: string, settings: unknown, about: object): ResultLines<T> {
  const path = join(folder, `${name}-${hashOf(settings)}.jsonl`);
  const writable = <R>(work: () => R): R => {
    try {
      return work();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === undefined) throw cause;
      throw new PrunusError('PR0707', `${path}: cannot be written (${code}).`, 'choose another folder with --out.');
    }
  };
  const text = writable(() => {
    mkdirSync(folder, { recursive: true });
    return textOf(path);
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole === '') writable(() => writeFileSync(path, `${JSON.stringify(about)}\n`));
  else if (whole.length < text.length) writable(() => truncateSync(path, Buffer.byteLength(whole)));
  const add = (result: T) => writable(() => appendFileSync(path, `${JSON.stringify(result)}\n`));
  return { path, found: parsed<T>(path, whole), add };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}

function parsed<T>(path: string, text: string): T[] {
  const lines = text.split('\n').slice(1, -1);
  return lines.map((line, n) => {
    try {
      return JSON.parse(line) as T;
    } catch {
      throw new PrunusError('PR0605', `${path}: line ${n + 2} is no result.`, 'remove the file to start anew.');
    }
  });
}
