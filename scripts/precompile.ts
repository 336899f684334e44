/**
 * Second step of `npm run build`: compiles the templates of modules, so that the program need not do it whenever it runs.
 * Whoever changes a template without building again loses only that: a text that is not in the file is compiled on use.
 *
 * Usage: tsx scripts/precompile.ts [FOLDER OF THE COMPILED PROGRAM]
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { precompile } from '../src/emit/leaf.ts';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

const entries = readdirSync(join(root, 'templates'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.v.hbs') && !path.startsWith('sim'))
  .toSorted()
  .map((path) => {
    const text = readFileSync(join(root, 'templates', path), 'utf8');
    return `{ text: ${JSON.stringify(text)}, code: ${precompile(text)} }`;
  });
writeFileSync(join(dist, 'precompiled.cjs'), `module.exports = [\n${entries.join(',\n')}\n];\n`);
