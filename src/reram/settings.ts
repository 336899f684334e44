/**
 * What a design says of its ReRAM arrays beside their size: the device, how cells are coded and programmed, the wires, what
 * is broken, the comparators. `reram` of SPRINT and HARDSEA; without a device an array is ideal.
 */
import { z } from 'zod';
import { choice, group, type IssueNotes, integer, optionalReal, real } from '../dsl/parameters.ts';
import type { TileSettings } from './array/tile.ts';
import { chooseDevice, type DeviceChoice, deviceProblems, noDevice } from './device/choose.ts';
import { checkTemperature } from './device/conduction.ts';
import { checkRates, type FaultRates, faultRates } from './device/faults.ts';
import { devicePresets } from './device/presets.ts';
import { checkProgramming, type Programming } from './device/program.ts';
import { type DeviceModel, si } from './device/schema.ts';
import { PrunusError } from '../errors.ts';

const ours = "implementer's choice";
const share = (description: string, source: string) => real({ description, min: 0, max: 1, default: 0, source });
const fullScale = 'of the largest current';

const device = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .default(noDevice)
  .superRefine((given: DeviceChoice, context) => {
    for (const { code, path, message, fix } of deviceProblems(given)) {
      const notes: IssueNotes = { code, fix };
      context.addIssue({ code: 'custom', path: path === '' ? [] : path.split('.'), message, params: { notes } });
    }
  })
  .meta({
    description:
      'the device of the cells: a preset, one with numbers of its own changed, or a description; none is an ideal array',
    source: '`prunus list devices`',
    range: `none, one of ${[...devicePresets.keys()].join(', ')}, or an object`,
    // `--set reram.device.sigma=0.05` goes into it, beside a preset's name.
    open: 'preset',
  });

const word = 2 ** 32 - 1;

const shape = {
  device,
  chip: integer({
    description: 'number of the chip: which cells are stuck, which comparators are off',
    min: 0,
    max: word,
    default: 1,
    source: ours,
  }),
  coding: choice(['differential', 'offset'], {
    description: 'a signed cell: two devices of opposite sign, or one less the middle of the range',
    default: 'differential',
    source: 'docs/reram.md',
  }),
  wordOhms: optionalReal({
    description: 'resistance of a word line from one cell to the next',
    unit: 'ohm',
    min: 0,
    max: 1e6,
    absent: "the device's own, or none",
    source: 'docs/reram.md',
  }),
  bitOhms: optionalReal({
    description: 'resistance of a bit line from one cell to the next',
    unit: 'ohm',
    min: 0,
    max: 1e6,
    absent: "the device's own, or none",
    source: 'docs/reram.md',
  }),
  spread: real({
    description: 'what the spread of programming is multiplied by',
    min: 0,
    max: 100,
    default: 1,
    source: ours,
  }),
  acceptance: optionalReal({
    description: 'acceptance band of the spread that the device publishes, as a fraction',
    min: 0,
    max: 1,
    absent: "the device's first",
    source: 'the device',
  }),
  after: optionalReal({
    description: 'time since programming',
    unit: 's',
    min: 0,
    max: 1e10,
    absent: 'the shortest that the device knows',
    source: 'the device',
  }),
  kelvin: optionalReal({
    description: 'temperature at which that time passes',
    unit: 'K',
    min: 0,
    max: 1000,
    absent: "the device's own",
    source: 'the device',
  }),
  verify: group(
    {
      band: optionalReal({
        description: 'half-width of the band in which write-verify accepts a cell',
        unit: 'uS',
        min: 0,
        max: 1e6,
        absent: 'no verify',
        source: ours,
      }),
      pulses: optionalReal({
        description: 'most pulses of a cell',
        unit: 'pulses',
        min: 1,
        max: 65535,
        absent: "the device's own, or 8",
        source: ours,
      }),
      sigma: real({
        description: 'noise of the read that verifies',
        unit: 'uS',
        min: 0,
        max: 1e6,
        default: 0,
        source: ours,
      }),
    },
    'write-verify',
  ),
  faults: group(
    {
      low: optionalReal({
        description: 'share of cells stuck at the least conductance',
        min: 0,
        max: 1,
        absent: "the device's own, or none",
        source: 'docs/reram.md',
      }),
      high: optionalReal({
        description: 'share of cells stuck at the largest conductance',
        min: 0,
        max: 1,
        absent: "the device's own, or none",
        source: 'docs/reram.md',
      }),
      rowLow: share('share of word lines stuck low', ours),
      rowHigh: share('share of word lines stuck high', ours),
      columnLow: share('share of bit lines stuck low', ours),
      columnHigh: share('share of bit lines stuck high', ours),
    },
    'stuck cells, word lines and bit lines',
  ),
  comparator: group(
    {
      sigma: optionalReal({
        description: `spread of a comparator's offset, ${fullScale}`,
        min: 0,
        max: 0.5,
        absent: "the device's own, or none",
        source: 'docs/reram.md',
      }),
      hysteresis: real({
        description: `between the thresholds of a comparator after a column that was kept and one that was not, ${fullScale}`,
        min: 0,
        max: 0.5,
        default: 0,
        source: ours,
      }),
      metastable: real({
        description: `half-width of the band in which a comparator decides at random, ${fullScale}`,
        min: 0,
        max: 0.5,
        default: 0,
        source: ours,
      }),
    },
    'the comparators of the columns',
  ),
  calibration: choice(['none', 'replica'], {
    description:
      'what scales the threshold of every tile: nothing, or what a replica column measures after keys are written',
    default: 'none',
    source: 'docs/reram.md',
  }),
};

