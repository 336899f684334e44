import { bitSelect } from '../bit-select.ts';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, wire } from '../../dsl/kinds.ts';
import { master, output, slave } from '../../dsl/ports.ts';
import { bankBus, crossbarBus, memoryLayout, memoryParameters } from '../main-memory/layout.ts';
import { calibrationLevel, gainBits, gainFraction, nominalReplica } from '../../reram/calibration.ts';
import { indexBits } from '../payloads.ts';
import { thresholdBits } from '../sequencer/sequencer.ts';

/** The elements whose levels a calibration drives, packed as a query's are. */
function calibrationQuery(p: { readonly dim: number; readonly dacBits: number }): bigint {
  let word = 0n;
  for (let d = p.dim - 1; d >= 0; d--) {
    const element = BigInt((calibrationLevel(p, d) - 1) / 2);
    word = (word << BigInt(p.dacBits)) | BigInt.asUintN(p.dacBits, element);
  }
  return word;
}

/** Spreads the columns of a bank over its crossbar tiles. */
export const bankControl = defineComponent({
  name: 'bank_control',
  summary: 'Spreads the columns of a bank over its crossbar tiles.',
  parameters: memoryParameters,
  ports: (p) => {
    const { tiles, usedColumns } = memoryLayout(p);
    return {
      bank: slave(bankBus(p)),
      tiles: master(many(tiles, crossbarBus(p, usedColumns))),
      tile_numbers: output(many(tiles, wire(bits(8)))),
    };
  },
  template: { file: 'bank-control/bank-control.v.hbs' },
  constants: (p) => {
    const { bankTokens, usedColumns, tiles } = memoryLayout(p);
    return {
      SLOT: indexBits(bankTokens),
      COLUMN: indexBits(usedColumns),
      TILES: tiles,
      THRESHOLD: thresholdBits,
      GAIN: gainBits,
      GAIN_FRACTION: gainFraction,
      // A threshold times a gain, and N times a trial.
      PRODUCT: thresholdBits + gainBits + 1,
    };
  },
  view: (p) => {
    const { bankTokens, usedColumns, tiles } = memoryLayout(p);
    return {
      replica: p.replica ?? false,
      nominal: `${thresholdBits + gainBits + 1}'d${nominalReplica(p)}`,
      half: `${thresholdBits + gainBits + 1}'sd${2 ** (gainFraction - 1)}`,
      roundUp: `${thresholdBits + gainBits + 1}'d${2 ** gainFraction - 1}`,
      levelBits: p.dim * p.dacBits,
      pattern: `${p.dim * p.dacBits}'h${calibrationQuery(p).toString(16)}`,
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
      spare:
        tiles * usedColumns > bankTokens
          ? bitSelect(
              `tiles${tiles - 1}_pruned`,
              usedColumns - 1,
              usedColumns - (tiles * usedColumns - bankTokens),
              usedColumns,
            )
          : '',
    };
  },
});
