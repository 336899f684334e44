/** One module through yosys, kept by content: the same text, script and tool give the same result without a run. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PrunusError } from '../errors.ts';
import { cached, cacheKey, cacheRoot } from '../sim/cache.ts';
import { readTemplate } from '../sim/design-files.ts';
import { parseYosys } from '../sim/lint.ts';
import { type MemoryMapping, mappedMemories } from './memories.ts';
import { buffers, libraryCells } from './liberty.ts';
import type { Target } from './targets.ts';
import type { Yosys } from './yosys.ts';

export interface MappedModule {
  /** How many of each kind of cell. */
  readonly cells: Readonly<Record<string, number>>;
  readonly memories: readonly MemoryMapping[];
  /** Verilog of the module, made of cells. */
  readonly netlist: string;
  readonly cached: boolean;
}

export interface MapOptions {
  readonly yosys: Yosys;
  readonly target: Target;
  readonly cacheDir?: string | undefined;
}

/** Stands for the module's name, so that the same module of two designs is mapped once. */
const neutral = 'prunus_module_being_mapped';

/**
 * Maps the leaf module `name` of the Verilog `text`. Throws PR0541 when yosys fails, PR0542 when it says something that means that the
 * netlist does not do what the Verilog does: a latch, a net without driver or with two, a loop, a name that was not declared.
 */
export async function mapModule(
  name: string,
  text: string,
  { yosys, target, cacheDir }: MapOptions,
): Promise<MappedModule> {
  const rename = (from: string, to: string, of: string) => of.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);
  const files = { 'module.v': rename(name, neutral, text), ...supportOf(target) };
  const script = scriptOf(target);
  const key = cacheKey('synth', 2, script, files, yosys.version);
  const { folder, hit } = await cached(cacheRoot(cacheDir), key, async (made) => {
    const output = await yosys.run(script, files, ['stat.json', 'netlist.v']);
    const complaints = parseYosys(output.log).filter((c) => !target.harmless?.test(c.text));
    if (complaints.length > 0) {
      const said = complaints.map((c) => rename(neutral, name, c.text)).join('\n');
      throw new PrunusError('PR0542', `${name}: yosys says that its netlist is not what was written:\n${said}`);
    }
    const netlist = output.files['netlist.v']!;
    const result = { cells: cellCounts(output.files['stat.json']!), memories: mappedMemories(output.log, netlist) };
    await writeFile(join(made, 'result.json'), JSON.stringify(result));
    await writeFile(join(made, 'netlist.v'), netlist);
  });
  const [result, netlist] = await Promise.all(
    ['result.json', 'netlist.v'].map((f) => readFile(join(folder, f), 'utf8')),
  );
  const { cells, memories } = JSON.parse(result!) as Pick<MappedModule, 'cells' | 'memories'>;
  return { cells, memories, netlist: rename(neutral, name, netlist!), cached: hit };
}

function scriptOf(target: Target): string {
  return [
    ...(target.kind === 'cells' ? ['read_liberty -lib -ignore_miss_func cells.lib'] : []),
    'read_verilog module.v',
    `hierarchy -check -top ${neutral}`,
    ...target.map(neutral),
    'check',
    'tee -q -o stat.json stat -json',
    'write_verilog -noattr netlist.v',
    '',
  ].join('\n');
}

/** What the script reads besides the module. */
function supportOf({ name, liberty, support }: Target): Record<string, string> {
  const files = Object.fromEntries(support.map((file) => [file, readTemplate(`synth/${file}`)]));
  if (liberty === undefined) return files;
  const [driver] = name === 'liberty' ? buffers(libraryCells(liberty, 'the library')) : [];
  const constraints = driver ? `set_driving_cell ${driver.name}\nset_load 0.05 [all_outputs]\n` : '';
  return { ...files, 'cells.lib': liberty, 'abc.constr': constraints };
}

/** Of `stat -json`, in which a module without cells has no list. */
function cellCounts(text: string): Record<string, number> {
  const { modules } = JSON.parse(text) as {
    modules: Record<string, { num_cells_by_type?: Record<string, number> }>;
  };
  return Object.values(modules).find((m) => m.num_cells_by_type)?.num_cells_by_type ?? {};
}
