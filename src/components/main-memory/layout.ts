import { z } from 'zod';
import { integer, powerOfTwo, real } from '../../dsl/parameters.ts';
import { bits, bus, type Interface, payload, signed, vector } from '../../dsl/kinds.ts';
import { indexBits } from '../payloads.ts';
import { thresholdBits } from '../sequencer/sequencer.ts';

const choiceNote = "implementer's choice";

/** Parameters that the parts of the ReRAM main memory share. */
export const memoryShape = {
  tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  dim: integer({ description: 'elements of a key', min: 1, max: 1024, default: 64 }),
  channels: powerOfTwo({
    description: 'memory channels; key j is in channel j mod channels',
    min: 1,
    max: 16,
    default: 4,
    source: choiceNote,
  }),
  banks: powerOfTwo({
    description: 'banks of a channel; adjacent keys of a channel are in different banks',
    min: 1,
    max: 16,
    default: 4,
    source: choiceNote,
  }),
  rows: integer({
    description: 'word lines of a crossbar tile; a longer key spans several tiles',
    unit: 'cells',
    min: 1,
    max: 1024,
    default: 64,
    source: 'docs/sprint.md: inferred',
  }),
  columns: integer({
    description: 'bit lines of a crossbar tile: keys it holds',
    unit: 'keys',
    min: 1,
    max: 1024,
    default: 128,
    source: 'docs/sprint.md: inferred',
  }),
  cellBits: integer({
    description:
      'key bits held in the crossbars, one multi-level cell an element; the other bits are in standard ReRAM',
    unit: 'bits',
    min: 1,
    max: 8,
    default: 4,
    source: 'SPRINT, 4-bit cells',
  }),
  dacBits: integer({
    description: 'query bits that the DACs apply',
    unit: 'bits',
    min: 1,
    max: 8,
    default: 4,
    source: 'docs/sprint.md: inferred',
  }),
};

/** Timing of main memory in clock cycles. Every command takes a cycle of its own besides. */
export const memoryTiming = {
  tCL: integer({
    description: 'column access to first data',
    unit: 'cycles',
    min: 0,
    max: 255,
    default: 14,
    source: 'docs/sprint.md: invented, DDR-like',
  }),
  tRCD: integer({
    description: 'row activation to column access',
    unit: 'cycles',
    min: 0,
    max: 255,
    default: 14,
    source: 'docs/sprint.md: invented, DDR-like',
  }),
  tRP: integer({
    description: 'precharge',
    unit: 'cycles',
    min: 0,
    max: 255,
    default: 14,
    source: 'docs/sprint.md: invented, DDR-like',
  }),
  tBURST: integer({
    description: 'bus time of a vector',
    unit: 'cycles',
    min: 1,
    max: 64,
    default: 4,
    source: 'docs/sprint.md: invented, DDR-like',
  }),
  tAxTh: integer({
    description: 'in-memory compute and threshold',
    unit: 'cycles',
    min: 1,
    max: 255,
    default: 8,
    source: 'SPRINT: below 8 cycles',
  }),
};

/** The rest of the controller's parameters. */
export const controllerShape = {
  rowTokens: powerOfTwo({
    description: 'tokens, key and value, in a row buffer',
    unit: 'tokens',
    min: 1,
    max: 1024,
    default: 16,
    source: choiceNote,
  }),
  queue: integer({
    description: 'read requests that wait at a bank',
    unit: 'requests',
    min: 2,
    max: 64,
    default: 4,
    source: choiceNote,
  }),
};

/** Spread of the devices, as seen by the behavioural tile. Zero: an ideal array. */
export const deviceSpread = {
  programSigma: real({
    description: 'programming variation, of full-scale conductance',
    min: 0,
    max: 0.5,
    default: 0,
    source: 'a parameter; presets of real devices come with the device model',
  }),
  readSigma: real({
    description: 'read noise of a column, of full-scale current',
    min: 0,
    max: 0.5,
    default: 0,
    source: 'a parameter',
  }),
  comparatorSigma: real({
    description: 'comparator offset, of full-scale current',
    min: 0,
    max: 0.5,
    default: 0,
    source: 'a parameter',
  }),
};

const codes = { unit: 'code units', min: 0, max: 2 ** 40, default: 0 } as const;

/** Where cells are modelled devices: what their comparators have in common. Absent for other arrays. */
export const deviceComparators = z
  .strictObject({
    hysteresis: integer({ description: "half of a comparator's hysteresis", ...codes }),
    metastable: integer({ description: 'half-width of the band in which a comparator decides at random', ...codes }),
  })
  .optional()
  .meta({ description: 'modelled devices, whose programming comes from a file' });