/** The group `reram` of a design; absent as a whole where nothing is set. */
export const reramGroup = z
  .strictObject(shape)
  .superRefine((given, context) => {
    const problem = contradiction(given);
    if (!problem) return;
    const { code, message, fix } = problem;
    context.addIssue({ code: 'custom', message: `${message}.`, params: { notes: { code, fix } satisfies IssueNotes } });
  })
  .optional()
  .meta({ description: 'the ReRAM arrays: devices, wires, faults, comparators' });
export type ReramSettings = z.output<z.ZodObject<typeof shape>>;

/** What a device has no data for, or does not go together. */
function contradiction(given: ReramSettings): PrunusError | undefined {
  if (deviceProblems(given.device).length > 0) return undefined; // said already
  const kind = arrayKind(given);
  if (!kind) return undefined;
  try {
    checkProgramming(kind.device, kind.programming, kind.verify);
    checkRates(kind.faults);
    if (given.kelvin !== undefined) checkTemperature(kind.device, given.kelvin);
    return undefined;
  } catch (error) {
    if (error instanceof PrunusError) return error;
    throw error;
  }
}

/** The device of a design's arrays; undefined when they are ideal. */
export const reramDevice = (reram: ReramSettings | undefined): DeviceModel | undefined =>
  reram && chooseDevice(reram.device);

/** What `programLevels` needs to know of arrays of this kind, all defaults resolved; a tile adds its size and number. */
export type ArrayKind = Pick<TileSettings, 'device' | 'coding' | 'wordOhms' | 'bitOhms' | 'verify'> & {
  readonly chip: number;
  readonly programming: Programming;
  readonly faults: FaultRates;
  /** Of the largest current of a whole column. */
  readonly comparatorSigma: number;
  readonly hysteresis: number;
  readonly metastable: number;
  /** Whether every tile has a replica column. */
  readonly replica: boolean;
};

/** Undefined when the arrays are ideal. */
export function arrayKind(reram: ReramSettings | undefined): ArrayKind | undefined {
  const model = reramDevice(reram);
  if (!reram || !model) return undefined;
  const { faults, verify, comparator } = reram;
  const own = faultRates(model).cell;
  const pulses = model.write.pulses ? si(model.write.pulses) : 8;
  return {
    device: model,
    coding: reram.coding,
    wordOhms: reram.wordOhms ?? (model.wire ? si(model.wire.word) : 0),
    bitOhms: reram.bitOhms ?? (model.wire ? si(model.wire.bit) : 0),
    chip: reram.chip,
    programming: {
      acceptance: reram.acceptance,
      after: reram.after,
      kelvin: reram.kelvin,
      scale: reram.spread,
    },
    verify:
      verify.band === undefined
        ? undefined
        : { band: verify.band, mostPulses: Math.round(verify.pulses ?? pulses), verifySigma: verify.sigma },
    faults: {
      cell: { low: faults.low ?? own.low, high: faults.high ?? own.high },
      row: { low: faults.rowLow, high: faults.rowHigh },
      column: { low: faults.columnLow, high: faults.columnHigh },
    },
    comparatorSigma: comparator.sigma ?? (model.comparator ? si(model.comparator) : 0),
    hysteresis: comparator.hysteresis,
    metastable: comparator.metastable,
    replica: reram.calibration === 'replica',
  };
}
