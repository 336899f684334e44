/** Timing of a mapped design: its longest path and, of every leaf module, the longest path that ends in it. */
import type { Netlist } from '../../dsl/netlist.ts';
import { constraints } from '../../flow/constraints.ts';
import type { FlowDesign } from '../../flow/design.ts';
import { macrosOf } from '../../flow/design.ts';
import { liberty } from '../../flow/liberty.ts';
import { flowSettings, period } from '../../flow/settings.ts';
import { designFiles, readTemplate } from '../../sim/design-files.ts';
import { quantile } from '../../numerics/statistics.ts';
import type { Synthesis } from '../design.ts';
import { libraryCells } from '../liberty.ts';
import type { Yosys } from '../yosys.ts';
import { pinNames, type Place, placeText, wordOf } from './names.ts';
import { timingNetlist } from './netlist.ts';
import { type CellPower, type Endpoint, runSta, type StaOutput } from './sta.ts';

/** A leaf module, over all its instances. */
export interface LeafTiming {
  readonly module: string;
  readonly component: string;
  /** Registers and macro pins that a path ends in. */
  readonly endpoints: number;
  /** ns a clock cycle must have for the longest path that ends here: the start's delay and the set-up time included. */
  readonly needs: number;
  readonly slack: number;
  readonly from: string;
  readonly to: string;
  readonly macro: boolean;
}

/** What a pipeline stage ends in: a register of a leaf module, over its bits and the module's instances. */
export interface StageTiming {
  readonly module: string;
  readonly register: string;
  readonly needs: number;
  readonly slack: number;
  readonly from: string;
}

export interface TimingReport {
  readonly tool: string;
  /** That was asked for, MHz. */
  readonly clock: number;
  /** ns */
  readonly period: number;
  readonly slack: number;
  /** What the longest path allows, MHz. The times of macros and of what is outside stay those of the clock that was asked for. */
  readonly achieved: number;
  readonly longest: {
    /** ns */
    readonly needs: number;
    readonly from: string;
    readonly to: string;
    readonly cells: number;
    /** Instances on its way, and the ns spent in each. */
    readonly through: readonly { readonly instance: string; readonly ns: number }[];
  };
  /** Those with the longest paths first. */
  readonly leaves: readonly LeafTiming[];
  /** Over leaf modules without macros: of the longest paths, and how many times it the longest is. */
  readonly median: number;
  readonly ratio: number;
  /** Every register as it is written, those with the longest paths first; the same over these. */
  readonly stages: readonly StageTiming[];
  readonly registers: { readonly count: number; readonly median: number; readonly ratio: number };
  readonly macros: readonly string[];
}

export interface TimingOptions {
  readonly yosys: Yosys;
  /** The text of the library. */
  readonly library: string;
  /** MHz */
  readonly clock: number;
}

export interface Timing {
  readonly report: TimingReport;
  /** Of the cells of the instances that were asked for. */
  readonly power: readonly CellPower[];
}

/** Of `instances`, paths of leaves, the power of cells is asked for. Throws PR0510 without OpenSTA, PR0545 when it fails. */
export async function timeDesign(
  netlist: Netlist,
  synthesis: Synthesis,
  instances: readonly string[],
  options: TimingOptions,
): Promise<Timing> {
  const { yosys, library, clock } = options;
  const settings = flowSettings.parse({ clock });
  const files = designFiles(netlist);
  const design: FlowDesign = { label: netlist.top, netlist, files, settings, read: readTemplate };
  const macros = macrosOf(design);
  const output = await runSta({
    top: netlist.top,
    verilog: await timingNetlist(netlist, synthesis, yosys),
    liberties: [library, ...macros.map((m) => liberty(m, settings))],
    sdc: constraints(design, 'SDC'),
    power: instances.map((i) => i.replaceAll('.', '/')),
  });
  const place = pinNames(netlist, synthesis.netlist, libraryCells(library, 'the library'));
  return {
    report: reportOf(
      netlist,
      output,
      place,
      period(settings),
      macros.map((m) => m.name),
    ),
    power: output.power,
  };
}

export function reportOf(
  { modules, top }: Netlist,
  { endpoints, path, version }: Pick<StaOutput, 'endpoints' | 'path' | 'version'>,
  place: (pin: string) => Place,
  ns: number,
  macros: readonly string[],
): TimingReport {
  const component = new Map(modules.map((m) => [m.name, m.component]));
  const leaves = new Map<string, LeafTiming>();
  const stages = new Map<string, StageTiming>();
  for (const { from, to, slack } of endpoints) {
    const end = place(to);
    if (end.instance === '' && end.module === top && modules.length > 1) continue; // a port
    const before = leaves.get(end.module);
    leaves.set(
      end.module,
      // The worst path of a module comes first.
      before
        ? { ...before, endpoints: before.endpoints + 1 }
        : {
            module: end.module,
            component: component.get(end.module)!,
            endpoints: 1,
            needs: ns - slack,
            slack,
            from: placeText(place(from)),
            to: placeText(end),
            macro: macros.includes(end.module),
          },
    );
    const register = wordOf(end.signal);
    const key = `${end.module} ${register}`;
    if (!macros.includes(end.module) && !stages.has(key)) {
      stages.set(key, { module: end.module, register, needs: ns - slack, slack, from: placeText(place(from)) });
    }
  }
  const all = [...leaves.values()].toSorted((a, b) => b.needs - a.needs);
  const own = all.filter((l) => !l.macro).map((l) => l.needs);
  const words = [...stages.values()].map((s) => s.needs);
  const worst: Endpoint | undefined = endpoints[0];
  const needs = ns - (worst?.slack ?? ns);
  const middle = (values: readonly number[]): number =>
    values.length === 0
      ? 0
      : quantile(
          values.toSorted((a, b) => a - b),
          0.5,
        );
  const ratio = (values: readonly number[]): number => Math.max(0, ...values) / (middle(values) || 1);
  return {
    tool: version,
    clock: 1000 / ns,
    period: ns,
    slack: worst?.slack ?? ns,
    achieved: 1000 / needs,
    longest: {
      needs,
      from: worst ? placeText(place(worst.from)) : '',
      to: worst ? placeText(place(worst.to)) : '',
      cells: path.length,
      through: throughOf(path, place),
    },
    leaves: all,
    median: middle(own),
    ratio: ratio(own),
    stages: [...stages.values()],
    registers: { count: words.length, median: middle(words), ratio: ratio(words) },
    macros,
  };
}

function throughOf(path: StaOutput['path'], place: (pin: string) => Place): { instance: string; ns: number }[] {
  const through: { instance: string; ns: number }[] = [];
  for (const { pin, delay } of path) {
    const { instance } = place(pin);
    const last = through.at(-1);
    if (last?.instance === instance) last.ns += delay;
    else through.push({ instance, ns: delay });
  }
  return through.filter((t) => t.ns > 0);
}
