/** Compiling and linking the C++ that Verilator generates, against a runtime that is compiled once. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PrunusError } from '../errors.ts';
import { cached, cacheKey } from './cache.ts';
import { runTool } from './processes.ts';
import { simTemplate } from './templates.ts';
import { findTool, fingerprint, requireTool } from './tools.ts';

/** Measured on pipelines of 64 to 1024 multipliers: -O3 and -march=native gain nothing dependable over -O2. */
export const compileFlags = ['-std=gnu++17', '-O2', '-w', '-faligned-new', '-fcf-protection=none', '-fno-plt'];
/** The part of the harness that is the same for all designs. */
export const driverFiles = ['prunus_sim.h', 'report.h', 'driver.cpp'];
/** Changed by hand whenever what is done here changes what comes out. */
const recipe = 1;

export interface CompileOptions {
  /** Folder that the files are in. */
  readonly cwd: string;
  /** For a model that can write FST waves. */
  readonly waves: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Stands for the installed tools in cache keys. */
export const toolMark = (): string => ['verilator', 'g++'].map(fingerprint).join('\n');

/** Compiles files to objects of the same name, all at once. `flags` come after `compileFlags`. */
export async function compileAll(
  sources: readonly { readonly from: string; readonly to: string }[],
  flags: readonly string[],
  options: CompileOptions,
): Promise<void> {
  requireTool('g++');
  const root = await verilatorRoot();
  const trace = options.waves ? 1 : 0;
  const defines = ['COVERAGE=0', 'SC=0', 'TRACE_VCD=0', `TRACE=${trace}`, `TRACE_FST=${trace}`].map((d) => `-DVM_${d}`);
  const include = ['-I.', `-I${root}/include`, `-I${root}/include/vltstd`];
  const all = [...compileFlags, ...flags, ...defines, ...include];
  const done = await Promise.allSettled(
    sources.map(({ from, to }) => compileOne([...all, '-c', from, '-o', to], options)),
  );
  // Only when all have ended, so that none still writes to a folder that is given up.
  for (const d of done) if (d.status === 'rejected') throw d.reason;
}

async function compileOne(args: readonly string[], { cwd, signal }: CompileOptions): Promise<void> {
  if (findTool('ccache')) {
    // It fails where its own folder cannot be written; then, as for true errors, g++ has the last word.
    const { exitCode } = await runTool('ccache', ['g++', ...args], { cwd, signal, mayFail: true });
    if (exitCode === 0) return;
  }
  await runTool('g++', args, { cwd, signal });
}

/** Links objects and the runtime to a program. */
export async function link(objects: readonly string[], program: string, runtime: string, options: CompileOptions) {
  const { cwd, waves, signal } = options;
  const libraries = [...(waves ? ['-lz'] : []), '-pthread', '-latomic'];
  const linker = findTool('mold') ? ['-fuse-ld=mold'] : [];
  await runTool('g++', [...objects, runtime, ...libraries, ...linker, '-o', program], { cwd, signal });
}

/** The archive of Verilator's own library and our driver; kept in the cache. */
export async function runtimeArchive(cache: string, waves: boolean, signal: AbortSignal | undefined): Promise<string> {
  const key = cacheKey('runtime', recipe, driverFiles.map(simTemplate), compileFlags, waves, toolMark());
  const build = async (cwd: string) => {
    for (const name of driverFiles) await writeFile(join(cwd, name), simTemplate(name));
    const include = join(await verilatorRoot(), 'include');
    const parts = ['verilated', 'verilated_threads', ...(waves ? ['verilated_fst_c'] : [])];
    const sources = [
      ...parts.map((p) => ({ from: join(include, `${p}.cpp`), to: `${p}.o` })),
      { from: 'driver.cpp', to: 'driver.o' },
    ];
    const objects = sources.map((s) => s.to);
    await compileAll(sources, [], { cwd, waves, signal });
    await runTool('ar', ['rcs', 'libvrt.a', ...objects], { cwd, signal });
    await Promise.all([...objects, ...driverFiles].map((f) => rm(join(cwd, f))));
  };
  return join((await cached(cache, key, build, signal)).folder, 'libvrt.a');
}

async function verilatorRoot(): Promise<string> {
  const root = (await runTool('verilator', ['--getenv', 'VERILATOR_ROOT'])).stdout.trim();
  if (root !== '') return root;
  throw new PrunusError('PR0511', 'verilator does not say where its include files are (VERILATOR_ROOT is empty).');
}
