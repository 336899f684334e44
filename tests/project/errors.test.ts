import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const codes = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1]!);

const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
const listed = codes(page, /^\| (PR\d{4}) \|/gm);
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(root, 'src', path), 'utf8'));

it('docs/errors.md has the error codes of the source, each once, in order', () => {
  const used = [...new Set(sources.flatMap((text) => codes(text, /\b(PR\d{4})\b/g)))].toSorted();
  expect(listed).toEqual(used);
});

it('docs/errors.md names the range of every code', () => {
  const ranges = codes(page, /^\| (PR\d\d)xx \|/gm);
  for (const code of listed) expect([...ranges, 'PR00']).toContain(code.slice(0, 4));
});
