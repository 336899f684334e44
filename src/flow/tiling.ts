/** How a memory is made of macros of limited size: banks above, slices beside each other. */
import type { FlowSettings } from './settings.ts';

export interface Tiling {
  readonly depth: number;
  readonly width: number;
  readonly banks: number;
  readonly slices: number;
  readonly macroDepth: number;
  readonly macroWidth: number;
  readonly macroAddress: number;
  /** Names of the macros. */
  readonly openram: string;
  readonly fakeram: string;
}

/** OpenRAM makes no array of fewer rows. */
const fewestWords = 16;

/** Equal macros, their depth a power of two: the low address bits go to them, the others choose the bank. */
export function tiling(memory: { readonly depth: number; readonly width: number }, settings: FlowSettings): Tiling {
  const { depth, width } = memory;
  const most = 2 ** Math.floor(Math.log2(settings.macroDepth));
  const macroDepth = Math.min(most, Math.max(fewestWords, 2 ** Math.ceil(Math.log2(depth))));
  const slices = Math.ceil(width / settings.macroWidth);
  const macroWidth = Math.ceil(width / slices);
  return {
    depth,
    width,
    banks: Math.ceil(depth / macroDepth),
    slices,
    macroDepth,
    macroWidth,
    macroAddress: Math.log2(macroDepth),
    openram: `sram_1w1r_${macroWidth}x${macroDepth}`,
    fakeram: `fakeram_1rw_${macroWidth}x${macroDepth}`,
  };
}
