/** Size of a macro, estimated from its cells; a stand-in until the macro itself says. */
import { fieldWidth } from '../dsl/kinds.ts';
import type { NetModule } from '../dsl/netlist.ts';
import { portSignals } from '../emit/verilog.ts';
import type { FlowSettings } from './settings.ts';

/** Pitch of pins and of the grid that edges lie on, in feature sizes. */
const pinPitch = 8;

export interface MacroPin {
  /** `clk`, or `name[3]`. */
  readonly name: string;
  readonly input: boolean;
}

/** Single pins, the clock and the reset first, buses from bit 0 upwards. */
export const pinsOf = (module: NetModule): MacroPin[] => [
  { name: 'clk', input: true },
  { name: 'rst_n', input: true },
  ...portSignals(module).flatMap(({ name, input, field }) => {
    const width = fieldWidth(field);
    return width === 1
      ? [{ name, input }]
      : Array.from({ length: width }, (_, bit) => ({ name: `${name}[${bit}]`, input }));
  }),
];

export interface MacroShape {
  /** um. */
  readonly width: number;
  readonly height: number;
  /** um between pins of a side. */
  readonly pitch: number;
  /** How the area came about, in words. */
  readonly derivation: string;
}

/**
 * A square of the cells' area and its share of the rest; higher where its pins need it, inputs on the left, outputs on the right,
 * and then at least a quarter as wide.
 */
export function macroShape(module: NetModule, settings: FlowSettings): MacroShape {
  const storage = module.body.kind === 'leaf' ? module.body.storage : undefined;
  const feature = settings.feature / 1000;
  const pitch = pinPitch * feature;
  const cell = storage?.technology === 'reram' ? settings.reramCell : settings.sramCell;
  const area = ((storage?.cells ?? 0) * cell * feature ** 2) / settings.arrayShare;
  const pins = pinsOf(module);
  const side = Math.max(pins.filter((p) => p.input).length, pins.filter((p) => !p.input).length) + 1;
  const snap = (um: number): number => pitch * Math.max(1, Math.ceil(um / pitch));
  const height = snap(Math.max(Math.sqrt(area), side * pitch));
  const width = snap(Math.max(area / height, height / 4));
  return {
    width,
    height,
    pitch,
    derivation: storage
      ? `${storage.cells} ${storage.technology === 'reram' ? 'ReRAM' : 'SRAM'} cells of ${cell} F^2 at F = ${settings.feature} nm, ${settings.arrayShare} of the area; more where pins need it`
      : 'nothing is known of what it holds: as large as its pins need',
  };
}
