/**
 * Verilog to a native simulation: Verilator, then as few g++ runs as the machine has use for, linked with a runtime that
 * is compiled once. Much faster than `verilator --build`, which compiles the runtime for every model.
 */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { PrunusError } from '../errors.ts';
import { cached, type CacheEntry, cacheKey } from './cache.ts';
import { renderHarness, verilatedPorts } from './harness.ts';
import { runTool } from './processes.ts';
import { simTemplate } from './templates.ts';
import { findTool, fingerprint, requireTool } from './tools.ts';
import { isVerilog, type SimTop } from './top.ts';
import { writeFiles } from './workspace.ts';

export interface BuildOptions {
  /** Can write waves (slower even when it does not). */
  readonly waves?: boolean | undefined;
  /** Verilog macros, `NAME` or `NAME=value`. */
  readonly defines?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Changed by hand whenever the recipe below changes what comes out. */
const recipe = 1;
/** `unique` start values come from the harness's fixed seed: registers without a reset start with random bits. */
export const verilatorFlags = [
  '-O3',
  '--x-assign',
  'fast',
  '--x-initial',
  'unique',
  '--assert',
  '-Wno-fatal',
  '-Wno-lint',
  '-Wno-style',
];
export const compileFlags = ['-std=gnu++17', '-O2', '-w', '-faligned-new', '-fcf-protection=none', '-fno-plt'];
/** The part of the harness that is the same for all designs. */
export const staticFiles = ['prunus_sim.h', 'report.h', 'driver.cpp'];
/** Bytes of generated C++ from which it is worth compiling in two g++ runs, and from which -O2 takes too long for what it gains. */
const splitAbove = 300_000;
const optimiseLessAbove = 1_000_000;

const defineFlags = (waves: boolean): string[] => [
  ...['COVERAGE', 'SC', 'TRACE_VCD'].map((d) => `-DVM_${d}=0`),
  `-DVM_TRACE=${waves ? 1 : 0}`,
  `-DVM_TRACE_FST=${waves ? 1 : 0}`,
];

/** The built simulation: `<folder>/sim`, to be run in `<folder>/src`. */
export async function buildVerilator(top: SimTop, cache: string, options: BuildOptions = {}): Promise<CacheEntry> {
  requireTool('verilator');
  const waves = options.waves ?? false;
  const defines = (options.defines ?? []).map((d) => `+define+${d}`);
  const harness = ['harness.cpp.hbs', ...staticFiles].map(simTemplate);
  const key = cacheKey('sim', recipe, harness, verilatorFlags, compileFlags, waves, defines, top, toolMark());
  return cached(cache, key, (folder) => build(top, cache, folder, waves, defines, options.signal), options.signal);
}

const toolMark = (): string => ['verilator', 'g++'].map(fingerprint).join('\n');

async function build(
  top: SimTop,
  cache: string,
  folder: string,
  waves: boolean,
  defines: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeFiles(join(folder, 'src'), top.files);
  const runtime = runtimeArchive(cache, waves, signal);
  runtime.catch(() => {}); // reported below, should Verilator not fail first
  const sources = top.files.filter(isVerilog).map((f) => `src/${f.path}`);
  const traceFlags = waves ? ['--trace-fst'] : [];
  const flags = [...verilatorFlags, ...traceFlags, ...defines, '--output-split', '20000'];
  await runTool(
    'verilator',
    ['--cc', ...flags, '--prefix', 'Vtop', '--Mdir', 'obj', '--top-module', top.top, ...sources],
    {
      cwd: folder,
      signal,
    },
  );
  const obj = join(folder, 'obj');
  const names = verilatedPorts(top, await readFile(join(obj, 'Vtop.h'), 'utf8'));
  await writeFile(join(obj, 'harness.cpp'), await renderHarness(top, names));
  await writeFile(join(obj, 'prunus_sim.h'), simTemplate('prunus_sim.h'));
  const { units, optimise } = await writeUnits(obj);
  const { include, gxx, link } = await compiler();
  const archive = await runtime;
  await Promise.all(
    units.map((unit) =>
      runTool(
        gxx[0]!,
        [
          ...gxx.slice(1),
          ...compileFlags,
          optimise,
          ...defineFlags(waves),
          ...include,
          '-c',
          `${unit}.cc`,
          '-o',
          `${unit}.o`,
        ],
        {
          cwd: obj,
          signal,
        },
      ),
    ),
  );
  const libraries = waves ? ['-lz'] : [];
  await runTool(
    'g++',
    [
      ...units.map((u) => `${u}.o`),
      join(archive.folder, 'libvrt.a'),
      ...libraries,
      '-pthread',
      '-latomic',
      ...link,
      '-o',
      '../sim',
    ],
    {
      cwd: obj,
      signal,
    },
  );
  await rm(obj, { recursive: true });
}

/** Gathers the generated C++ into one compilation unit, or into two of about the same size; returns their names. */
async function writeUnits(obj: string): Promise<{ units: string[]; optimise: string }> {
  const names = (await readdir(obj)).filter((f) => f.endsWith('.cpp')).toSorted();
  const sized = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(obj, name))).size })));
  const total = sized.reduce((n, f) => n + f.size, 0);
  const count = total > splitAbove && availableParallelism() > 1 ? 2 : 1;
  const units = Array.from({ length: count }, (_, i) => ({ name: `unit${i}`, size: 0, files: [] as string[] }));
  for (const f of sized.toSorted((a, b) => b.size - a.size)) {
    const unit = units.reduce((a, b) => (b.size < a.size ? b : a));
    unit.files.push(f.name);
    unit.size += f.size;
  }
  for (const u of units) {
    await writeFile(
      join(obj, `${u.name}.cc`),
      u.files
        .toSorted()
        .map((f) => `#include "${f}"\n`)
        .join(''),
    );
  }
  return { units: units.map((u) => u.name), optimise: total > optimiseLessAbove ? '-O1' : '-O2' };
}

