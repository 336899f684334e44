/** Set-up and `npm test` themselves, run on small made-up checkouts with a made-up apt-get. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const programs = ['verilator', 'g++', 'make', 'iverilog', 'vvp', 'ccache', 'mold', 'yosys', 'ngspice', 'sta'];

/** Of osu018, where the made-up qflow has it. */
const library = (): string => join(top, 'qflow/tech/osu018/osu018_stdcells.lib');

let top: string;
let checkout: string;
let bin: string;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const program = (name: string, script: string): void => {
  write(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
};

/** Runs a script of the made-up checkout, whose PATH holds Node, a few basics and what the test put there. */
function run(script: string, ...args: string[]): { status: number | null; output: string } {
  const env: NodeJS.ProcessEnv = { PATH: bin, HOME: top, PRUNUS_APT_RETRY_MS: '1', PRUNUS_QFLOW: join(top, 'qflow') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(checkout, 'scripts', script), ...args], {
    encoding: 'utf8',
    env,
  });
  // Node and vite print advice to stderr; it matters only when the script died.
  return { status, output: status === 0 || stdout !== '' ? stdout : stderr };
}

/** An apt-get that records its arguments and "installs" a package by putting its programs on the PATH. */
const aptGet = (before = ''): string => `echo "$@" >> ${join(top, 'apt.log')}
${before}
case " $* " in *" install "*) ;; *) exit 0 ;; esac
for name in "$@"; do
  case "$name" in
    qflow-tech-osu018) : > ${library()} ;;
    opensta) ln -sf "$(command -v true)" ${bin}/sta ;;
    iverilog) ln -sf "$(command -v true)" ${bin}/iverilog; ln -sf "$(command -v true)" ${bin}/vvp ;;
    ${programs.join('|')}) ln -sf "$(command -v true)" ${bin}/$name ;;
  esac
done`;
const aptCalls = (): string[] => {
  const log = join(top, 'apt.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'prunus-setup-'));
  checkout = join(top, 'checkout');
  bin = join(top, 'bin');
  cpSync(join(root, 'scripts'), join(checkout, 'scripts'), { recursive: true });
  // One dependency, which npm links from a folder: no registry is needed.
  const own = { name: 'x', version: '1.0.0', dependencies: { part: 'file:part' } };
  const locked = { '': own, 'node_modules/part': { resolved: 'part', link: true }, part: { version: '1.0.0' } };
  const scripts = { build: 'node build.cjs' };
  write(join(checkout, 'package.json'), JSON.stringify({ ...own, type: 'module', scripts }));
  write(join(checkout, 'package-lock.json'), JSON.stringify({ ...own, lockfileVersion: 3, packages: locked }));
  write(join(checkout, 'part/package.json'), '{"name":"part","version":"1.0.0"}');
  write(
    join(checkout, 'build.cjs'),
    `const fs = require('fs'); fs.mkdirSync('dist', { recursive: true });
fs.appendFileSync('builds', 'x'); for (const f of fs.readdirSync('src')) fs.writeFileSync('dist/' + f.replace('.ts', '.js'), '');`,
  );
  write(join(checkout, 'src/a.ts'), '');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['sh', 'env', 'ln', 'true']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found.startsWith('/') ? found : join('/bin', name), join(bin, name));
  }
  const npm = spawnSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).stdout.trim();
  program('npm', `exec node ${npm} "$@"`);
  for (const name of programs) program(name, '');
  write(library(), '');
  // Whether or not the tests run as root: this sudo needs no password.
  program('sudo', '[ "$1" = -n ] && shift; exec "$@"');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('set-up', () => {
  it('installs, builds, and does nothing the second time', () => {
    const first = run('setup.mjs');
    expect(first).toMatchObject({ status: 0 });
    expect(first.output).toMatch(/^set-up: npm packages .*\d s\nset-up: build .*\d s\n$/);
    expect(run('setup.mjs')).toEqual({ status: 0, output: '' });
    expect(aptCalls()).toEqual([]);
    rmSync(join(checkout, 'node_modules/part'), { recursive: true });
    expect(run('setup.mjs').output).toMatch(/^set-up: npm packages .*\d s\n$/);
    expect(existsSync(join(checkout, 'node_modules/part'))).toBe(true);
  });

  it('shows what npm said when it fails, and stops there', () => {
    write(
      join(checkout, 'package-lock.json'),
      '{"lockfileVersion":3,"packages":{"node_modules/gone":{"version":"1.0.0"}}}',
    );
    const { status, output } = run('setup.mjs');
    expect(output).toMatch(/failed after .*\n.*npm error/s);
    expect(output).not.toContain('set-up: build');
    expect(status).toBe(1);
  });

  it('builds again when a source changed, and removes what a deleted source left', () => {
    write(join(checkout, 'src/b.ts'), '');
    expect(run('setup.mjs').status).toBe(0);
    expect(existsSync(join(checkout, 'dist/b.js'))).toBe(true);
    appendFileSync(join(checkout, 'src/a.ts'), '// more');
    rmSync(join(checkout, 'src/b.ts'));
    expect(run('setup.mjs').output).toMatch(/^set-up: build .*\d s\n$/);
    expect(existsSync(join(checkout, 'dist/b.js'))).toBe(false);
    expect(readFileSync(join(checkout, 'builds'), 'utf8')).toBe('xx');
  });

  it('says why when the build fails, and tries again the next time', () => {
    write(join(checkout, 'build.cjs'), `console.log('a.ts(1,1): error'); process.exit(2)`);
    for (let time = 0; time < 2; time += 1) {
      const { status, output } = run('setup.mjs');
      expect(status).toBe(1);
      expect(output).toContain('a.ts(1,1): error');
    }
  });

  it('installs missing packages with one update and one apt-get install', () => {
    for (const name of ['yosys', 'vvp', 'g++']) rmSync(join(bin, name));
    rmSync(library());
    program('apt-get', aptGet());
    expect(run('setup.mjs').status).toBe(0);
    const [update, install, ...more] = aptCalls();
    expect(update).toMatch(/ update$/);
    expect(install).toMatch(/ install -y --no-install-recommends g\+\+ iverilog yosys qflow-tech-osu018$/);
    expect(existsSync(library())).toBe(true);
    expect(more).toEqual([]);
  });

  it('tries once more when another apt holds the lock', () => {
    rmSync(join(bin, 'make'));
    program('apt-get', aptGet(`[ -e ${top}/tried ] || { : > ${top}/tried; echo "E: Could not get lock"; exit 100; }`));
    expect(run('setup.mjs').status).toBe(0);
    expect(aptCalls().map((call) => /\b(update|install)\b/.exec(call)![1])).toEqual(['update', 'update', 'install']);
  });

  it('installs the others when the distribution lacks one', () => {
    for (const name of ['make', 'mold']) rmSync(join(bin, name));
    program('apt-get', aptGet('case "$*" in *mold*) echo "E: Unable to locate package mold"; exit 100 ;; esac'));
    const { status, output } = run('setup.mjs');
    expect(existsSync(join(bin, 'make'))).toBe(true);
    expect(output).toContain('Unable to locate package mold');
    expect(status).toBe(0);
  });

  it('prints the one command to type when it may not install, and fails', () => {
    for (const name of ['verilator', 'ccache']) rmSync(join(bin, name));
    for (const start of ['setup.mjs', 'start.mjs']) {
      const { status, output } = run(start);
      expect(status).toBe(1);
      expect(output).toContain(
        '  sudo apt-get update && sudo apt-get install -y --no-install-recommends verilator ccache\n',
      );
    }
  });

  it('goes on without a tool that is only wanted', () => {
    rmSync(join(bin, 'mold'));
    const { status, output } = run('setup.mjs');
    expect(output).toContain('install -y --no-install-recommends mold\n');
    expect(status).toBe(0);
  });
});

