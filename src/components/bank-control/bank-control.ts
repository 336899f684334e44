import { bitSelect } from '../bit-select.ts';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Interface, many, wire } from '../../dsl/kinds.ts';
import { type Directed, master, output, slave } from '../../dsl/ports.ts';
import { bankBus, crossbarBus, type MemoryParameters, memoryLayout, memoryParameters } from '../main-memory/layout.ts';
import { indexBits } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';

/** The array of the key bits that the cells do not hold; absent when they hold all eight. */
const lowArray = (p: MemoryParameters): { low: Directed<'out', Interface<'memory'>> } =>
  (p.cellBits < 8 ? { low: master(memoryBus(memoryLayout(p).bankTokens, p.dim * (8 - p.cellBits))) } : {}) as never;

/** Spreads a bank's tokens over its arrays: key bits to the crossbar tiles and to standard ReRAM, values to standard ReRAM. */
export const bankControl = defineComponent({
  name: 'bank_control',
  summary: 'Spreads the tokens of a bank over its crossbar tiles (high key bits), and its standard arrays (low key bits, values).',
  parameters: memoryParameters,
  ports: (p) => {
    const { tiles, usedColumns, bankTokens } = memoryLayout(p);
    return {
      bank: slave(bankBus(p)),
      tiles: master(many(tiles, crossbarBus(p, usedColumns))),
      ...lowArray(p),
      values: master(memoryBus(bankTokens, p.dim * 8)),
      tile_numbers: output(many(tiles, wire(bits(8)))),
    };
  },
  template: { file: 'bank-control/bank-control.v.hbs' },
  constants: (p) => {
    const { bankTokens, usedColumns, tiles } = memoryLayout(p);
    return {
      SLOT: indexBits(bankTokens),
      COLUMN: indexBits(usedColumns),
      HIGH: p.dim * p.cellBits,
      VECTOR: p.dim * 8,
      TILES: tiles,
    };
  },
  view: (p) => {
    const { bankTokens, usedColumns, tiles } = memoryLayout(p);
    return {
      split: p.cellBits < 8,
      oneTile: tiles === 1,
      tiles: Array.from({ length: tiles }, (_, t) => ({
        t,
        first: t * usedColumns,
        end: Math.min(bankTokens, (t + 1) * usedColumns),
        spare: (t + 1) * usedColumns - Math.min(bankTokens, (t + 1) * usedColumns),
        firstTile: t === 0,
        lastTile: t === tiles - 1,
      })),
      pruned: Array.from({ length: tiles }, (_, t) => tiles - 1 - t).map((t) => {
        const used = Math.min(bankTokens - t * usedColumns, usedColumns);
        return bitSelect(`tiles${t}_pruned`, used - 1, 0, usedColumns);
      }),
      spare: tiles * usedColumns > bankTokens ? bitSelect(`tiles${tiles - 1}_pruned`, usedColumns - 1, usedColumns - (tiles * usedColumns - bankTokens), usedColumns) : '',
    };
  },
});
