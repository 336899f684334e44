import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImports } from '../../scripts/check-imports.ts';

const root = resolve(import.meta.dirname, '../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunus-imports-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'src', path)), { recursive: true });
    writeFileSync(join(folder, 'src', path), text);
  }
}

/** What the check says about a tree of the given files. */
function check(files: Record<string, string>): string {
  plant(files);
  return checkImports(folder).join('\n');
}

describe('the import rule', () => {
  it('allows imports that point down, within a layer, and what each side may use', () => {
    const printed = check({
      'errors.ts': 'export class E {}\n',
      'numerics/round.ts': `import { E } from '../errors.ts';\nexport const e = E;\n`,
      'dsl/a.ts': `import { z } from 'zod';\nimport { b } from './b.ts';\nexport const a = [z, b];\n`,
      'dsl/b.ts': `import { e } from '../numerics/round.ts';\nexport const b = e;\n`,
      'sim/run.ts': `import { readFileSync } from 'node:fs';\nimport { execa } from 'execa';\nexport * from '../dsl/a.ts';\n`,
      'index.ts': `export * from './sim/run.ts';\n`,
    });
    expect(printed).toBe('');
  });

  it.each([
    ['import', `import { up } from '../emit/up.ts';`],
    ['type import', `import type { up } from '../emit/up.ts';`],
    ['import type expression', `export type Up = import('../emit/up.ts').Up;`],
    ['export from', `export { up } from '../emit/up.ts';`],
    ['export *', `export * from '../emit/up.ts';`],
    ['dynamic import', `export const up = import('../emit/up.ts');`],
    ['bare import', `import '../emit/up.ts';`],
  ])('catches %s that points up, with file and line', (_, line) => {
    const printed = check({ 'emit/up.ts': 'export const up = 1;\n', 'dsl/low.ts': `// first line\n\n${line}\n` });
    expect(printed).toBe(
      `src/dsl/low.ts:3: import of '../emit/up.ts': imports point down: "dsl" must not import from "emit", which is above it`,
    );
  });

  it.each(['node:fs', 'fs', 'node:child_process', 'execa', 'vite/client', '@yowasp/yosys'])(
    'keeps %s out of a pure layer',
    (name) => {
      expect(check({ 'components/fifo/model.ts': `import x from '${name}';\n` })).toContain(
        `src/components/fifo/model.ts:1: import of '${name}': "components" is a pure layer`,
      );
    },
  );

  it('keeps require() out of a pure layer', () => {
    expect(check({ 'numerics/a.ts': `export const fs = require('fs');\n` })).toContain('src/numerics/a.ts:1:');
  });

  it('keeps src/index.ts on top and src/errors.ts at the bottom', () => {
    const printed = check({
      'index.ts': 'export const x = 1;\n',
      'cli/main.ts': `import { x } from '../index.ts';\nexport const y = x;\n`,
      'numerics/n.ts': 'export const n = 1;\n',
      'errors.ts': `import { n } from './numerics/n.ts';\nexport const m = n;\n`,
    });
    expect(printed).toContain('src/cli/main.ts:1:');
    expect(printed).toContain('src/errors.ts:1:');
  });

  it('catches a cycle, also through type imports and within a layer', () => {
    const printed = check({
      'dsl/a.ts': `import type { B } from './b.ts';\nexport type A = B;\n`,
      'dsl/b.ts': `\nimport type { C } from './c.ts';\nexport type B = C;\n`,
      'dsl/c.ts': `import type { A } from './a.ts';\nexport type C = A | 1;\n`,
      'dsl/d.ts': `import type { A } from './a.ts';\nexport type D = A;\n`,
    });
    expect(printed).toBe('src/dsl/a.ts:1: import cycle: dsl/a.ts -> dsl/b.ts -> dsl/c.ts -> dsl/a.ts');
  });

  it('catches a folder that is no layer and an import that leaves src', () => {
    expect(check({ 'util/misc.ts': 'export const x = 1;\n' })).toContain('src/util/misc.ts:1: "util" is no layer');
    expect(check({ 'cli/out.ts': `import '../../tests/x.ts';\n` })).toContain('must not import from outside src');
  });

  it('prints what it found and exits with 1 from the command line', () => {
    plant({ 'dsl/low.ts': `import 'node:fs';\n` });
    const tsx = join(root, 'node_modules/.bin/tsx');
    const { status, stdout } = spawnSync(tsx, [join(root, 'scripts/check-imports.ts'), folder], { encoding: 'utf8' });
    expect({ status, lines: stdout.trim().split('\n').length }).toEqual({ status: 1, lines: 1 });
    expect(stdout).toContain('src/dsl/low.ts:1:');
  });
});
