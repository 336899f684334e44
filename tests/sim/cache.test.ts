import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { cached, cacheKey, cacheRoot } from '../../src/sim/cache.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import * as duts from './duts.ts';

const folder = mkdtempSync(join(tmpdir(), 'prunus-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(folder, 'cache-'));
});

const key = cacheKey('test');
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const write = (text: string) => (entry: string) => writeFile(join(entry, 'made'), text);

describe('the store', () => {
  test('builds once', async () => {
    expect(await cached(root, key, write('a'))).toEqual({ folder: join(root, key), hit: false });
    const never = () => Promise.reject(new Error('built twice'));
    expect(await cached(root, key, never)).toEqual({ folder: join(root, key), hit: true });
  });

  test('two at once: one builds, both have it', async () => {
    let builds = 0;
    const slow = async (entry: string) => {
      builds++;
      await sleep(200);
      await write('x')(entry);
    };
    const entries = await Promise.all([cached(root, key, slow), cached(root, key, slow)]);
    expect(builds).toBe(1);
    expect(entries.filter((e) => e.hit).length).toBe(1);
  });

  test('a build that fails leaves nothing, and the next one may try', async () => {
    const failing = async (entry: string) => {
      await write('half')(entry);
      throw new Error('no');
    };
    await expect(cached(root, key, failing)).rejects.toThrow('no');
    expect(readdirSync(root)).toEqual([]);
    expect((await cached(root, key, write('a'))).hit).toBe(false);
  });

  test('what a killed process left is removed, and its lock does not hold anyone up', async () => {
    const gone = `${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}.999999999`;
    const stale = join(root, `tmp-${gone}-${key}-aa`);
    mkdirSync(stale);
    writeFileSync(join(root, `${key}.lock`), gone);
    const started = Date.now();
    await cached(root, key, write('a'));
    expect(Date.now() - started).toBeLessThan(2000);
    expect(readdirSync(root)).toEqual([key]);
  });

  test("another machine's unfinished build stays until it is an hour old", async () => {
    const [young, old] = ['aa', 'bb'].map((x) => join(root, `tmp-elsewhere.1-${key}-${x}`));
    mkdirSync(young!);
    mkdirSync(old!);
    utimesSync(old!, new Date(), new Date(Date.now() - 2 * 3600 * 1000));
    await cached(root, key, write('a'));
    expect([existsSync(young!), existsSync(old!)]).toEqual([true, false]);
  });

  test('a folder that cannot be written is said to be so', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(cached(join(file, 'cache'), key, write('a'))).rejects.toMatchObject({ code: 'PR0515' });
  });
});

test('the folder: option before PRUNUS_CACHE before sim/cache', () => {
  const before = process.env['PRUNUS_CACHE'];
  try {
    process.env['PRUNUS_CACHE'] = '/x/env';
    expect(cacheRoot('/x/option')).toBe('/x/option');
    expect(cacheRoot()).toBe('/x/env');
    delete process.env['PRUNUS_CACHE'];
    expect(cacheRoot()).toBe(join(process.cwd(), 'sim', 'cache'));
  } finally {
    if (before !== undefined) process.env['PRUNUS_CACHE'] = before;
  }
});

test('a built simulation is found again at once, and not for another design', async () => {
  const first = await openSimulation(duts.rude, { cacheDir: root });
  expect(first.build.cached).toBe(false);
  const again = await openSimulation(duts.rude, { cacheDir: root });
  expect(again.build.cached).toBe(true);
  expect(again.build.seconds).toBeLessThan(0.5);
  const edited = { ...duts.rude, files: [{ ...duts.rude.files[0]!, text: `${duts.rude.files[0]!.text}// edited\n` }] };
  expect((await openSimulation(edited, { cacheDir: root })).build.cached).toBe(false);
  expect((await openSimulation(duts.rude, { cacheDir: root, defines: ['X'] })).build.cached).toBe(false);
});

/** Opens and runs the simulation in a process of its own. */
function inProcess(): { child: ReturnType<typeof spawn>; exit: Promise<number | null> } {
  const script = new URL('open-fifo.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, PRUNUS_CACHE: root },
    stdio: 'inherit',
  });
  return { child, exit: new Promise((done) => child.on('exit', (code) => done(code))) };
}

test('processes that build the same design at once all succeed', async () => {
  const codes = await Promise.all([inProcess(), inProcess(), inProcess()].map((p) => p.exit));
  expect(codes).toEqual([0, 0, 0]);
  expect(readdirSync(root).filter((name) => !/^[0-9a-f]{24}$/.test(name))).toEqual([]);
  expect(readdirSync(root).length).toBe(2); // the design and the runtime
});

test('a build that is killed leaves nothing that looks finished', async () => {
  const { child, exit } = inProcess();
  while (!readdirSync(root).some((name) => name.startsWith('tmp-'))) await sleep(5);
  child.kill('SIGKILL');
  await exit;
  expect(readdirSync(root).filter((name) => /^[0-9a-f]{24}$/.test(name))).toEqual([]);
  const sim = await openSimulation(duts.fifo, { cacheDir: root });
  const [r] = await sim.run([duts.fifoCase(duts.fifoItems(5))]);
  expect(r!.status).toBe('ok');
  expect(readdirSync(root).filter((name) => !/^[0-9a-f]{24}$/.test(name))).toEqual([]);
});
