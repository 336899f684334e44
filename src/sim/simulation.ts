/** The simulation of a top module, as everything above this folder uses it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { PrunusError } from '../errors.ts';
import { cacheRoot } from './cache.ts';
import type { CaseResult, SimCase } from './cases.ts';
import { buildIcarus, runIcarus } from './icarus.ts';
import { recordRun } from './ledger.ts';
import type { Progress, RunSimOptions, WavesWindow } from './options.ts';
import { runTool } from './processes.ts';
import { programmingBytes, programmingFile } from './programming.ts';
import { decodeResults } from './results.ts';
import { encodeStimulus, splitBatch } from './stimulus.ts';
import { checkSimTop, type SimTop } from './top.ts';
import { buildVerilator } from './verilator.ts';
import { inTemporaryFolder } from './workspace.ts';

export type Engine = 'verilator' | 'icarus';

export interface SimulationOptions {
  /** Default `verilator`. Icarus is some hundred times slower at running and starts sooner: for short cross-checks. */
  readonly engine?: Engine | undefined;
  /** Where builds are kept; default: PRUNUS_CACHE or `sim/cache`. */
  readonly cacheDir?: string | undefined;
  readonly waves?: WavesWindow | undefined;
  /** Verilog macros, `NAME` or `NAME=value`. */
  readonly defines?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Simulation {
  readonly top: SimTop;
  readonly engine: Engine;
  /** Whether it was built already, and the seconds that opening it took. */
  readonly build: { readonly cached: boolean; readonly seconds: number };
  /**
   * Runs a batch of cases in one process, in order, and returns one result a case. Throws PR0502 for a case that does
   * not fit the ports, PR0514 when the design itself stops the simulation (`$finish`, a failing assertion).
   */
  run(cases: readonly SimCase[], options?: RunSimOptions): Promise<CaseResult[]>;
}

/** Builds the simulation, or finds it in the cache. Throws PR0501, PR0504, PR0510 or PR0511 (see `sim/README.md`). */
export async function openSimulation(top: SimTop, options: SimulationOptions = {}): Promise<Simulation> {
  checkSimTop(top);
  const engine = options.engine ?? 'verilator';
  const started = performance.now();
  if (engine === 'icarus') {
    await buildIcarus(top, options.signal, options.defines);
    const build = { cached: false, seconds: (performance.now() - started) / 1000 };
    return {
      top,
      engine,
      build,
      run: (cases, run = {}) => runIcarus(top, cases, { ...run, waves: options.waves, defines: options.defines }),
    };
  }
  const entry = await buildVerilator(top, cacheRoot(options.cacheDir), {
    waves: options.waves !== undefined,
    defines: options.defines,
    signal: options.signal,
  });
  const build = { cached: entry.hit, seconds: (performance.now() - started) / 1000 };
  return { top, engine, build, run: (cases, run = {}) => runBatch(top, entry.folder, cases, run, options.waves) };
}

/** Runs a batch too large for one process in several, one after the other. */
async function runBatch(
  top: SimTop,
  folder: string,
  cases: readonly SimCase[],
  options: RunSimOptions,
  waves: WavesWindow | undefined,
): Promise<CaseResult[]> {
  const results: CaseResult[][] = [];
  let cyclesBefore = 0;
  for (const { from, to } of splitBatch(top, cases)) {
    const inCase = waves?.case ?? 0;
    const window = waves && inCase >= from && inCase < to ? { ...waves, case: inCase - from } : undefined;
    let cycles = 0;
    const onProgress = (p: Progress) => {
      cycles = p.cycles;
      options.onProgress?.({ casesDone: from + p.casesDone, cases: cases.length, cycles: cyclesBefore + cycles });
    };
    const run = { ...options, onProgress: options.onProgress && onProgress };
    results.push(await runVerilator(top, folder, cases.slice(from, to), from, run, window));
    cyclesBefore += cycles;
  }
  return results.flat();
}

async function runVerilator(
  top: SimTop,
  folder: string,
  cases: readonly SimCase[],
  first: number,
  options: RunSimOptions,
  waves: WavesWindow | undefined,
): Promise<CaseResult[]> {
  const stimulus = encodeStimulus(top, cases, first);
  return inTemporaryFolder(async (work) => {
    await writeFile(join(work, 'stimulus.bin'), stimulus);
    const programming = programmingBytes(cases);
    if (programming) await writeFile(join(work, programmingFile), programming);
    const window = waves
      ? ['--waves', resolve(waves.file), `${waves.case ?? 0}`, `${waves.from ?? 0}`, `${waves.to ?? 2 ** 32 - 1}`]
      : [];
    const { onProgress } = options;
    const onLine = (line: string) => {
      const [word, done, cycles] = line.split(' ');
      if (word === 'progress') onProgress?.({ casesDone: Number(done), cases: cases.length, cycles: Number(cycles) });
    };
    const args = [
      join(work, 'stimulus.bin'),
      join(work, 'results.bin'),
      ...window,
      ...(onProgress ? ['--progress'] : []),
      ...(programming ? [`+programming=${join(work, programmingFile)}`] : []),
    ];
    const { exitCode, stdout, stderr } = await runTool(join(folder, 'sim'), args, {
      cwd: join(folder, 'src'),
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      mayFail: true,
      onLine: onProgress && onLine,
    });
    // A second $finish ends the program at once, as if all were well.
    if (exitCode !== 0 || stdout.includes('Verilog $finish'))
      throw new PrunusError(
        'PR0514',
        `The simulation of ${top.top} stopped${first > 0 ? ` (its case 0 is case ${first})` : ''}: ${(stderr + stdout).trim()}`,
      );
    const bytes = await readFile(join(work, 'results.bin'));
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    const results = decodeResults(top, new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2));
    recordRun('verilator', results);
    return results;
  });
}
