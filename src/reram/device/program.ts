/**
 * Conductances that programming leaves, and what time and reading do to them. Microsiemens throughout.
 *
 * A deviate belongs to a cell: (seed, column, row) names it, so every cell has its own, and the same ones in any order.
 * Nothing falls back: an acceptance band or a time for which a device has no data is an error.
 *
 * Errors: PR0903 no data for this acceptance or time, PR0909 bits of a cell, PR0910 a setting out of range.
 */
import { PrunusError } from '../../errors.ts';
import { sky130Retained } from './conduction.ts';
import { deviceTag, normalAt, polynomial } from './normal.ts';
import { conductanceRange, type DeviceModel, si } from './schema.ts';

export interface Programming {
  /** Acceptance band as a fraction of the target, for devices that publish several; the device's first if absent. */
  readonly acceptance?: number | undefined;
  /** Seconds since programming; the shortest that the device knows if absent. */
  readonly after?: number | undefined;
  /** While that time passes; the device's own if absent. Only `sky130` answers for others. */
  readonly kelvin?: number | undefined;
  /** Multiplies every standard deviation of programming; 1 if absent. */
  readonly scale?: number | undefined;
}

/** 2^bits conductances in equal steps from the smallest to the largest. Throws PR0909. */
export function levelConductances(device: DeviceModel, bits: number): Float64Array {
  if (!Number.isInteger(bits) || bits < 1 || bits > 4) {
    throw new PrunusError('PR0909', `a cell of ${bits} bits is not modelled`, 'use 1 to 4 bits');
  }
  const { min, max } = conductanceRange(device);
  const steps = 2 ** bits - 1;
  return Float64Array.from({ length: steps + 1 }, (_, n) => min + ((max - min) * n) / steps);
}

/** The published formula: standard deviation of a programmed conductance about its target. Throws PR0903, PR0910. */
export function programSigma(device: DeviceModel, programming: Programming = {}): (target: number) => number {
  const { program } = device;
  const { min, max } = conductanceRange(device);
  const { scale = 1 } = programming;
  if (!(scale >= 0 && scale < Infinity)) {
    throw new PrunusError('PR0910', `a spread cannot be multiplied by ${scale}`, 'use 0 or more');
  }
  if (program.kind === 'polynomial') {
    const { coefficients } = chooseCase(device, program.cases, programming);
    const unit = program.variable === 'uS' ? 1 : max;
    return (target) => scale * Math.max(0, polynomial(coefficients, target / unit));
  }
  refuse(device, 'acceptance', programming.acceptance, []);
  if (!hasTime(device)) refuse(device, 'after', programming.after, []);
  if (program.kind === 'none') return () => 0;
  const sigma = si(program.sigma) * scale;
  if (program.to === 'range') return () => sigma * (max - min);
  if (program.to === 'largest') return () => sigma * max;
  // Of a resistance too, to first order; `programmed` draws the resistance itself.
  return (target) => sigma * target;
}

const retains = ({ temperature }: DeviceModel): boolean => temperature?.model === 'sky130';
/** Whether anything is known of it after a time. */
const hasTime = (device: DeviceModel): boolean => device.drift.kind !== 'none' || retains(device);

type SigmaCase = Extract<DeviceModel['program'], { kind: 'polynomial' }>['cases'][number];

function chooseCase(device: DeviceModel, cases: readonly SigmaCase[], programming: Programming): SigmaCase {
  const pick = (key: 'after' | 'acceptance', wanted: number | undefined): SigmaCase => {
    const known = cases.flatMap((c) => (c[key] ? [si(c[key])] : []));
    if (wanted === undefined) return cases[0];
    const at = known.findIndex((x) => Math.abs(x - wanted) <= 1e-9 * x);
    if (at >= 0) return cases[at];
    return refuse(device, key, wanted, known);
  };
  if (cases[0].acceptance) {
    if (!hasTime(device)) refuse(device, 'after', programming.after, []);
    return pick('acceptance', programming.acceptance);
  }
  refuse(device, 'acceptance', programming.acceptance, []);
  if (cases[0].after) return pick('after', programming.after);
  if (!hasTime(device)) refuse(device, 'after', programming.after, []);
  return cases[0];
}

function refuse(device: DeviceModel, key: 'after' | 'acceptance', wanted: undefined, known: readonly number[]): void;
function refuse(device: DeviceModel, key: 'after' | 'acceptance', wanted: number, known: readonly number[]): never;
function refuse(
  device: DeviceModel,
  key: 'after' | 'acceptance',
  wanted: number | undefined,
  known: readonly number[],
): void;
function refuse(
  { name }: DeviceModel,
  key: 'after' | 'acceptance',
  wanted: number | undefined,
  known: readonly number[],
): void {
  if (wanted === undefined) return;
  const what = key === 'after' ? `${wanted} s after programming` : `an acceptance band of ${wanted} of the target`;
  const unit = key === 'after' ? ' s' : '';
  const has = known.length > 0 ? `it has them for ${known.map((x) => `${x}${unit}`).join(', ')}` : 'it has none at all';
  throw new PrunusError(
    'PR0903',
    `${name} has no data for ${what}; ${has}`,
    known.length > 0 ? `use ${known.join(' or ')}` : `leave \`${key}\` out`,
  );
}

