import { bitSelect, elementOf } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, wire } from '../../dsl/kinds.ts';
import { input, slave } from '../../dsl/ports.ts';
import {
  codeFraction,
  crossbarBus,
  deviceComparators,
  deviceSpread,
  memoryLayout,
  memoryShape,
  memoryTiming,
  replicaColumn,
} from '../main-memory/layout.ts';
import { nominalReplica, replicaLevel } from '../../reram/calibration.ts';
import { keyRecordWords } from '../../reram/records.ts';
import { programmingRecords, randomFunctions } from '../device-verilog.ts';
import { indexBits } from '../payloads.ts';
import { thresholdBits } from '../sequencer/sequencer.ts';
import { noiseScales } from '../../reram/crossbar.ts';

const parameters = z.strictObject({
  ...memoryShape,
  tAxTh: memoryTiming.tAxTh,
  ...deviceSpread,
  devices: deviceComparators,
  replica: replicaColumn,
});

/** Columns that the ideal form compares in one cycle: a power of two, so that a column's lane is its low bits. */
const idealLanes = (usedColumns: number, tAxTh: number): number =>
  2 ** Math.ceil(Math.log2(Math.ceil(usedColumns / tAxTh)));

interface Packing {
  /** Levels in a word of 64 bits, and bits of each. */
  readonly fields: number;
  readonly fieldBits: number;
  /** Products of words that can be added. */
  readonly words: number;
}

/** How the behavioural form packs levels, which are at most 2^bits - 1, so that sums of their products fit a signed field. */
const packing = (p: { readonly dacBits: number; readonly cellBits: number }): Packing => {
  const product = (2 ** p.dacBits - 1) * (2 ** p.cellBits - 1);
  const fields = [4, 2].find((n) => n * product < 2 ** (64 / n - 1))!;
  const fieldBits = 64 / fields;
  return { fields, fieldBits, words: Math.floor((2 ** (fieldBits - 1) - 1) / (fields * product)) };
};

/**
 * Verilog of a word of levels, from `name`, which holds its elements: with its sign bit inverted an element x counts from 0,
 * u = x + 2^(width-1), and its level is 2u - (2^width - 1).
 */
function levelWord(name: string, width: number, { fields, fieldBits }: Packing, reverse: boolean): string {
  const field = (i: number): string => {
    const top = width * i + width - 1;
    const sign = bitSelect(name, top, top, width * fields);
    const rest = width > 1 ? `, ${bitSelect(name, top - 1, width * i, width * fields)}` : '';
    return `${fieldBits - width - 1}'d0, ~${sign}${rest}, 1'b0`;
  };
  const order = Array.from({ length: fields }, (_, i) => (reverse ? i : fields - 1 - i));
  const full = (2 ** width - 1)
    .toString(16)
    .padStart(fieldBits / 4, '0')
    .repeat(fields);
  return `{ ${order.map(field).join(', ')} } - 64'h${full}`;
}

/** Verilog of the elements of word `i` of a port that may end within its last word. */
const elementsOfWord = (name: string, width: number, dim: number, fields: number): string => {
  const step = width * fields;
  const missing = step * Math.ceil(dim / fields) - width * dim;
  if (missing === 0) return dim === fields ? name : `${name}[i*${step} +: ${step}]`;
  const last = step * Math.floor(dim / fields);
  const rest = `{ ${missing}'d0, ${bitSelect(name, width * dim - 1, last, width * dim)} }`;
  return dim < fields ? rest : `(i == FIELD_WORDS - 1) ? ${rest} : ${name}[i*${step} +: ${step}]`;
};

/**
 * Crossbar tiles of a bank that share their bit lines: `segments` tiles of `rows` word lines on top of each other, one comparator per
 * column (SPRINT Fig. 6). Three forms with one port list: ideal (synthesizable, one or more columns a cycle), behavioural (conductance
 * codes, programming variation, read noise, comparator offset; with `devices` their records from a file) and macro (empty).
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
  forms: (p) => ({
    behavioural: { file: p.devices ? 'crossbar-tile/devices.v.hbs' : 'crossbar-tile/behavioural.v.hbs' },
    macro: { file: 'crossbar-tile/macro.v.hbs' },
  }),
  storage: (p) => {
    const { segments, usedColumns } = memoryLayout(p);
    return {
      technology: 'reram',
      cells: segments * p.rows * usedColumns,
      evaluation: { begins: 'port_evaluate', decisions: usedColumns },
    };
  },
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
      TILE_COLUMNS: usedColumns + Number(p.replica ?? false),
      CURRENT: Math.max(thresholdBits, p.dacBits + p.cellBits + 3 + indexBits(p.dim)),
      TERM: p.dacBits + p.cellBits + 2,
      LANES: lanes,
      GROUPS: Math.ceil(usedColumns / lanes),
      GROUP: indexBits(Math.ceil(usedColumns / lanes)),
      FRACTION: codeFraction,
      FIELDS: packing(p).fields,
      FIELD_WORDS: Math.ceil(p.dim / packing(p).fields),
      CODE_EXTRA: 32 - p.cellBits - 1 - codeFraction,
      BANKS: p.banks,
      TILES: tiles,
      TILES_ALL: p.channels * p.banks * tiles,
      RECORD: keyRecordWords(p.dim),
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
    const pack = packing(p);
    return {
      randomFunctions,
      programmingRecords: programmingRecords(
        `the codes of a key's elements, its comparator's offset, the scale of its read noise`,
      ),
      hysteresis: p.devices?.hysteresis ?? 0,
      metastable: p.devices?.metastable ?? 0,
      replica: p.replica ?? false,
      nominal: nominalReplica(p),
      replicaLevel: replicaLevel(p, 0),
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
      fieldBits: pack.fieldBits,
      topField: 64 - pack.fieldBits,
      roundField: (2n ** BigInt(63 - pack.fieldBits)).toString(),
      keyWord: elementsOfWord('port_write_data', p.cellBits, p.dim, pack.fields),
      queryWord: elementsOfWord('port_levels', p.dacBits, p.dim, pack.fields),
      keyLevels: levelWord('k', p.cellBits, pack, false),
      queryLevels: levelWord('q', p.dacBits, pack, true),
      missing: Math.ceil(p.dim / pack.fields) * pack.fields - p.dim,
      oneSum: Math.ceil(p.dim / pack.fields) <= pack.words,
      programNoise: scales.program > 0,
      readNoise: scales.read > 0,
      offsetNoise: scales.offset > 0,
      anyNoise: scales.program + scales.read + scales.offset > 0,
      operationBits: indexBits(p.tokens),
    };
  },
});
