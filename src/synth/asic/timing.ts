/** Timing of a mapped design: its longest path and, of every leaf module, the longest path that ends in it. */
import type { Netlist } from '../../dsl/netlist.ts';
import { constraints } from '../../flow/constraints.ts';
import type { FlowDesign } from '../../flow/design.ts';
import { macrosOf } from '../../flow/design.ts';
import { liberty } from '../../flow/liberty.ts';
import { flowSettings, period } from '../../flow/settings.ts';
import { designFiles, readTemplate } from '../../sim/design-files.ts';
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
  /** The same over registers as they are written. */
  readonly registers: { readonly count: number; readonly median: number; readonly ratio: number };
  readonly macros: readonly string[];
}

export interface TimingOptions {
  readonly yosys: Yosys;
  /** The text of the library. */
  readonly library: string;
  /** MHz */
  readonly clock: number;
  /** Whether the power of instances is wanted as well. */
  readonly power?: boolean | undefined;
}

export interface Timing {
  readonly report: TimingReport;
  /** Of each instance of a leaf module that is no macro. */
  readonly power: readonly CellPower[];
}

/** Throws PR0510 without OpenSTA, PR0545 when it fails. */
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
  const power = output.power.map((p) => ({ ...p, instance: p.instance.replaceAll('/', '.') }));
  return {
    report: reportOf(
      netlist,
      output,
      place,
      period(settings),
      macros.map((m) => m.name),
    ),
    power,
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
  const words = new Map<string, number>();
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
    const word = `${end.module} ${wordOf(end.signal)}`;
    if (!macros.includes(end.module) && !words.has(word)) words.set(word, ns - slack);
  }
  const all = [...leaves.values()].toSorted((a, b) => b.needs - a.needs);
  const own = all.filter((l) => !l.macro).map((l) => l.needs);
  const worst: Endpoint | undefined = endpoints[0];
  const needs = ns - (worst?.slack ?? ns);
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
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
    registers: { count: words.size, median: middle([...words.values()]), ratio: ratio([...words.values()]) },
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
