/**
 * Verilog to a native simulation: Verilator, then as few g++ runs as the machine has use for, linked with a runtime that
 * is compiled once. Much faster than `verilator --build`, which compiles the runtime for every model.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { cached, type CacheEntry, cacheKey } from './cache.ts';
import { compileAll, compileFlags, driverFiles, link, runtimeArchive, toolMark } from './compiler.ts';
import { renderHarness, verilatedPorts } from './harness.ts';
import { runTool } from './processes.ts';
import { simTemplate } from './templates.ts';
import { requireTool } from './tools.ts';
import { isVerilog, type SimTop } from './top.ts';
import { inTemporaryFolder, writeFiles } from './workspace.ts';

export interface BuildOptions {
  /** Can write waves (slower even when it does not). */
  readonly waves?: boolean | undefined;
  /** Verilog macros, `NAME` or `NAME=value`. */
  readonly defines?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Level of g++, such as `-O0` for what runs for a moment only; default: by size. */
  readonly optimise?: string | undefined;
}

/** Changed by hand whenever the recipe below changes what comes out. */
const recipe = 5;
/** What the generated C++ is compiled with. */
const headers = ['prunus_sim.h', 'verilated_fast.h'];
/** `unique` start values come from the harness's fixed seed: registers without a reset start with random bits. */
export const verilatorFlags =
  '-O3 --unroll-count 1 --x-assign fast --x-initial unique --assert -Wno-fatal -Wno-lint -Wno-style'.split(' ');
/** Bytes of generated C++ from which two g++ runs pay, and from which -O2 takes too long for what it gains. */
const splitAbove = 300_000;
const optimiseLessAbove = 2_500_000;

/** The built simulation: `<folder>/sim`, to be run in `<folder>/src`. */
export async function buildVerilator(top: SimTop, cache: string, options: BuildOptions = {}): Promise<CacheEntry> {
  requireTool('verilator');
  const { signal, waves = false, defines = [] } = options;
  const harness = ['harness.cpp.hbs', 'verilated_fast.h', ...driverFiles].map(simTemplate);
  const key = cacheKey('sim', recipe, harness, verilatorFlags, compileFlags, waves, defines, top, toolMark());
  const make = () => cached(cache, key, (folder) => build(top, cache, folder, { ...options, waves }), signal);
  const entry = await make();
  if (existsSync(join(entry.folder, 'sim'))) return entry;
  // Someone has been in the cache with a broom.
  await rm(entry.folder, { recursive: true, force: true });
  return make();
}

const build = (top: SimTop, cache: string, folder: string, options: BuildOptions & { waves: boolean }) =>
  compileModel(top, cache, folder, options, async (obj) => {
    const names = verilatedPorts(top, await readFile(join(obj, 'Vtop.h'), 'utf8'));
    await writeFile(join(obj, 'harness.cpp'), await renderHarness(top, names));
    return [];
  });

/**
 * Verilates and compiles into `<folder>/sim`. `addHarness` puts C++ beside what Verilator has written, and names objects of its own to
 * link.
 */
export async function compileModel(
  top: Pick<SimTop, 'top' | 'files'>,
  cache: string,
  folder: string,
  options: BuildOptions & { waves: boolean },
  addHarness: (obj: string) => Promise<readonly string[]>,
): Promise<void> {
  const { waves, defines = [], signal } = options;
  await writeFiles(join(folder, 'src'), top.files);
  const runtime = runtimeArchive(cache, waves, signal);
  runtime.catch(() => {}); // reported below, should Verilator not fail first
  await verilate(top, folder, 'src', defines, waves ? ['--trace-fst'] : [], signal);
  const obj = join(folder, 'obj');
  const others = await addHarness(obj);
  for (const name of headers) await writeFile(join(obj, name), simTemplate(name));
  const { units, optimise } = await writeUnits(obj);
  const compile = { cwd: obj, waves, signal };
  await compileAll(
    units.map((u) => ({ from: `${u}.cc`, to: `${u}.o` })),
    [options.optimise ?? optimise],
    compile,
  );
  await link([...units.map((u) => `${u}.o`), ...others], '../sim', await runtime, compile);
  await rm(obj, { recursive: true });
}

/** Runs `verilator --cc` over the files, which are in `<folder>/<sources>`; the C++ is in `<folder>/obj` then. */
async function verilate(
  top: Pick<SimTop, 'top' | 'files'>,
  folder: string,
  sources: string,
  defines: readonly string[],
  more: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const flags = [...verilatorFlags, ...more, ...defines.map((d) => `+define+${d}`), '--output-split', '20000'];
  const files = top.files.filter(isVerilog).map((f) => `${sources}/${f.path}`);
  const what = ['--cc', ...flags, '--prefix', 'Vtop', '--Mdir', 'obj', '--top-module', top.top, ...files];
  await runTool('verilator', what, { cwd: folder, signal });
}

/** The harness of a top, without building it. */
export async function harnessOf(top: SimTop, defines: readonly string[] = []): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    await writeFiles(join(folder, 'src'), top.files);
    await verilate(top, folder, 'src', defines, [], undefined);
    return renderHarness(top, verilatedPorts(top, await readFile(join(folder, 'obj', 'Vtop.h'), 'utf8')));
  });
}

/** Code that runs only when a model is made: g++ need not optimise it. */
const isSlow = (name: string): boolean => /__(?:Slow|Syms)\b/.test(name);

/** Gathers the generated C++ into one compilation unit, or into two that take about as long; returns their names. */
async function writeUnits(obj: string): Promise<{ units: string[]; optimise: string }> {
  const names = (await readdir(obj)).filter((f) => f.endsWith('.cpp')).toSorted();
  const sized = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(obj, name))).size })));
  const total = sized.reduce((n, f) => n + f.size, 0);
  const count = total > splitAbove && availableParallelism() > 1 ? 2 : 1;
  const units = Array.from({ length: count }, (_, i) => ({ name: `unit${i}`, work: 0, files: [] as string[] }));
  const work = sized.map(({ name, size }) => ({ name, work: isSlow(name) ? size * 0.4 : size }));
  for (const f of work.toSorted((a, b) => b.work - a.work)) {
    const unit = units.reduce((a, b) => (b.work < a.work ? b : a));
    unit.files.push(f.name);
    unit.work += f.work;
  }
  const include = (file: string): string => `#include "${file}"\n`;
  for (const { name, files } of units) {
    const fast = files.filter((f) => !isSlow(f)).toSorted();
    const slow = files.filter(isSlow).toSorted();
    const text = [...['verilated_fast.h', ...fast].map(include), '#pragma GCC optimize ("O0")\n', ...slow.map(include)];
    await writeFile(join(obj, `${name}.cc`), text.join(''));
  }
  return { units: units.map((u) => u.name), optimise: total > optimiseLessAbove ? '-O1' : '-O2' };
}
