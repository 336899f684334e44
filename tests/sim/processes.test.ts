import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { runTool } from '../../src/sim/processes.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import { installMissing, probeToolchain } from '../../src/sim/toolchain.ts';
import * as duts from './duts.ts';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Is there a process of this id that has not ended? */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (!pids.some(alive)) return true;
    await new Promise((wake) => setTimeout(wake, 30));
  }
  return false;
}

/** Two ids: a program's and that of one it started. */
const starter = ['-c', 'sleep 300 & echo "pids $$ $!"; wait'];
const pidsOf = (line: string) => line.split(' ').slice(1).map(Number);

// Two ways of starting: programs by name through execa, those by path directly.
describe.each(['sh', '/bin/sh'])('running %s', (sh) => {
  test('returns its output and exit code', async () => {
    const run = runTool(sh, ['-c', 'echo out; echo err >&2; exit 3'], { mayFail: true });
    expect(await run).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a failure shows what the program said', async () => {
    await expect(runTool(sh, ['-c', 'echo because >&2; exit 3'])).rejects.toMatchObject({
      code: 'PR0511',
      message: 'sh failed with exit code 3.\nbecause',
    });
  });

  test('a time limit ends it and what it started', async () => {
    let pids: number[] = [];
    const onLine = (line: string) => (pids = pidsOf(line));
    await expect(runTool(sh, starter, { timeoutMs: 300, onLine })).rejects.toMatchObject({ code: 'PR0512' });
    expect(pids.length).toBe(2);
    expect(await gone(pids)).toBe(true);
  });

  test('cancelling ends it even if it will not listen', async () => {
    const controller = new AbortController();
    let pids: number[] = [];
    const onLine = (line: string) => {
      pids = pidsOf(line);
      controller.abort();
    };
    const deaf = ['-c', `trap '' TERM; ${starter[1]}; wait`];
    await expect(runTool(sh, deaf, { signal: controller.signal, onLine })).rejects.toMatchObject({ code: 'PR0513' });
    expect(await gone(pids)).toBe(true);
    await expect(runTool(sh, [], { signal: controller.signal })).rejects.toMatchObject({ code: 'PR0513' });
  });

  test('a program that is ended, or does not start, says so', async () => {
    await expect(runTool(sh, ['-c', 'kill -9 $$'])).rejects.toMatchObject({
      code: 'PR0511',
      message: 'sh was ended by SIGKILL.',
    });
    await expect(runTool(sh, [], { cwd: '/nowhere' })).rejects.toMatchObject({
      code: 'PR0511',
      message: expect.stringContaining('sh did not start: ') as string,
    });
  });

  test('leaves no listeners behind', async () => {
    const before = ['SIGINT', 'SIGTERM', 'exit'].map((s) => process.listenerCount(s));
    await Promise.all([runTool(sh, ['-c', 'true']), runTool(sh, ['-c', 'true'])]);
    expect(['SIGINT', 'SIGTERM', 'exit'].map((s) => process.listenerCount(s))).toEqual(before);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no process and no temporary folder', async (signal) => {
  const script = new URL('run-sleep.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  await new Promise<void>((ready) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trim().split('\n'));
      if (lines.some((l) => l.startsWith('pids'))) ready();
    });
  });
  const folder = lines[0]!.split(' ')[1]!;
  const pids = pidsOf(lines[1]!);
  expect(pids.every(alive)).toBe(true);
  expect(existsSync(folder)).toBe(true);
  const ended = new Promise((done) => child.on('exit', (_, by) => done(by)));
  child.kill(signal);
  expect(await ended).toBe(signal);
  expect(await gone(pids)).toBe(true);
  expect(existsSync(folder)).toBe(false);
});

describe('without the tools', () => {
  const empty = mkdtempSync(join(tmpdir(), 'prunus-test-'));

  test('building says what is missing and how to install it', async () => {
    process.env['PATH'] = empty;
    await expect(openSimulation(duts.fifo, { cacheDir: empty })).rejects.toMatchObject({
      code: 'PR0510',
      message: "'verilator', needed for simulation of emitted Verilog, lint, is not on PATH.",
      fix: 'apt-get install -y --no-install-recommends verilator',
    });
    await expect(openSimulation(duts.fifo, { engine: 'icarus' })).rejects.toMatchObject({
      code: 'PR0510',
      fix: 'apt-get install -y --no-install-recommends iverilog',
    });
    rmSync(empty, { recursive: true });
  });

  test('the probe reports every tool as missing, and one line to install them', async () => {
    process.env['PATH'] = '';
    const tools = await probeToolchain();
    expect(tools.every((t) => !t.found && t.install.startsWith('apt-get install'))).toBe(true);
    expect(installMissing(tools)).toBe(
      'apt-get install -y --no-install-recommends verilator g++ binutils make ccache mold iverilog nextpnr-ice40 yosys opensta',
    );
  });
});

test('the probe finds versions', async () => {
  const tools = await probeToolchain();
  const verilator = tools.find((t) => t.name === 'verilator');
  expect(verilator).toMatchObject({ found: true, required: true, problem: undefined });
  expect(verilator!.version).toMatch(/^\d+\.\d+/);
});
