/** What is needed to know of a liberty file: the areas of its cells, which of them are registers, and a buffer. */
import { PrunusError } from '../errors.ts';

export interface LibraryCell {
  readonly name: string;
  /** In the library's units. */
  readonly area: number;
  readonly isRegister: boolean;
  readonly isBuffer: boolean;
}

/** The cells of a library. Throws PR0543 for a text that has none. */
export function libraryCells(text: string, name: string): ReadonlyMap<string, LibraryCell> {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/\/\/.*$/gm, '');
  const cells = new Map<string, LibraryCell>();
  for (const match of plain.matchAll(/\bcell\s*\(\s*"?([^"\s)]+)"?\s*\)\s*\{/g)) {
    const body = group(plain, match.index + match[0].length);
    const area = Number(/\barea\s*:\s*"?([-+.\deE]+)/.exec(body)?.[1] ?? Number.NaN);
    const isRegister = /\b(ff|ff_bank|latch|latch_bank|statetable)\s*\(/.test(body);
    const inputs = [...body.matchAll(/\bpin\s*\(\s*"?(\w+)"?\s*\)\s*\{/g)].map((m) => m[1]!);
    const functions = [...body.matchAll(/\bfunction\s*:\s*"([^"]*)"/g)].map((m) => m[1]!.replaceAll(/[\s()]/g, ''));
    const isBuffer = !isRegister && inputs.length === 2 && functions.length === 1 && inputs.includes(functions[0]!);
    if (!Number.isNaN(area)) cells.set(match[1]!, { name: match[1]!, area, isRegister, isBuffer });
  }
  if (cells.size === 0) {
    throw new PrunusError('PR0543', `${name}: holds no cells with areas.`, 'give a liberty file of standard cells.');
  }
  return cells;
}

/** The text from a place behind `{` to the `}` that belongs to it. */
function group(text: string, from: number): string {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}

/** The smallest buffer, which stands for whatever drives the inputs while abc sizes cells. */
export const buffers = (cells: ReadonlyMap<string, LibraryCell>): LibraryCell[] =>
  [...cells.values()].filter((c) => c.isBuffer).toSorted((a, b) => a.area - b.area);
