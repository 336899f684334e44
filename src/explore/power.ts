/**
 * Power of a mapped design while it computes a head: the transitions of every cell's output in a simulation of the netlist, weighed with what
 * OpenSTA says that one takes; memories and analog arrays by access.
 */
import { join } from 'node:path';

import type { AttentionHead } from '../architectures/head.ts';
import type { Storage } from '../dsl/component.ts';
import type { Netlist, NetModule } from '../dsl/netlist.ts';
import { accessEnergy } from '../estimate/energy.ts';
import { PrunusError } from '../errors.ts';
import { instancesOf } from '../flow/design.ts';
import type { SimCase } from '../sim/cases.ts';
import { compareResults, type Expected, printMismatch } from '../sim/compare.ts';
import { designFiles } from '../sim/design-files.ts';
import { simTop } from '../sim/from-design.ts';
import { openSimulation } from '../sim/simulation.ts';
import { type Activity, countToggles, type SignalActivity } from '../sim/toggles.ts';
import { inTemporaryFolder } from '../sim/workspace.ts';
import type { CellModels } from '../synth/asic/models.ts';
import type { CellPower } from '../synth/asic/sta.ts';
import type { Synthesis } from '../synth/design.ts';
import { gateLevelFiles } from '../synth/gate-level.ts';
import type { LibraryCell } from '../synth/liberty.ts';
import { expectedHead, headCase, type HeadDesign } from './head-design.ts';

/** Where the test bench has the design. */
const scope = 'prunus_testbench.prunus_top';
const isStrobe = (name: string): boolean => /_(enable|evaluate)$/.test(name);
const isHandshake = (name: string): boolean => /_(valid|ready)$/.test(name);

/** A head through the netlist. */
export const headActivity = (
  design: HeadDesign,
  head: AttentionHead,
  synthesis: Synthesis,
  models: CellModels,
): Promise<Activity> =>
  netlistActivity(
    design.netlist,
    headCase(design, head, { reset: true }),
    { result: expectedHead(design, head).items },
    synthesis,
    models,
  );

/**
 * A case through the netlist in Icarus, which writes what every signal does: transitions of the outputs of cells and of strobes. Throws
 * PR0546 when something else than `expected` comes out.
 */
export async function netlistActivity(
  netlist: Netlist,
  simCase: SimCase,
  expected: Expected['streams'],
  synthesis: Synthesis,
  models: CellModels,
): Promise<Activity> {
  const top = simTop(netlist, 'simulation', gateLevelFiles(synthesis, designFiles(netlist), models.text));
  const outputs = new Set([...models.outputs.values()].flat());
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'activity.vcd');
    const simulation = await openSimulation(top, { engine: 'icarus', waves: { file } });
    const results = await simulation.run([simCase]);
    const { mismatches, mismatchCount } = compareResults(top, results, [{ streams: expected }], 1);
    if (mismatchCount > 0) {
      const first = printMismatch(mismatches[0]!);
      throw new PrunusError(
        'PR0546',
        `The netlist computes something else than the model, ${mismatchCount} times: ${first}.`,
      );
    }
    const analog = new Set(
      instancesOf(netlist)
        .filter(({ module: { body } }) => body.kind === 'leaf' && body.storage?.evaluation)
        .map(({ path }) => path),
    );
    return countToggles(
      file,
      scope,
      (instance, name) => outputs.has(name) || isStrobe(name) || (analog.has(instance) && isHandshake(name)),
    );
  });
}

export interface InstancePower {
  readonly instance: string;
  readonly component: string;
  readonly cells: number;
  /** Transitions of a cell's output in a cycle, over registers and over all cells. */
  readonly registerActivity: number;
  readonly activity: number;
  /** W: of registers at rest, which is their clock pins; of registers and of other cells that change; leakage. */
  readonly clock: number;
  readonly registers: number;
  readonly logic: number;
  readonly leakage: number;
}

export interface MacroEnergy {
  readonly instance: string;
  readonly component: string;
  readonly reads: number;
  readonly writes: number;
  readonly evaluations: number;
  /** J over the head. */
  readonly energy: number;
}

export interface PowerReport {
  readonly cycles: number;
  /** MHz */
  readonly clock: number;
  /** Those that take most first. */
  readonly instances: readonly InstancePower[];
  readonly macros: readonly MacroEnergy[];
  /** W, of cells. */
  readonly total: Readonly<Record<Part | 'all', number>>;
  /** J over the head: of cells, and of macros. */
  readonly cellEnergy: number;
  readonly macroEnergy: number;
}

