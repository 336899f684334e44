/** The folder of a device report. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrunusError } from '../../errors.ts';

/** Writes files by name, one after the other. Throws PR0707. */
export function writeReport(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new PrunusError('PR0707', `${folder}: cannot be written (${code}).`, 'choose another folder with --out.');
  }
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
