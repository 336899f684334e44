import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prunus, root, scratchFolder } from './prunus.ts';

const scratch = scratchFolder();

describe('diagram', () => {
  test('draws what the documentation shows', async () => {
    const out = join(scratch, 'top.svg');
    expect(await prunus('diagram', 'sprint-s', '--out', out)).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(join(root, 'docs', 'sprint-s.svg'), 'utf8'));
  });

  test('draws a level, and tells as data what is in it', async () => {
    const out = join(scratch, 'core.svg');
    const made = await prunus('diagram', 'sprint-l', '--level', 'corelet3', '--set', 'dim=8', '--out', out, '--json');
    const data = JSON.parse(made.out) as { component: string; boxes: { name: string }[]; arrows: unknown[] };
    expect(data.component).toBe('corelet');
    expect(data.boxes.map((b) => b.name)).toEqual(expect.arrayContaining(['key_store', 'scoring', 'weighing']));
    expect(readFileSync(out, 'utf8')).toContain('corelet3 (corelet)');
  });

  test.each([
    [['--level', 'core', '--out', 'x.svg'], 'PR0801 core: sprint_s has no instance '],
    [['--level', 'merge', '--out', 'x.svg'], 'PR0802 merge: this part is a template'],
    [['--out', join(scratch, 'none', 'x.svg')], 'PR0707 '],
    [[], "error: required option '--out <file.svg>' not specified"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, err } = await prunus('diagram', 'sprint-s', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('--help has examples', async () => {
    expect((await prunus('diagram', '--help')).out).toMatch(/Examples:\n {2}\$ prunus diagram /);
  });
});
