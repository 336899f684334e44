/** A system, its C driver and models of what is on its buses, built to one program that runs jobs. */
import { writeFile, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { elaborate } from '../dsl/elaborate.ts';
import type { Netlist } from '../dsl/netlist.ts';
import { selectFiles } from '../emit/design.ts';
import { PrunusError } from '../errors.ts';
import { watchBuses } from '../system/bus-watch.ts';
import { driverFiles } from '../system/c-driver.ts';
import { harnessText } from '../system/harness.ts';
import { type System, systemTop } from '../system/system.ts';
import { cached, cacheKey, cacheRoot } from './cache.ts';
import type { SimCase } from './cases.ts';
import { compileFlags, toolMark } from './compiler.ts';
import { designFiles, readTemplate } from './design-files.ts';
import { recordRun } from './ledger.ts';
import { runTool } from './processes.ts';
import { programmingBytes, programmingFile } from './programming.ts';
import { compileModel, verilatorFlags } from './verilator.ts';
import { inTemporaryFolder, writeFiles } from './workspace.ts';

/** The driver is C99 without extensions, and no compiler has anything to say about it. */
export const driverFlags = '-std=c99 -pedantic -Wall -Wextra -Werror -O1'.split(' ');
const fixedFiles = ['bus.h', 'host.h'] as const;
/** Changed by hand whenever what is done here changes what comes out. */
const recipe = 1;

export interface SystemSimulation {
  readonly system: System;
  readonly build: { readonly cached: boolean; readonly seconds: number };
  /**
   * Runs a job, the words of which `templates/system/harness.cpp.hbs` explains, and returns the words of its results. Throws PR0514 when
   * a checker stops the simulation.
   */
  run(job: Uint32Array, options?: SystemRun): Promise<Uint32Array>;
}

export interface SystemRun {
  readonly signal?: AbortSignal | undefined;
  /** What programming makes of the heads that are loaded, in their order; where there is none, arrays are ideal. */
  readonly heads?: readonly Pick<SimCase, 'programming'>[] | undefined;
}

export interface SystemSimulationOptions {
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Compile fast rather than for speed: for runs of some thousand cycles. */
  readonly brief?: boolean | undefined;
  /** FST file that every run writes. */
  readonly waves?: string | undefined;
  /** Instead of the system's own netlist: something done to it on purpose. */
  readonly change?: ((netlist: Netlist) => Netlist) | undefined;
}

/** Builds a system for simulation, with a protocol checker on every AXI port, or finds it in the cache. */
export async function openSystem(system: System, options: SystemSimulationOptions = {}): Promise<SystemSimulation> {
  const started = performance.now();
  const { netlist } = elaborate(system.part, systemTop(system.map));
  const watched = watchBuses(options.change?.(netlist) ?? netlist, readTemplate);
  const files = selectFiles(designFiles(watched), 'simulation').map(({ path, text }) => ({ path, text }));
  const fixed = fixedFiles.map((name) => ({ path: name, text: readTemplate(`system/${name}`) }));
  const c = driverFiles(system, readTemplate);
  const harness = harnessText(system, watched.top, readTemplate);
  const cache = cacheRoot(options.cacheDir);
  const waves = options.waves !== undefined;
  const optimise = options.brief ? '-O0' : undefined;
  const { signal } = options;
  const key = cacheKey(
    'system',
    recipe,
    files,
    fixed,
    c,
    harness,
    verilatorFlags,
    compileFlags,
    driverFlags,
    waves,
    toolMark(),
  );
  const entry = await cached(
    cache,
    key,
    (folder) =>
      compileModel({ top: watched.top, files }, cache, folder, { waves, signal, optimise }, async (obj) => {
        await writeFiles(obj, [...fixed, ...c, { path: 'harness.cpp', text: harness }]);
        const source = `${system.map.name}.c`;
        const NAME = system.map.name.toUpperCase();
        const registers = [
          `-D${NAME}_READ32(address)=prunus_read32(address)`,
          `-D${NAME}_WRITE32(address,value)=prunus_write32(address,value)`,
        ];
        const from = ['-include', 'host.h', '-c', source, '-o', 'driver_c.o'];
        await runTool('gcc', [...driverFlags, ...registers, ...from], { cwd: obj, signal });
        return ['driver_c.o'];
      }),
    signal,
  );
  const build = { cached: entry.hit, seconds: (performance.now() - started) / 1000 };
  const run: SystemSimulation['run'] = (job, given = {}) =>
    inTemporaryFolder(async (work) => {
      await writeFile(join(work, 'job.bin'), job);
      const programming = programmingBytes(given.heads ?? []);
      if (programming) await writeFile(join(work, programmingFile), programming);
      const args = [
        join(work, 'job.bin'),
        join(work, 'results.bin'),
        ...(options.waves ? [resolve(options.waves)] : []),
        ...(programming ? [`+programming=${join(work, programmingFile)}`] : []),
      ];
      const { exitCode, stdout, stderr } = await runTool(join(entry.folder, 'sim'), args, {
        cwd: join(entry.folder, 'src'),
        signal: given.signal,
        mayFail: true,
      });
      if (exitCode !== 0)
        throw new PrunusError('PR0514', `The simulation of ${watched.top} stopped: ${(stderr + stdout).trim()}`);
      const bytes = await readFile(join(work, 'results.bin'));
      const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      recordRun('verilator', [{ cycles: words.at(-1)! }]);
      return words;
    });
  return { system, build, run };
}
