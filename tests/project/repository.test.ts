/** What must hold for the files that git tracks, whoever wrote them. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Tracked text files. Without git (a source archive) there is nothing to look at. */
function trackedTexts(): { path: string; text: string }[] {
  if (!existsSync(join(root, '.git'))) return [];
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)) && lstatSync(join(root, path)).isFile())
    .map((path) => ({ path, text: read(path) }))
    .filter(({ text }) => !text.includes('\0'));
}

/** Where somebody's files live: a home or work folder with a name in it, or a drive. */
const machinePath = /(?<![\w.$}~*-]|(?<!\/)\/)\/(?:home|work|workspace|root|Users|scratch)\/[\w.-]+|\b[A-Z]:\\+\w+/;
/** Hosts that only exist inside somebody's network, and addresses of one. Loopback is everybody's. */
const privateHost =
  /\b[a-z][a-z+]*:\/\/(?:[\w.-]+@)?(?:[\w-]+(?=[:/]|$)(?<!localhost)|[\w.-]+\.(?:internal|local|lan|corp|intranet)\b|(?!127\.)\d+\.\d+\.\d+\.\d+)/;

/** `path:line: text` of every line that the pattern matches. */
const linesWith = (pattern: RegExp, files: readonly { path: string; text: string }[]): string[] =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );

const slash = '/';

describe('tracked files', () => {
  const others = trackedTexts().filter(({ path }) => path !== 'package-lock.json');

  it('name no place on a machine', () => {
    expect(linesWith(machinePath, others)).toEqual([]);
  });

  it('name no private host', () => {
    expect(linesWith(privateHost, trackedTexts())).toEqual([]);
  });

  it('are not what a build or a run leaves behind', () => {
    const left = /(^|\/)(node_modules|dist|coverage|obj_dir)\/|\.(vcd|fst|log|tsbuildinfo|tgz|orig|rej|swp)$/;
    expect(trackedTexts().filter(({ path }) => left.test(path))).toEqual([]);
  });
});

describe('the patterns', () => {
  it.each([
    `${slash}home/ann/x`,
    `"${slash}work/prunus"`,
    `${slash}Users/ann`,
    `file://${slash}root/x`,
    String.raw`C:${'\\'}Users`,
  ])('see %s', (text) => expect(text).toMatch(machinePath));

  it.each([
    `src${slash}work${slash}loads.ts`,
    `.${slash}home${slash}x`,
    `~${slash}home${slash}x`,
    'tests/workload',
    `~${slash}work${slash}x`,
    `a${slash}root${slash}b`,
  ])('let %s be', (text) => expect(text).not.toMatch(machinePath));

  it.each([
    `https:${slash}/registry/x`,
    `http:${slash}/npm.corp/x`,
    `https:${slash}/10.1.2.3:80/x`,
    `git:${slash}/a.b.internal/x`,
  ])('see %s', (text) => expect(text).toMatch(privateHost));

  it.each([
    'https://registry.npmjs.org/x',
    'http://localhost:80/',
    'http://127.0.0.1/',
    'https://www.apache.org/licenses/',
  ])('let %s be', (text) => expect(text).not.toMatch(privateHost));
});

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

describe('package.json and package-lock.json', () => {
  const own = JSON.parse(read('package.json')) as LockedPackage;
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };

  it('pins exact versions', () => {
    for (const version of Object.values({ ...own.dependencies, ...own.devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('agree', () => {
    expect(lock.packages['']!.dependencies).toEqual(own.dependencies);
    expect(lock.packages['']!.devDependencies).toEqual(own.devDependencies);
  });

  it('lock every platform of packages with native parts, as `npm ci` demands', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) =>
          !lock.packages[`node_modules/${name}`]?.version && !lock.packages[`${path}/node_modules/${name}`]?.version,
      ),
    );
    expect(missing).toEqual([]);
  });

  it('name no registry but the public one, and have checksums', () => {
    for (const [path, entry] of Object.entries(lock.packages)) {
      if (path === '') continue;
      expect(entry.resolved ?? 'https://registry.npmjs.org/').toMatch(/^https:\/\/registry\.npmjs\.org\//);
      expect(entry.integrity, path).toMatch(/^sha512-/);
    }
  });
});

it('the licence is the one that package.json names', () => {
  expect(read('package.json')).toContain('"license": "Apache-2.0"');
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/);
});
