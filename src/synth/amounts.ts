/** How much there is of what: cells of a library, or what an FPGA is made of. */
import type { LibraryCell } from './liberty.ts';
import { ramKinds } from './memories.ts';

export interface Amounts {
  readonly cells: number;
  /** Of a library only: the sum of the cells' areas. */
  readonly area: number | undefined;
  readonly registers: number;
  /** Look-up tables, those of carry chains included where they take some; 0 for a library. */
  readonly luts: number;
  /** Block RAMs: SB_RAM40_4K of iCE40, DP16KD of ECP5, halves of a RAMB36 of Xilinx. */
  readonly blockRams: number;
  /** LUTs that hold memory. */
  readonly ramLuts: number;
  readonly dsps: number;
}

/** Cells of FPGAs, with what one of them takes. */
const kinds: readonly (readonly [RegExp, Partial<Amounts>])[] = [
  [/^SB_DFF\w*$|^TRELLIS_FF$|^FD[RCSP]E(_1)?$/, { registers: 1 }],
  [/^SB_LUT4$|^LUT[1-6]$|^INV$/, { luts: 1 }],
  [/^CCU2C$/, { luts: 2 }],
  [/^RAMB36E\d$/, { blockRams: 2 }],
  [ramKinds['block RAM'], { blockRams: 1 }],
  [/^TRELLIS_DPR16X4$|^RAM(32|64)X1D$/, { ramLuts: 2 }],
  [/^RAM(32|64)M$|^RAM128X1D$/, { ramLuts: 4 }],
  [/^SB_MAC16$|^MULT18X18D$|^DSP48E\d$/, { dsps: 1 }],
];

export const noAmounts = (library: boolean): Amounts => ({
  cells: 0,
  area: library ? 0 : undefined,
  registers: 0,
  luts: 0,
  blockRams: 0,
  ramLuts: 0,
  dsps: 0,
});

export function amountsOf(
  cells: Readonly<Record<string, number>>,
  library: ReadonlyMap<string, LibraryCell> | undefined,
): Amounts {
  return Object.entries(cells)
    .map(([type, count]): Amounts => {
      const none = { ...noAmounts(library !== undefined), cells: 1 };
      const known = library?.get(type);
      const one = known
        ? { ...none, area: known.area, registers: known.isRegister ? 1 : 0 }
        : { ...none, ...kinds.find(([name]) => name.test(type))?.[1] };
      return times(count, one);
    })
    .reduce(plus, noAmounts(library !== undefined));
}

const combine = (f: (a: number, b: number) => number, a: Amounts, b: Amounts): Amounts => ({
  cells: f(a.cells, b.cells),
  area: a.area === undefined || b.area === undefined ? undefined : f(a.area, b.area),
  registers: f(a.registers, b.registers),
  luts: f(a.luts, b.luts),
  blockRams: f(a.blockRams, b.blockRams),
  ramLuts: f(a.ramLuts, b.ramLuts),
  dsps: f(a.dsps, b.dsps),
});

export const plus = (a: Amounts, b: Amounts): Amounts => combine((x, y) => x + y, a, b);
export const times = (n: number, a: Amounts): Amounts => combine((x) => n * x, a, a);
