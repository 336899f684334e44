/**
 * Gate equivalents of a design without any tool: what the Verilog of each leaf asks for, times what the `generic` target of `prunus synth`
 * has been seen to make of it. Memories and analog arrays are macros and counted in bits.
 */
import { instanceCounts, type Netlist } from '../dsl/netlist.ts';
import { type EmittedFile, selectFiles } from '../emit/design.ts';
import { amountNames, type Counted } from './amounts.ts';
import { calibration } from './calibration.ts';
import { countModule } from './count.ts';

/** um2 a gate equivalent, of `prunus synth --target liberty`: sprint-s at 150 MHz, 12.11 mm2 of 485,619 GE; memories left out. */
const squareMicrometres = { osu018: 24.9 } as const;

export interface ModuleEstimate {
  readonly module: string;
  readonly component: string;
  readonly instances: number;
  /** Gate equivalents of one instance. */
  readonly area: number;
  /** Flip-flops that are written down, bits of arrays among them; mapping drops some that nobody reads. */
  readonly registers: number;
  /** Bits of arrays. */
  readonly arrayBits: number;
  /** Whether modules of this component were among those that the calibration is made of. */
  readonly calibrated: boolean;
}

export interface MacroEstimate {
  readonly module: string;
  readonly component: string;
  readonly instances: number;
  readonly technology: 'sram' | 'reram';
  /** Bits of an SRAM, devices of a ReRAM array; of one instance. */
  readonly bits: number;
}

export interface AreaEstimate {
  readonly top: string;
  /** The largest share first. */
  readonly modules: readonly ModuleEstimate[];
  readonly macros: readonly MacroEstimate[];
  /** Over all instances. */
  readonly total: {
    readonly area: number;
    /** The same in um2 of a library's cells. */
    readonly um2: Readonly<Record<keyof typeof squareMicrometres, number>>;
    readonly registers: number;
    readonly arrayBits: number;
    readonly sramBits: number;
    readonly reramDevices: number;
  };
}

/** `files` are those of all forms. Throws PR0550 for a user's component in Verilog that it cannot read. */
export function estimateArea(netlist: Netlist, files: readonly EmittedFile[]): AreaEstimate {
  const chosen = selectFiles(files, 'asic');
  const instances = instanceCounts(netlist);
  const modules: ModuleEstimate[] = [];
  const macros: MacroEstimate[] = [];
  netlist.modules.forEach(({ name, component, body }, i) => {
    if (body.kind !== 'leaf') return;
    const base = { module: name, component, instances: instances.get(name)! };
    if (chosen[i]!.form === 'macro') {
      const { technology = 'sram', cells = 0 } = body.storage ?? {};
      macros.push({ ...base, technology, bits: cells });
      return;
    }
    const counted = countModule(chosen[i]!.text);
    const { register, resetRegister, array } = counted;
    modules.push({
      ...base,
      area: areaOf(component, counted),
      registers: register + resetRegister + array,
      arrayBits: array,
      calibrated: component in calibration.components,
    });
  });
  const sum = <T extends { readonly instances: number }>(of: readonly T[], value: (x: T) => number) =>
    of.reduce((n, x) => n + x.instances * value(x), 0);
  const bits = (technology: string) => sum(macros, (m) => (m.technology === technology ? m.bits : 0));
  const area = sum(modules, (m) => m.area);
  return {
    top: netlist.top,
    modules: modules.toSorted((a, b) => b.instances * b.area - a.instances * a.area),
    macros,
    total: {
      area,
      um2: { osu018: area * squareMicrometres.osu018 },
      registers: sum(modules, (m) => m.registers),
      arrayBits: sum(modules, (m) => m.arrayBits),
      sramBits: bits('sram'),
      reramDevices: bits('reram'),
    },
  };
}

/** Without what is known of the component itself. */
export const rawArea = (counted: Counted, weights: Readonly<Counted>): number =>
  amountNames.reduce((n, name) => n + weights[name] * counted[name], 0);

const areaOf = (component: string, counted: Counted): number =>
  rawArea(counted, calibration.weights) * (calibration.components[component] ?? 1);
