import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prunus, scratchFolder } from './prunus.ts';

const scratch = scratchFolder();

test('the demo says what a person wants to know', async () => {
  const out = join(scratch, 'sprint-s');
  const { code, out: said } = await prunus('demo', '--out', out);
  const lines = said.trimEnd().split('\n');
  expect(lines[0]).toBe('SPRINT-S on Universal Sentence Encoder Lite, layer 0: 4 heads x 128 tokens x 64');
  const value = (name: string) =>
    lines
      .find((l) => l.startsWith(`  ${name} `))
      ?.slice(name.length + 3)
      .trim();
  expect(value('kept')).toMatch(/^25\.\d % of the query-key pairs$/);
  const [, pruned, dense, ratio] = /^([\d,]+) pruned, ([\d,]+) with pruning off: ([\d.]+) times faster$/.exec(
    value('cycles')!,
  )!;
  const number = (text: string | undefined) => Number(text!.replaceAll(',', ''));
  expect(number(dense) / number(pruned)).toBeCloseTo(Number(ratio), 2);
  expect(Number(ratio)).toBeGreaterThan(1.5);
  expect(value('keys')).toMatch(/^[\d,]+ fetched, [\d,]+ found on chip$/);
  expect(value('mismatches')).toBe('0 of 73,728 words, RTL in Verilator against the golden model');
  expect(value('error, all kept')).toMatch(/^cosine 0\.999/);
  expect(value('lint')).toMatch(/^0 warnings/);
  expect(value('Verilog')).toBe(`${out} (top sprint_s, file list sprint_s.f)`);
  expect(existsSync(join(out, 'rtl', 'sprint_s.v'))).toBe(true);
  expect(code).toBe(0);
});
