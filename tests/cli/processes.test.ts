/** What only shows in processes of their own: Ctrl-C, two runs at once, a reader that goes away. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, scratchFolder, start, writeTensors } from './prunus.ts';

const scratch = scratchFolder();
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !what(); i++) await wait(25);
  expect(what()).toBe(true);
}

/** Command lines of live processes that mention `text`. */
const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
        const cwd = readlinkSync(join('/proc', pid, 'cwd'));
        return line.includes(text) || cwd.includes(text) ? [line] : [];
      } catch {
        return [];
      }
    });

describe('processes', () => {
  test.each([
    ['as soon as a lock is there', /lock$/],
    ['in the middle of a build', /^tmp-/],
  ])('Ctrl-C %s: no orphan, no output', async (when, sign) => {
    const cache = join(scratch, `interrupted-${when.replaceAll(' ', '-')}`);
    const out = join(scratch, 'out.npy');
    const tensors = writeTensors(scratch, [12, 8]);
    const env = { PRUNUS_CACHE: cache, TMPDIR: scratch };
    const running = start(['run', 'sprint-s', ...tensors, '--engine', 'both', '--out', out], { env });
    await until(() => existsSync(cache) && readdirSync(cache).some((name) => sign.test(name)));
    running.child.kill('SIGINT');
    const { code, signal, err } = await running.done;
    expect(signal === 'SIGINT' || code === 130).toBe(true);
    expect(err).not.toMatch(/^\s+at /m);
    await until(() => processesWith(cache).length === 0);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(cache).filter((name) => /^tmp-|lock$/.test(name))).toEqual([]);
    expect(readdirSync(scratch).filter((name) => name.startsWith('prunus-sim-'))).toEqual([]);
  });

  test('Ctrl-C while a design is written: all of it is there, or nothing', async () => {
    const folder = join(scratch, 'interrupted-generate');
    mkdirSync(folder);
    const running = start(['generate', 'sprint-l', '--flow', 'all', '--out', join(folder, 'lab')]);
    await until(() => readdirSync(folder).length > 0);
    running.child.kill('SIGINT');
    const { err } = await running.done;
    expect(err).not.toMatch(/^\s+at /m);
    const made = readdirSync(folder);
    if (made.length === 0) return;
    expect(made).toEqual(['lab']);
    const manifest = JSON.parse(readFileSync(join(folder, 'lab', 'manifest.json'), 'utf8')) as { all: string[] };
    for (const file of manifest.all) expect(existsSync(join(folder, 'lab', file))).toBe(true);
  });

  test('two runs at once in one cache', async () => {
    const env = { PRUNUS_CACHE: join(scratch, 'shared') };
    const tensors = writeTensors(scratch, [2, 12, 8]);
    const run = (name: string) =>
      start(['run', 'sprint-s', ...tensors, '--engine', 'both', '--raw', join(scratch, name), '--json'], { env }).done;
    const both = await Promise.all([run('a.npy'), run('b.npy')]);
    for (const { code, out } of both) {
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ mismatches: 0 });
    }
    expect(readFileSync(join(scratch, 'a.npy')).equals(readFileSync(join(scratch, 'b.npy')))).toBe(true);
  });

  test('a reader that has seen enough', () => {
    const main = join(root, 'src', 'cli', 'main.ts');
    const shell = `node --import tsx ${main} list softmax --json | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const said = execFileSync('bash', ['-c', shell], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(said).toBe('{"name":"s 0\n');
  });
});