/** Whether tiles have a replica column, by which their thresholds are scaled (`src/reram/calibration.ts`). */
export const replicaColumn = z
  .boolean()
  .optional()
  .meta({ description: 'a replica column in every tile, by which its threshold is scaled' });

export const memoryParameters = z.strictObject({
  ...memoryShape,
  ...memoryTiming,
  ...controllerShape,
  ...deviceSpread,
  devices: deviceComparators,
  replica: replicaColumn,
});
export type MemoryParameters = z.output<typeof memoryParameters>;

/** Where things are. */
export function memoryLayout(p: Pick<MemoryParameters, 'tokens' | 'dim' | 'channels' | 'banks' | 'rows' | 'columns'>) {
  const channelTokens = Math.ceil(p.tokens / p.channels);
  const bankTokens = Math.ceil(channelTokens / p.banks);
  const tiles = Math.ceil(bankTokens / p.columns);
  return {
    /** Tokens of a channel. */
    channelTokens,
    /** Tokens of a bank. */
    bankTokens,
    /** Crossbar tiles side by side in a bank. */
    tiles,
    /** Columns of a tile that hold keys of this head. */
    usedColumns: Math.min(p.columns, bankTokens),
    /** Tiles on top of each other, whose bit lines are joined in front of the comparators. */
    segments: Math.ceil(p.dim / p.rows),
  };
}

/** Conductance codes of one level step: fixed point of the behavioural tile. */
export const codeFraction = 6;

/** Port of a crossbar tile. `pruned` holds from tAxTh cycles after `evaluate` until the next `evaluate`. */
export const crossbarBus = (
  p: { dim: number; cellBits: number; dacBits: number; tokens: number; replica?: boolean | undefined },
  columns: number,
): Interface<'crossbar'> =>
  bus('crossbar', {
    evaluate: { field: bits(1), from: 'master' },
    levels: { field: vector(p.dim, signed(p.dacBits)), from: 'master' },
    threshold: { field: signed(thresholdBits), from: 'master' },
    operation: { field: bits(indexBits(p.tokens)), from: 'master' },
    write_enable: { field: bits(1), from: 'master' },
    write_column: { field: bits(indexBits(columns)), from: 'master' },
    write_data: { field: vector(p.dim, signed(p.cellBits)), from: 'master' },
    read_enable: { field: bits(1), from: 'master' },
    read_column: { field: bits(indexBits(columns)), from: 'master' },
    read_data: { field: vector(p.dim, signed(p.cellBits)), from: 'slave' },
    pruned: { field: vector(columns, bits(1)), from: 'slave' },
    // Evaluation of the replica alone, and whether it reaches the threshold.
    ...(p.replica
      ? { calibrate: { field: bits(1), from: 'master' as const }, replica: { field: bits(1), from: 'slave' as const } }
      : {}),
  });

/** Port of a bank of crossbars: like a tile's, over the columns of all its tiles. */
export const bankBus = (p: MemoryParameters): Interface<'bank'> => {
  const { bankTokens } = memoryLayout(p);
  const slot = bits(indexBits(bankTokens));
  return bus('bank', {
    evaluate: { field: bits(1), from: 'master' },
    levels: { field: vector(p.dim, signed(p.dacBits)), from: 'master' },
    threshold: { field: signed(thresholdBits), from: 'master' },
    operation: { field: bits(indexBits(p.tokens)), from: 'master' },
    write_enable: { field: bits(1), from: 'master' },
    write_slot: { field: slot, from: 'master' },
    write_data: { field: vector(p.dim, signed(p.cellBits)), from: 'master' },
    read_enable: { field: bits(1), from: 'master' },
    read_slot: { field: slot, from: 'master' },
    read_data: { field: vector(p.dim, signed(p.cellBits)), from: 'slave' },
    pruned: { field: vector(bankTokens, bits(1)), from: 'slave' },
    // From the first evaluation of replicas to the last; in the cycles with `sample` what they say is taken.
    ...(p.replica
      ? { calibrate: { field: bits(1), from: 'master' as const }, sample: { field: bits(1), from: 'master' as const } }
      : {}),
  });
};

/** A read of a key or of a value. */
export const readPayload = (tokens: number) => payload('read', { token: bits(indexBits(tokens)), value: bits(1) });

/** What a read gives: of a key, the crossbars' bits of all elements first and the other bits after them. */
export const readDataPayload = (tokens: number, dim: number) =>
  payload('read_data', { token: bits(indexBits(tokens)), value: bits(1), data: vector(dim, bits(8)) });
