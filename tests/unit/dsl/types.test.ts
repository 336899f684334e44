/**
 * The compiler's part of the language: what must not compile does not. `tsc --noEmit` over the repository checks the expectations in
 * tests/types/language.ts; here they are taken out, so that each is seen to stand for an error.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const language = readFileSync(join(root, 'tests', 'types', 'language.ts'), 'utf8');

const programs = {
  'without.ts': language.replaceAll('@ts-expect-error', 'was expected:'),
  'right.ts': `import { accelerator, bits, input, output, payload, stream } from '../../src/index.ts';
const item = payload('item', { value: bits(8) });
export default accelerator('lab', { from: input(stream(item)), to: output(stream(item)) }, ({ connect, port }) => {
  // @ts-expect-error nothing is wrong with the next line
  connect(port.from, port.to);
});
`,
};

const folder = mkdtempSync(join(tmpdir(), 'prunus-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Line and code of each error, by program. */
const errors = new Map<string, { line: number; code: string }[]>();

beforeAll(async () => {
  for (const [name, text] of Object.entries(programs)) {
    const library = JSON.stringify(join(root, 'src', 'index.ts'));
    writeFileSync(join(folder, name), text.replace("'../../src/index.ts'", library));
    errors.set(name, []);
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compilerOptions = { noUnusedLocals: false, rewriteRelativeImportExtensions: false };
  const project = { extends: join(root, 'tsconfig.json'), compilerOptions, files: Object.keys(programs), include: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout } = await promisify(execFile)(compiler, ['-p', folder, '--pretty', 'false'], { cwd: folder }).catch(
    (cause: unknown) => cause as { stdout: string },
  );
  for (const [, file, line, code] of stdout.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)) {
    errors.set(file!, [...(errors.get(file!) ?? []), { line: Number(line), code: code! }]);
  }
});

test('each line that is expected not to compile does not, and no other', () => {
  const expected = language.split('\n').flatMap((text, i) => (text.includes('@ts-expect-error') ? [i + 2] : []));
  expect(expected.length).toBeGreaterThan(50);
  const found = errors.get('without.ts')!.map((e) => e.line);
  expect([...new Set(found)]).toEqual(expected);
});

test('an expectation where nothing is wrong is an error', () => {
  expect(errors.get('right.ts')).toEqual([{ line: 4, code: 'TS2578' }]);
});

test('nothing else was wrong', () => {
  expect([...errors.keys()]).toEqual(Object.keys(programs));
});
