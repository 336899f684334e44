/** Liberty files: a user's own, or by name those that come as packages of the distribution. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PrunusError } from '../../errors.ts';
import { installLine } from '../../sim/tools.ts';
import { libraryCells } from '../liberty.ts';

interface Known {
  readonly file: string;
  readonly apt: string;
}

/** Where Debian's qflow keeps them, unless PRUNUS_QFLOW says otherwise. */
const known = (): Readonly<Record<string, Known>> =>
  Object.fromEntries(
    ['osu018', 'osu035'].map((name) => [
      name,
      {
        file: join(process.env['PRUNUS_QFLOW'] ?? '/usr/share/qflow', 'tech', name, `${name}_stdcells.lib`),
        apt: `qflow-tech-${name}`,
      },
    ]),
  );

/** The text of a library. Throws PR0510 for a known one that is not installed, PR0543 for a file that is no library. */
export function readLibrary(given: string): string {
  const packages = known();
  const packaged = Object.hasOwn(packages, given) ? packages[given] : undefined;
  const file = packaged?.file ?? given;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (packaged) {
      throw new PrunusError('PR0510', `The library ${given} is not installed (${file}).`, installLine([packaged.apt]));
    }
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const names = Object.keys(packages).join(', ');
    throw new PrunusError('PR0543', `${file}: cannot be read (${code}).`, `name a liberty file, or one of ${names}.`);
  }
  libraryCells(text, given); // it has some
  return text;
}