const parts = ['clock', 'registers', 'logic', 'leakage'] as const;
type Part = (typeof parts)[number];
const watts = (p: Readonly<Record<Part, number>>): number => parts.reduce((n, part) => n + p[part], 0);

/** `power` is that of the cells of `library` at `clock` MHz. */
export function powerReport(
  netlist: Netlist,
  power: readonly CellPower[],
  library: ReadonlyMap<string, LibraryCell>,
  { cycles, instances }: Activity,
  clock: number,
): PowerReport {
  const modules = new Map(instancesOf(netlist).map((i) => [i.path, i.module]));
  const sums = new Map<string, Sum>();
  for (const { cell, type, rest, transition, leakage } of power) {
    const at = cell.lastIndexOf('/');
    const instance = cell.slice(0, Math.max(0, at)).replaceAll('/', '.');
    const { component } = modules.get(instance)!;
    const pins = instances.get(cell.replaceAll('/', '.'));
    const toggles = pins ? Math.max(...[...pins.values()].map((p) => p.toggles)) / cycles : 0;
    let sum = sums.get(instance);
    if (!sum) sums.set(instance, (sum = { instance, component, ...noCells }));
    const register = library.get(type)?.isRegister === true;
    sum.cells++;
    sum.toggles += toggles;
    sum.leakage += leakage;
    sum[register ? 'clock' : 'logic'] += rest;
    sum[register ? 'registers' : 'logic'] += transition * toggles;
    if (register) {
      sum.registerCells++;
      sum.registerToggles += toggles;
    }
  }
  const own = [...sums.values()].map(
    ({ toggles, registerCells, registerToggles, ...sum }): InstancePower => ({
      ...sum,
      activity: toggles / sum.cells,
      registerActivity: registerCells === 0 ? 0 : registerToggles / registerCells,
    }),
  );
  const macros = [...modules].flatMap(([instance, module]) =>
    module.body.kind === 'leaf' && module.body.storage && !sums.has(instance)
      ? [macroEnergy(instance, module, instances.get(instance) ?? new Map())]
      : [],
  );
  const total = Object.fromEntries(parts.map((part) => [part, own.reduce((n, p) => n + p[part], 0)])) as Record<
    Part,
    number
  >;
  const all = watts(total);
  return {
    cycles,
    clock,
    instances: own.toSorted((a, b) => watts(b) - watts(a)),
    macros: macros.toSorted((a, b) => b.energy - a.energy),
    total: { ...total, all },
    cellEnergy: (all * cycles) / (clock * 1e6),
    macroEnergy: macros.reduce((n, m) => n + m.energy, 0),
  };
}

const noCells = {
  cells: 0,
  toggles: 0,
  registerCells: 0,
  registerToggles: 0,
  clock: 0,
  registers: 0,
  logic: 0,
  leakage: 0,
};
type Sum = typeof noCells & { readonly instance: string; readonly component: string };

/** From its strobes and streams: a word a read or a write, all devices an evaluation. */
function macroEnergy(
  instance: string,
  { component, body, ports }: NetModule,
  signals: ReadonlyMap<string, SignalActivity>,
): MacroEnergy {
  const times = (end: string) => [...signals].reduce((n, [name, { high }]) => n + (name.endsWith(end) ? high : 0), 0);
  const [reads, writes] = [times('read_enable'), times('write_enable')];
  const storage: Storage = body.kind === 'leaf' ? body.storage! : { technology: 'sram', cells: 0 };
  const { begins = '', decisions = 0 } = storage.evaluation ?? {};
  const evaluations = signals.get(begins)?.high ?? 0;
  const reram = storage.technology === 'reram';
  const { sramRead, sramWrite, reramRead, reramWrite, device, decision } = accessEnergy;
  const width = bitsOf(ports, 'read_data');
  const pj =
    reads * width * (reram ? reramRead : sramRead) +
    writes * width * (reram ? reramWrite : sramWrite) +
    evaluations * (storage.cells * device + decisions * decision);
  return { instance, component, reads, writes, evaluations, energy: pj * 1e-12 };
}

/** Bits of the widest signal of that name on an interface. */
function bitsOf(ports: NetModule['ports'], name: string): number {
  const found = ports.flatMap(({ kind }) => (kind.kind === 'interface' ? (kind.signals[name]?.field ?? []) : []));
  return Math.max(0, ...found.map((f) => (f.shape === 'vector' ? f.width * f.count : f.width)));
}