describe('npm test', () => {
  /** Gives the checkout the real packages and vitest settings, and one test file. */
  const withTests = (body: string): void => {
    for (const name of ['package-lock.json', 'vitest.config.ts']) cpSync(join(root, name), join(checkout, name));
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    write(
      join(checkout, 'tests/project/a.test.ts'),
      `import { appendFileSync } from 'node:fs';\nimport { expect, it } from 'vitest';
const simulated = (entry: unknown) => appendFileSync(process.env.PRUNUS_TEST_LEDGER!, JSON.stringify(entry) + '\\n');\n${body}`,
    );
  };

  it('counts tests and simulations, and ends with the totals', () => {
    withTests(`it('one', () => simulated({ kind: 'verilator', cases: 4000, cycles: 5000000 }));
it('two', () => { simulated({ kind: 'verilator', cases: 1, cycles: 1 }); simulated({ kind: 'icarus', cases: 2, cycles: 9 }); });
it.skip('three', () => {});`);
    const { status, output } = run('test.mjs', '--only', 'project');
    expect(output).toMatch(
      /\n2 tests \(1 skipped\) and 0 checks, 4,003 simulated cases in 2 Verilator runs and 1 Icarus run, 5,000,010 cycles, [\d.]+ s\n2 passed, 0 failed\n$/,
    );
    expect(status).toBe(0);
  });

  it.each([
    ['a failing test', `it('one', () => expect(1).toBe(2)); it('two', () => {});`, '1 passed, 1 failed'],
    ['a file that does not load', `it('one', () => {}); throw new Error('no');`, '0 passed, 1 failed'],
    [
      'an error that no test awaits',
      `it('one', () => { void Promise.reject(new Error('no')); });`,
      '1 passed, 1 failed',
    ],
    ['a ledger line that is none', `it('one', () => simulated({ kind: 'abacus', cases: 1 }));`, '1 passed, 1 failed'],
    ['a stage that lost its tests', '', '0 passed, 1 failed'],
  ])('fails on %s', (_, body, last) => {
    withTests(body);
    if (body === '') rmSync(join(checkout, 'tests'), { recursive: true });
    const { status, output } = run('test.mjs', '--only=project');
    expect(output.trimEnd().split('\n').at(-1)).toBe(last);
    expect(status).toBe(1);
  });

  it('runs what it can without a tool, and fails', () => {
    withTests(`it('one', () => {});`);
    rmSync(join(bin, 'yosys'));
    const { status, output } = run('test.mjs', '--only', 'project');
    expect(output).toContain('install -y --no-install-recommends yosys\n');
    expect(output).toMatch(/\n1 passed, 1 failed\n$/);
    expect(status).toBe(1);
  });

  it('names the stages when it is asked for one that does not exist', () => {
    const { status, output } = run('test.mjs', '--only', 'units');
    expect(output).toContain('there is no stage "units"');
    expect(output).toContain('format, lint, types, imports, deadcode, unit,');
    expect(status).toBe(2);
  });
});
