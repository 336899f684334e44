/** Runs command lines: in this process, or in one of its own where signals matter. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, vi } from 'vitest';

import { runCli } from '../../src/cli/program.ts';
import { encodeNpy, type NpyData } from '../../src/workload/npy.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process. */
export async function prunus(...args: string[]): Promise<Outcome> {
  const text = { out: '', err: '' };
  const catchInto = (name: 'out' | 'err') => (chunk: unknown) => {
    text[name] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(catchInto('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(catchInto('err')),
  ];
  try {
    const code = await runCli(args);
    return { code, ...text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Outcome & { readonly signal: NodeJS.Signals | null }>;
}

/** Starts one command line in a process of its own. */
export function start(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'src', 'cli', 'main.ts'), ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (text.out += String(chunk)));
  child.stderr.on('data', (chunk) => (text.err += String(chunk)));
  const done = new Promise<Outcome & { signal: NodeJS.Signals | null }>((settle) => {
    child.on('close', (code, signal) => settle({ code: code ?? -1, signal, ...text }));
  });
  return { child, done };
}

/** A folder that is gone after the tests of a file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Numbers that look random and are the same every time, about -1 to 1. */
export function noise(count: number, seed: number): Float32Array {
  let x = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 31 - 1;
  });
}

/** Writes q, k and v into `folder` and returns the options that name them. */
export function writeTensors(
  folder: string,
  shape: readonly number[],
  change: Partial<Record<'q' | 'k' | 'v', { shape?: readonly number[]; data?: NpyData | Buffer }>> = {},
): string[] {
  return (['q', 'k', 'v'] as const).flatMap((name, i) => {
    const own = change[name]?.shape ?? shape;
    const data =
      change[name]?.data ??
      noise(
        own.reduce((a, b) => a * b, 1),
        i + 1,
      ).map((x) => 3 * x);
    const path = join(folder, `${name}.npy`);
    writeFileSync(path, Buffer.isBuffer(data) ? data : encodeNpy(own, data));
    return [`--${name}`, path];
  });
}
