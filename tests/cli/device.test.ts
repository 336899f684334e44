/** `prunus device` as it is typed. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prunus, scratchFolder, start } from './prunus.ts';

const folder = scratchFolder();
const noise = ['--set', 'device.programSigma=0.02', '--set', 'device.readSigma=0.003'];
const short = ['--valid-length', '32'];
const ask = (...more: string[]) => prunus('device', 'yield', 'sprint-s', ...noise, ...short, '--json', ...more);
/** A report without what may differ from run to run. */
const steady = (text: string) => ({ ...(JSON.parse(text) as object), jobs: 0, seconds: 0 });

describe('device yield', () => {
  it('gives the same whatever the number of jobs, and whether it was interrupted or not', async () => {
    const out = join(folder, 'yield');
    const one = await ask('--chips', '12', '--jobs', '1');
    expect({ code: one.code, err: one.err }).toEqual({ code: 0, err: '' });
    const half = await ask('--chips', '7', '--jobs', '1', '--out', out);
    expect(half.code).toBe(0);
    const file = join(out, readdirSync(out).find((name) => /^chips-[0-9a-f]{16}\.jsonl$/.test(name))!);
    const before = readFileSync(file, 'utf8');
    expect(before.trimEnd().split('\n')).toHaveLength(1 + 7);
    appendFileSync(file, '{"chip":7,"se');
    const whole = await ask('--chips', '12', '--jobs', '2', '--out', out);
    expect(steady(whole.out)).toEqual(steady(one.out));
    const after = readFileSync(file, 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(after.trimEnd().split('\n')).toHaveLength(1 + 12);
    for (const name of ['yield.svg', 'flips.svg']) expect(readFileSync(join(out, name), 'utf8')).toMatch(/^<svg /);
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toMatchObject({ chips: 12, design: 'sprint-s' });

    // Other settings are other chips.
    expect((await ask('--chips', '2', '--seed', '2', '--jobs', '1', '--out', out)).code).toBe(0);
    expect(readdirSync(out).filter((name) => name.startsWith('chips-'))).toHaveLength(2);

    // What a model that has changed since would not give is not mixed with what it gives.
    writeFileSync(file, after.replace(/"flipRate":0\.\d+/, '"flipRate":0.5'));
    const stale = await ask('--chips', '12', '--out', out);
    expect({ code: stale.code, said: stale.err.slice(0, 6) }).toEqual({ code: 2, said: 'PR0606' });
    writeFileSync(file, after.replace('"chip":1,', ''));
    appendFileSync(file, 'nonsense\n');
    expect((await ask('--out', out)).err).toContain(': line 14 is no result. Fix: remove the file to start anew.');
  });

  it('keeps what is done when it is interrupted', async () => {
    const out = join(folder, 'stopped');
    const args = ['device', 'yield', 'sprint-s', ...noise, '--chips', '100000', '--jobs', '1', '--out', out];
    const { child, done } = start(args);
    const kept = () => {
      const name = existsSync(out) ? readdirSync(out).find((n) => n.startsWith('chips-')) : undefined;
      return name === undefined ? [] : readFileSync(join(out, name), 'utf8').trimEnd().split('\n').slice(1);
    };
    // oxlint-disable-next-line no-await-in-loop -- waiting
    while (kept().length < 3) await new Promise((later) => setTimeout(later, 50));
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    const chips = kept().map((line) => (JSON.parse(line) as { chip: number }).chip);
    expect(chips).toEqual(chips.map((_, n) => n));
    expect(existsSync(join(out, 'report.json'))).toBe(false);
  });

  it('runs HARDSEA with a codebook', async () => {
    const settings = ['--set', 'device.jitterSigma=0.02', '--codebook', 'self', '--valid-length', '24', '--top-k', '6'];
    const { code, out } = await prunus(
      'device',
      'yield',
      'hardsea',
      ...settings,
      '--chips',
      '3',
      '--jobs',
      '1',
      '--json',
    );
    expect(code).toBe(0);
    const report = JSON.parse(out) as { ideal_kept_fraction: number; measures: { flipRate: { least: number } } };
    expect(report.ideal_kept_fraction).toBe(0.25);
    expect(report.measures.flipRate.least).toBeGreaterThan(0);
  });
});

it('device margin says what the array resolves, and writes both plots', async () => {
  const out = join(folder, 'margin');
  const args = ['device', 'margin', 'sprint-s', ...noise, ...short, '--chips', '4', '--out', out];
  const { code, out: text } = await prunus(...args);
  expect(code).toBe(0);
  expect(text).toMatch(/^sprint-s: 4 heads x 128 tokens x 64, 25\.\d % kept; 4 chips, seed 1\n/);
  expect(text).toMatch(/\n {2}guard band for 99\.0 % recall +\d\.\d+, keeps \d\d\.\d % of the pairs\n/);
  expect(readdirSync(out).toSorted()).toEqual(['guard.svg', 'margin.svg', 'report.json']);
  const again = await prunus(...args, '--json');
  const report = JSON.parse(again.out) as { deviation: { spread: number }; alone: Record<string, unknown> };
  expect(report).toEqual(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  expect(Object.keys(report.alone)).toEqual(['programming', 'read noise']);
});

it.each([
  [
    ['yield', 'sprint-s'],
    'PR0607 the devices of sprint-s are perfect: every chip is the same. Fix: give them a spread',
  ],
  [['margin', 'leopard-ae'], 'PR0607 leopard-ae has no analog array. Fix: use a design of SPRINT or HARDSEA'],
  [['yield', 'sprint-s', ...noise, '--chips', '1'], "PR0706 --chips: '1': a whole number from 2 to 1000000 is needed."],
  [['yield', 'sprint-s', '--q', 'q.npy'], 'PR0706 --k: is missing; --q, --k and --v go together.'],
  [
    ['margin', 'sprint-s', '--keep', '0.5', '--threshold', '1'],
    'PR0708 --keep: cannot be used together with --threshold.',
  ],
  [
    ['yield', 'hardsea', '--set', 'device.readSigma=0.1'],
    'PR0603 this design predicts relevance from a codebook, and there',
  ],
  [['bits', '--keep', '0'], "PR0706 --keep: '0': a number from 0.01 to 1 is needed."],
  [['bits', '--task', 'stars'], "PR0811 there is no task 'stars'. Fix: use one of sentiment, spam"],
])('%j is refused', async (args, said) => {
  const { code, out, err } = await prunus('device', ...args);
  expect({ code, out, said: err.slice(0, said.length) }).toEqual({ code: 2, out: '', said });
});
