/** What the documentation shows is what happens. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { asShown, documents, generated, matches, shownIn } from '../../scripts/documents.ts';
import { type ComponentCheck, prepareCheck, runCheck } from '../../src/explore/component-check/check.ts';
import { prunus, root, scratchFolder } from './prunus.ts';

const scratch = scratchFolder();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const write = (path: string, text: string): string => {
  mkdirSync(dirname(join(scratch, path)), { recursive: true });
  writeFileSync(join(scratch, path), text);
  return join(scratch, path);
};

describe.each(documents)('%s', (name) => {
  const shown = shownIn(read(name));

  test('has commands', () => expect(shown.length).toBeGreaterThan(5));

  test.each(shown.map((s) => [s.command, s] as const))('%s', async (_, one) => {
    const { out, err } = await prunus(...one.args);
    const printed = asShown(one, out + err);
    // Compared as texts, a failure shows what differs.
    expect(matches(one.output, printed) ? one.output : printed).toBe(one.output);
  });
});

test.each(generated)('$path is what is generated', ({ path, text }) => {
  expect(read(path)).toBe(text());
});

test('a shown output matches only what it shows', () => {
  expect(matches('took 1.0 s\n...\nend (x)', 'took 23.4 s\none\ntwo\nend (x)')).toBe(true);
  expect(matches('took 1.0 s\n...\nend (x)', 'took 23.4 s\none\ntwo\nend x')).toBe(false);
  expect(matches('1 mismatch in 2.0 s', '0 mismatch in 2.0 s')).toBe(false);
  expect(matches('one', 'one\ntwo')).toBe(false);
});

describe("the README's snippet", () => {
  const [, snippet = ''] = /<!-- snippet -->\n```ts\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const hello = read('examples/hello.ts');
  // Inside the checkout, where its packages are found; `sim` is ignored by git.
  mkdirSync(join(root, 'sim'), { recursive: true });
  const folder = mkdtempSync(join(root, 'sim', 'documents-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text.replace("'../src/index.ts'", "'../../src/index.ts'"));
    return join(folder, name);
  };
  const compile = (name: string): string => {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: [name] }));
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return stdout;
  };

  test('is examples/hello.ts without what stands before it', () => {
    expect(snippet).not.toBe('');
    expect(hello.slice(-snippet.length)).toBe(snippet);
    expect(hello.slice(0, -snippet.length)).toMatch(/^\/\*\*[\s\S]*?\*\/\n(import [\s\S]*?;\n|\/\/.*\n)+\n$/);
  });

  test('compiles, and would not with the connection that its comment names', () => {
    place('right.ts', hello);
    expect(compile('right.ts')).toBe('');
    const wrong = hello.replace('connect(comparator.to, port.kept)', 'connect(port.scores, port.kept)');
    expect(wrong).not.toBe(hello);
    place('wrong.ts', wrong);
    expect(compile('wrong.ts')).toMatch(/wrong\.ts\(\d+,\d+\): error TS2769/);
  });
});

describe("CONTRIBUTING.md's component", () => {
  const files = new Map(
    [...read('CONTRIBUTING.md').matchAll(/<!-- example: (\S+) -->\n```\w+\n([\s\S]*?)```/g)].map((m) => [m[1], m[2]!]),
  );
  const source = 'src/components/difference/difference.ts';
  const template = files.get('templates/difference/difference.v.hbs') ?? '';
  const component = (text: string): string =>
    files
      .get(source)!
      .replace("{ file: 'difference/difference.v.hbs' }", () => `{ text: ${JSON.stringify(text)} }`)
      .replaceAll("'../../", `'${join(root, 'src')}/`)
      .replace("'zod'", JSON.stringify(join(root, 'node_modules/zod/index.js')))
      .concat('export default difference;\n');

  test('is verified, and caught when it is broken as the text says', async () => {
    const whole = write('whole/difference.ts', component(template));
    expect(await prunus('verify', whole, '--cases', '50')).toMatchObject({ code: 0, err: '' });
    const broken = template.replace('} - {', '} + {');
    expect(broken).not.toBe(template);
    expect((await prunus('verify', write('broken.ts', component(broken)), '--cases', '5')).code).toBe(1);
  });

  test('passes its check', async () => {
    const own = pathToFileURL(write('difference.ts', component(template))).href;
    const text = files
      .get('tests/component/checks/difference.ts')!
      .replace(`'../../../${source}'`, JSON.stringify(own))
      .replaceAll("'../../../", `'${root}/`)
      .replace("'./stimulus.ts'", JSON.stringify(join(root, 'tests/component/checks/stimulus.ts')));
    const module = (await import(pathToFileURL(write('checks.ts', text)).href)) as {
      differenceChecks: ComponentCheck[];
    };
    const [check] = module.differenceChecks;
    const { problems, words } = await runCheck(prepareCheck(check!));
    expect(problems).toEqual([]);
    expect(words).toBeGreaterThan(100);
  });
});
