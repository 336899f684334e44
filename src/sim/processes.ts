/** Running external programs: with time limits and cancellation, and so that none outlives this process. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { PrunusError } from '../errors.ts';
import { requireTool } from './tools.ts';

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which the program and its children are ended; default: none. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Return whatever the exit code; default: a code other than 0 throws PR0511. */
  readonly mayFail?: boolean | undefined;
  /** Called with every line on stdout as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** The same of stderr. */
  readonly onErrorLine?: ((line: string) => void) | undefined;
}

export interface RunOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds between asking a program to end and killing it. */
const forceKillAfterDelay = 1000;

/**
 * Runs a program found on PATH, or given by absolute path, to its end.
 * Throws PR0510 (not installed), PR0511 (failed; the message ends with its output), PR0512 (took too long),
 * PR0513 (cancelled through `signal`).
 */
export async function runTool(name: string, args: readonly string[], options: RunOptions = {}): Promise<RunOutput> {
  const path = name.includes('/') ? name : requireTool(name);
  const label = name.slice(name.lastIndexOf('/') + 1);
  if (options.signal?.aborted) throw cancelled(label);
  const child = await (name.includes('/') ? startOwn : startTool)(path, args, options);
  const group = child.pid;
  if (group !== undefined) watch(group);
  let timedOut = false;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => ((timedOut = true), endGroup(group)), options.timeoutMs);
  const onAbort = () => endGroup(group);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.onLine) createInterface({ input: child.stdout }).on('line', options.onLine);
  if (options.onErrorLine) createInterface({ input: child.stderr }).on('line', options.onErrorLine);
  try {
    const r = await child.ended;
    const { stdout, stderr } = r;
    if (timedOut)
      throw new PrunusError('PR0512', `${label} did not end within ${options.timeoutMs} ms and was stopped.`);
    if (options.signal?.aborted) throw cancelled(label);
    if (r.exitCode === undefined) {
      throw new PrunusError(
        'PR0511',
        `${label} ${r.signal ? `was ended by ${r.signal}` : `did not start: ${r.shortMessage}`}.${tail(stderr)}`,
      );
    }
    if (r.exitCode !== 0 && !options.mayFail) {
      throw new PrunusError('PR0511', `${label} failed with exit code ${r.exitCode}.${tail(stderr + stdout)}`);
    }
    return { exitCode: r.exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    if (group !== undefined) unwatch(group);
  }
}

interface Started {
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not start. */
  readonly shortMessage?: string | undefined;
}

// Either way in a process group of its own, so that what the program itself starts (cc1plus, ld, ivl) ends with it.

async function startTool(path: string, args: readonly string[], { cwd, env }: RunOptions): Promise<Started> {
  // Loaded only here: whoever finds a simulation in the cache needs none of it.
  const { execa } = await import('execa');
  const child = execa(path, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    detached: true,
    cleanup: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    maxBuffer: 2 ** 28,
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended: child };
}

/** A program given by its path, such as a simulator that was built here: loading execa takes longer than a small run does. */
function startOwn(path: string, args: readonly string[], { cwd, env }: RunOptions): Started {
  const environment = env === undefined ? process.env : { ...process.env, ...env };
  const child = spawn(path, args, { cwd, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  });
  let shortMessage: string | undefined;
  child.on('error', (error) => (shortMessage = error.message));
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code, signal) => {
      const exitCode = shortMessage === undefined ? (code ?? undefined) : undefined;
      done({ exitCode, signal: signal ?? undefined, stdout: texts[0](), stderr: texts[1](), shortMessage });
    });
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended };
}

const cancelled = (label: string): PrunusError => new PrunusError('PR0513', `${label} was cancelled.`);

/** The last lines of a program's output, enough to see what it complained about. */
function tail(output: string): string {
  const lines = output.trimEnd().split('\n');
  const shown = lines.length > 40 ? ['...', ...lines.slice(-40)] : lines;
  return output.trim() === '' ? '' : `\n${shown.join('\n')}`;
}

function endGroup(group: number | undefined): void {
  if (group === undefined) return;
  sendGroup(group, 'SIGTERM');
  setTimeout(() => running.has(group) && sendGroup(group, 'SIGKILL'), forceKillAfterDelay).unref();
}

function sendGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // already gone
  }
}

// What must not be left behind when this process ends: process groups, and clean-up steps such as temporary folders.

const running = new Set<number>();
const cleanups = new Set<() => void>();
/** What ends a process from outside. */
export const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const handlers = new Map<NodeJS.Signals, () => void>();

function watch(group: number): void {
  running.add(group);
  install();
}

function unwatch(group: number): void {
  running.delete(group);
  uninstall();
}

/** Runs `step` (synchronous) when this process ends before the returned function was called. */
export function onExit(step: () => void): () => void {
  cleanups.add(step);
  install();
  return () => {
    cleanups.delete(step);
    uninstall();
  };
}

function endAll(): void {
  for (const group of running) sendGroup(group, 'SIGKILL');
  running.clear();
  for (const step of cleanups) step();
  cleanups.clear();
}

function install(): void {
  if (handlers.size > 0) return;
  process.on('exit', endAll);
  for (const signal of endSignals) {
    const handler = () => {
      endAll();
      // Whoever else listens decides what the signal means; if nobody does, it ends the process as it would have.
      const alone = process.listenerCount(signal) === 1;
      uninstall();
      if (alone) process.kill(process.pid, signal);
    };
    handlers.set(signal, handler);
    process.on(signal, handler);
  }
}

function uninstall(): void {
  if (running.size + cleanups.size > 0) return;
  process.off('exit', endAll);
  for (const [signal, handler] of handlers) process.off(signal, handler);
  handlers.clear();
}
