/** Liberty files: a user's own, or by name those that come as packages of the distribution. */
import { readFileSync } from 'node:fs';

import { PrunusError } from '../../errors.ts';
import { installLine } from '../../sim/tools.ts';
import { libraryCells } from '../liberty.ts';

interface Known {
  readonly file: string;
  readonly apt: string;
}

const known: Readonly<Record<string, Known>> = {
  osu018: { file: '/usr/share/qflow/tech/osu018/osu018_stdcells.lib', apt: 'qflow-tech-osu018' },
  osu035: { file: '/usr/share/qflow/tech/osu035/osu035_stdcells.lib', apt: 'qflow-tech-osu035' },
};

/** The text of a library. Throws PR0510 for a known one that is not installed, PR0543 for a file that is no library. */
export function readLibrary(given: string): string {
  const packaged = Object.hasOwn(known, given) ? known[given] : undefined;
  const file = packaged?.file ?? given;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (packaged) {
      throw new PrunusError('PR0510', `The library ${given} is not installed (${file}).`, installLine([packaged.apt]));
    }
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const names = Object.keys(known).join(', ');
    throw new PrunusError('PR0543', `${file}: cannot be read (${code}).`, `name a liberty file, or one of ${names}.`);
  }
  libraryCells(text, given); // it has some
  return text;
}
