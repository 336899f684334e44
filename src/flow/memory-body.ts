/** What the bodies of memories that are made of macros have in common. */
import type { NetModule } from '../dsl/netlist.ts';
import { emitLeaf, type TemplateReader } from '../emit/leaf.ts';
import { bitSelect } from '../components/bit-select.ts';
import { indexBits } from '../components/payloads.ts';
import type { Tiling } from './tiling.ts';

export interface Bundle {
  readonly module: NetModule;
  readonly tiling: Tiling;
  readonly read: TemplateReader;
}

/** Verilog of the low bits of an address, as wide as the macros want it. */
function low(name: string, bits: number, wanted: number): string {
  if (bits < wanted) return `{ ${wanted - bits}'d0, ${name} }`;
  return bitSelect(name, wanted - 1, 0, bits);
}

/** Prints a memory's module with a template of `templates/flow` as its body. */
export function memoryBody({ module, tiling: t, read }: Bundle, form: 'openram' | 'fakeram'): string {
  if (module.body.kind !== 'leaf') throw new Error(`${module.name} is a level`);
  const address = indexBits(t.depth);
  const bankBits = Math.max(0, address - t.macroAddress);
  const wide = t.slices * t.macroWidth;
  const high = (name: string) => bitSelect(name, address - 1, t.macroAddress, address);
  const body = {
    ...module.body,
    constants: { WIDTH: t.width, ADDRESS: address, PLACES: 2 ** address, WIDE: wide },
    view: {
      macro: t[form],
      several: t.banks > 1,
      bankRange: bankBits > 1 ? `[${bankBits - 1}:0] ` : '',
      banks: Array.from({ length: t.banks }, (_, bank) => ({
        bank,
        is: `${bankBits}'d${bank}`,
        slices: Array.from({ length: t.slices }, (_s, slice) => ({
          slice,
          range: wide === 1 ? '' : `[${(slice + 1) * t.macroWidth - 1}:${slice * t.macroWidth}]`,
        })),
      })),
      macroRange: t.macroAddress > 1 ? `[${t.macroAddress - 1}:0] ` : '',
      macroWidth: t.macroWidth,
      spare: wide - t.width,
      writeLow: low('memory_write_address', address, t.macroAddress),
      readLow: low('memory_read_address', address, t.macroAddress),
      waitingLow: low('waiting_address', address, t.macroAddress),
      writeHigh: t.banks > 1 ? high('memory_write_address') : '',
      readHigh: t.banks > 1 ? high('memory_read_address') : '',
      waitingHigh: t.banks > 1 ? high('waiting_address') : '',
      addressRange: address > 1 ? '[ADDRESS-1:0] ' : '',
      widthRange: t.width > 1 ? '[WIDTH-1:0] ' : '',
      wideRange: wide > 1 ? '[WIDE-1:0] ' : '',
      wordRange: '[WIDTH-1:0]',
      spareRange: '[WIDE-1:WIDTH]',
    },
  };
  return emitLeaf(module, body, { file: `flow/${form}.v.hbs` }, form, read);
}
