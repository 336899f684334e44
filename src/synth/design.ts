/**
 * A whole design: every leaf module by itself, then summed over the hierarchy. Hierarchy is kept: mapping a design as one is many times slower
 * and hardly smaller, and the levels above the leaves are nothing but wires.
 */
import { availableParallelism } from 'node:os';

import { instanceCounts, type Netlist } from '../dsl/netlist.ts';
import { type EmittedFile, selectFiles } from '../emit/design.ts';
import { designFiles } from '../sim/design-files.ts';
import { type Amounts, amountsOf, noAmounts, plus, times } from './amounts.ts';
import { libraryCells } from './liberty.ts';
import type { MemoryMapping } from './memories.ts';
import { mapModule } from './module.ts';
import type { Target } from './targets.ts';
import type { Yosys } from './yosys.ts';

export interface ModuleReport extends Amounts {
  readonly module: string;
  readonly component: string;
  readonly instances: number;
  /** Of one instance, by type. */
  readonly types: Readonly<Record<string, number>>;
  readonly memories: readonly MemoryMapping[];
  readonly cached: boolean;
}

/** A module that a target of cells leaves to a hard macro. */
export interface MacroReport {
  readonly module: string;
  readonly component: string;
  readonly instances: number;
  /** Of a memory. */
  readonly words: number | undefined;
  readonly width: number | undefined;
}

export interface SynthesisReport {
  readonly top: string;
  readonly target: Target['name'];
  readonly unit: Target['unit'];
  /** Which yosys. */
  readonly tool: string;
  /** Leaves, the largest share first; the amounts are those of one instance. */
  readonly modules: readonly ModuleReport[];
  readonly macros: readonly MacroReport[];
  /** Over all instances. */
  readonly total: Amounts;
}

export interface Synthesis {
  readonly report: SynthesisReport;
  /** Every module of the mapped design, children before parents: leaves made of cells, levels as they were emitted, shells of macros. */
  readonly netlist: readonly EmittedFile[];
}

export interface SynthesisOptions {
  readonly yosys: Yosys;
  readonly target: Target;
  readonly files?: readonly EmittedFile[] | undefined;
  readonly cacheDir?: string | undefined;
  readonly onProgress?: ((done: number, total: number, module: string) => void) | undefined;
}

/** Maps a design to a target. Throws what `mapModule` throws. */
export async function synthesize(netlist: Netlist, options: SynthesisOptions): Promise<Synthesis> {
  const { yosys, target, onProgress } = options;
  const flow = target.kind === 'cells' ? 'asic' : 'emulation';
  const files = selectFiles(options.files ?? designFiles(netlist), flow);
  const instances = instanceCounts(netlist);
  const library = target.liberty === undefined ? undefined : libraryCells(target.liberty, 'the library');
  const isLeaf = (i: number) => netlist.modules[i]!.body.kind === 'leaf' && files[i]!.form !== 'macro';
  const leaves = netlist.modules.map((_, i) => i).filter(isLeaf);
  const reports = new Map<number, ModuleReport>();
  const mapped = [...files];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < leaves.length) {
      const at = leaves[next++]!;
      const { name, component } = netlist.modules[at]!;
      const { cells, memories, netlist: text, cached } = await mapModule(name, files[at]!.text, options);
      const share = { module: name, component, instances: instances.get(name)!, types: cells, memories, cached };
      reports.set(at, { ...share, ...amountsOf(cells, library) });
      mapped[at] = { ...files[at]!, text };
      onProgress?.(reports.size, leaves.length, name);
    }
  };
  const workers = yosys.kind === 'native' ? Math.min(4, availableParallelism()) : 1;
  await Promise.all(Array.from({ length: workers }, work));
  const all = leaves.map((at) => reports.get(at)!);
  const macros = netlist.modules.flatMap(({ name, component, parameters }, i): MacroReport[] => {
    if (files[i]!.form !== 'macro') return [];
    const size = (of: string) => (component === 'memory' ? (parameters[of] as number) : undefined);
    return [{ module: name, component, instances: instances.get(name)!, words: size('depth'), width: size('width') }];
  });
  const weight = (m: ModuleReport) => m.instances * (m.area ?? m.luts + m.registers);
  const report: SynthesisReport = {
    top: netlist.top,
    target: target.name,
    unit: target.unit,
    tool: yosys.version,
    modules: all.toSorted((a, b) => weight(b) - weight(a)),
    macros,
    total: all.map((m) => times(m.instances, m)).reduce(plus, noAmounts(library !== undefined)),
  };
  return { report, netlist: mapped };
}
