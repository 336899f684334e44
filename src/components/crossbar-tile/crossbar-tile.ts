import { elementOf } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, wire } from '../../dsl/kinds.ts';
import { input, slave } from '../../dsl/ports.ts';
import {
  codeFraction,
  crossbarBus,
  deviceSpread,
  memoryLayout,
  memoryShape,
  memoryTiming,
} from '../main-memory/layout.ts';
import { indexBits } from '../payloads.ts';
import { thresholdBits } from '../sequencer/sequencer.ts';
import { noiseScales } from '../../reram/crossbar.ts';

const parameters = z.strictObject({ ...memoryShape, tAxTh: memoryTiming.tAxTh, ...deviceSpread });

/** Columns that the ideal form compares in one cycle: a power of two, so that a column's lane is its low bits. */
const idealLanes = (usedColumns: number, tAxTh: number): number =>
  2 ** Math.ceil(Math.log2(Math.ceil(usedColumns / tAxTh)));

/**
 * Crossbar tiles of a bank that share their bit lines: `segments` tiles of `rows` word lines on top of each other, one comparator per
 * column (SPRINT Fig. 6). Three forms with one port list: ideal (synthesizable, one or more columns a cycle), behavioural (conductance
 * codes, programming variation, read noise, comparator offset) and macro (empty).
 */
export const crossbarTile = defineComponent({
  name: 'crossbar_tile',
  summary:
    'A transposable ReRAM crossbar: each column holds the most significant bits of one key. Evaluation drives a query onto the word lines and compares every column with the threshold; a normal read gives one column.',
  parameters,
  ports: (p) => ({
    port: slave(crossbarBus(p, memoryLayout(p).usedColumns)),
    noise_seed: input(wire(bits(32))),
    channel_number: input(wire(bits(8))),
    bank_number: input(wire(bits(8))),
    tile_number: input(wire(bits(8))),
  }),
  template: { file: 'crossbar-tile/ideal.v.hbs' },
  forms: { behavioural: { file: 'crossbar-tile/behavioural.v.hbs' }, macro: { file: 'crossbar-tile/macro.v.hbs' } },
  constants: (p) => {
    const { usedColumns, tiles, segments } = memoryLayout(p);
    const lanes = idealLanes(usedColumns, p.tAxTh);
    const scales = noiseScales(p);
    return {
      COLUMNS: usedColumns,
      COLUMN: indexBits(usedColumns),
      DIM: p.dim,
      WORD: p.dim * p.cellBits,
      LEVELS: p.dim * p.dacBits,
      CELL_BITS: p.cellBits,
      DAC_BITS: p.dacBits,
      THRESHOLD: thresholdBits,
      // (2q+1)(2k+1) summed over the key, with a bit to spare.
      CURRENT: Math.max(thresholdBits, p.dacBits + p.cellBits + 3 + indexBits(p.dim)),
      TERM: p.dacBits + p.cellBits + 2,
      LANES: lanes,
      GROUPS: Math.ceil(usedColumns / lanes),
      GROUP: indexBits(Math.ceil(usedColumns / lanes)),
      FRACTION: codeFraction,
      // Elements that the behavioural form takes in one step of its loop.
      CHUNK: Math.min(8, p.dim),
      CODE_EXTRA: 32 - p.cellBits - 1 - codeFraction,
      BANKS: p.banks,
      TILES: tiles,
      ROWS: p.rows,
      SEGMENTS: segments,
      PROGRAM_SCALE: scales.program,
      READ_SCALE: scales.read,
      OFFSET_SCALE: scales.offset,
    };
  },
  view: (p) => {
    const { usedColumns } = memoryLayout(p);
    const lanes = idealLanes(usedColumns, p.tAxTh);
    const groups = Math.ceil(usedColumns / lanes);
    const slice = (name: string, width: number, i: number) => elementOf(name, width, i, p.dim);
    const scales = noiseScales(p);
    const chunk = Math.min(8, p.dim);
    const bitsOf = (width: number, i: number) => (width === 1 ? `${i}` : `${width * i + width - 1}:${width * i}`);
    const within = (i: number) => ({ q: bitsOf(p.dacBits, i), k: bitsOf(p.cellBits, i) });
    return {
      elements: Array.from({ length: p.dim }, (_, i) => ({
        i,
        level: slice('query', p.dacBits, i),
        cell: slice('key', p.cellBits, i),
      })),
      lanes: Array.from({ length: lanes }, (_, lane) => ({
        lane,
        columns: Array.from({ length: groups }, (_, group) => ({ group, column: group * lanes + lane })).filter(
          (c) => c.column < usedColumns,
        ),
      })).filter((l) => l.columns.length > 0),
      groupBits: indexBits(groups),
      laneBits: Math.log2(lanes),
      groups: Math.floor(p.dim / chunk),
      chunk: Array.from({ length: chunk }, (_, i) => within(i)),
      rest: Array.from({ length: p.dim % chunk }, (_, i) => within(i)),
      restQ: `${p.dim * p.dacBits - 1}:${(p.dim - (p.dim % chunk)) * p.dacBits}`,
      restK: `${p.dim * p.cellBits - 1}:${(p.dim - (p.dim % chunk)) * p.cellBits}`,
      padQ: `${(chunk - (p.dim % chunk)) * p.dacBits}'d0`,
      padK: `${(chunk - (p.dim % chunk)) * p.cellBits}'d0`,
      dacRest: p.dacBits - 1,
      cellRest: p.cellBits - 1,
      dacFull: 2 ** p.dacBits - 1,
      cellFull: 2 ** p.cellBits - 1,
      programNoise: scales.program > 0,
      readNoise: scales.read > 0,
      offsetNoise: scales.offset > 0,
      anyNoise: scales.program + scales.read + scales.offset > 0,
      operationBits: indexBits(p.tokens),
    };
  },
});