/** What is done until a cell reads within the band, and at most so often. Throws PR0910 where it is used. */
export interface WriteVerify {
  /** Half-width of the acceptance band, microsiemens. */
  readonly band: number;
  readonly mostPulses: number;
  /** Standard deviation of the verifying read, microsiemens; 0 if absent. */
  readonly verifySigma?: number | undefined;
}

export interface Cell {
  readonly seed: number;
  /** Any 32-bit number of its own for each bit line of each tile. */
  readonly column: number;
  /** 0 to 65535. */
  readonly row: number;
}

export interface Programmed {
  /** Microsiemens, never negative. */
  readonly conductance: number;
  readonly pulses: number;
  /** Whether it read within the band in the end; true without verify. */
  readonly accepted: boolean;
}

/** Throws what programming with these would: PR0903 no data, PR0910 out of range. */
export function checkProgramming(device: DeviceModel, programming: Programming, verify?: WriteVerify): void {
  programSigma(device, programming);
  if (programming.after !== undefined) driftOf(device, programming.after);
  if (verify) checkVerify(verify);
}

function checkVerify({ band, mostPulses, verifySigma = 0 }: WriteVerify): void {
  if (!(band >= 0)) throw new PrunusError('PR0910', `a band of ${band} uS accepts nothing`, 'use 0 or more');
  if (!Number.isInteger(mostPulses) || mostPulses < 1 || mostPulses > 65535) {
    throw new PrunusError('PR0910', `${mostPulses} pulses at most are not possible`, 'use 1 to 65535');
  }
  if (!(verifySigma >= 0)) {
    throw new PrunusError('PR0910', `a read noise of ${verifySigma} uS is none`, 'use 0 or more');
  }
}

/** Programs cells of one device: its formulas looked up once. Throws PR0903, PR0910. */
export class Programmer {
  private readonly sigma: (target: number) => number;
  private readonly inResistance: boolean;
  private readonly verify: WriteVerify | undefined;

  constructor(device: DeviceModel, programming: Programming = {}, verify?: WriteVerify) {
    this.sigma = programSigma(device, programming);
    this.inResistance = device.program.kind === 'relative' && device.program.to === 'resistance';
    this.verify = verify;
    if (verify) checkVerify(verify);
  }

  /** One pulse's result before conductance stops at 0: exactly the published distribution. */
  draw(target: number, { seed, column, row }: Cell, pulse = 0): number {
    const sigma = this.sigma(target);
    if (sigma === 0) return target;
    const deviate = sigma * normalAt(seed, deviceTag.program, column, row + 65536 * pulse);
    if (!this.inResistance || target === 0) return target + deviate;
    const share = deviate / target;
    return share > -1 ? target / (1 + share) : Infinity;
  }

  program(target: number, cell: Cell): Programmed {
    const { verify } = this;
    if (!verify) return { conductance: Math.max(0, this.draw(target, cell)), pulses: 1, accepted: true };
    const { band, mostPulses, verifySigma = 0 } = verify;
    for (let pulse = 0; ; pulse++) {
      const conductance = Math.max(0, this.draw(target, cell, pulse));
      const { seed, column, row } = cell;
      const error = verifySigma > 0 ? verifySigma * normalAt(seed, deviceTag.verify, column, row + 65536 * pulse) : 0;
      const accepted = Math.abs(conductance + error - target) <= band;
      if (accepted || pulse + 1 >= mostPulses) return { conductance, pulses: pulse + 1, accepted };
    }
  }
}

/**
 * A conductance `after` seconds from its programming: drift of devices that publish one in the logarithm of time. For
 * those that publish spreads at some times instead, `Programming.after` chooses; `sky130` loses its filament by temperature. Throws PR0903.
 */
export function drifted(
  device: DeviceModel,
  conductance: number,
  after: number,
  { seed, column, row }: Cell,
  kelvin?: number,
): number {
  const { drift, conduction, temperature } = device;
  if (retains(device) && conduction.kind === 'sinh') {
    return sky130Retained(conductance, si(conduction.at), after, kelvin ?? si(temperature!.nominal));
  }
  if (drift.kind === 'logarithmic') {
    const { mean, sigma } = driftOf(device, after);
    return Math.max(0, conductance + mean + sigma * normalAt(seed, deviceTag.drift, column, row));
  }
  if (drift.kind === 'none') refuse(device, 'after', after, []);
  return conductance;
}

/** Mean and standard deviation of logarithmic drift, microsiemens. Throws PR0903 before one second. */
export function driftOf(device: DeviceModel, after: number): { mean: number; sigma: number } {
  const { drift } = device;
  if (drift.kind !== 'logarithmic') return { mean: 0, sigma: 0 };
  if (!(after >= 1 && after < Infinity)) {
    const why = `${device.name} has no data for ${after} s after programming; its drift is known from 1 s on`;
    throw new PrunusError('PR0903', why, 'use 1 or more');
  }
  const decades = Math.log(after);
  return { mean: drift.meanSlope * decades, sigma: drift.sigmaSlope * decades + drift.sigmaAtOne };
}

/** Standard deviation of a conductance from one read to the next, microsiemens; `after` matters to few. */
export function readSigma(device: DeviceModel, conductance: number, after = 1): number {
  const { readNoise } = device;
  if (readNoise.kind === 'none') return 0;
  if (readNoise.kind === 'additive') return si(readNoise.sigma) * conductanceRange(device).max;
  const time = si(readNoise.time);
  const grown = Math.log((after + time) / (2 * time));
  return Math.max(0, readNoise.factor * Math.log10(conductance)) * Math.sqrt(Math.max(0, grown));
}