/** Verilator's own library and our driver, compiled once a set of flags. */
function runtimeArchive(cache: string, waves: boolean, signal: AbortSignal | undefined): Promise<CacheEntry> {
  const key = cacheKey('runtime', recipe, ...staticFiles.map(simTemplate), compileFlags, waves, toolMark());
  return cached(
    cache,
    key,
    async (folder) => {
      for (const name of staticFiles) await writeFile(join(folder, name), simTemplate(name));
      const { include, gxx, root } = await compiler();
      const parts = ['verilated', 'verilated_threads', ...(waves ? ['verilated_fst_c'] : [])];
      const sources = [...parts.map((p) => [join(root, 'include', `${p}.cpp`), p]), ['driver.cpp', 'driver']];
      await Promise.all(
        sources.map(([from, to]) =>
          runTool(
            gxx[0]!,
            [...gxx.slice(1), ...compileFlags, ...defineFlags(waves), ...include, '-c', from!, '-o', `${to}.o`],
            {
              cwd: folder,
              signal,
            },
          ),
        ),
      );
      await runTool('ar', ['rcs', 'libvrt.a', ...sources.map(([, to]) => `${to}.o`)], { cwd: folder, signal });
      await Promise.all([...sources.map(([, to]) => `${to}.o`), ...staticFiles].map((f) => rm(join(folder, f))));
    },
    signal,
  );
}

interface Compiler {
  /** Verilator's own folder. */
  readonly root: string;
  readonly include: readonly string[];
  /** The command that compiles, through ccache where it is there. */
  readonly gxx: readonly string[];
  readonly link: readonly string[];
}

async function compiler(): Promise<Compiler> {
  const root = (await runTool('verilator', ['--getenv', 'VERILATOR_ROOT'])).stdout.trim();
  if (root === '')
    throw new PrunusError('PR0511', 'verilator does not say where its include files are (VERILATOR_ROOT is empty).');
  requireTool('g++');
  return {
    root,
    include: ['-I.', `-I${root}/include`, `-I${root}/include/vltstd`],
    gxx: findTool('ccache') ? ['ccache', 'g++'] : ['g++'],
    link: findTool('mold') ? ['-fuse-ld=mold'] : [],
  };
}
