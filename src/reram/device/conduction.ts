/**
 * Current of a device against its voltage, and the switching of the SkyWater cell with temperature.
 *
 * Errors: PR0904 a temperature that the device has no model of, PR0910 a voltage or size out of range.
 */
import { PrunusError } from '../../errors.ts';
import { type DeviceModel, si } from './schema.ts';

/** Amperes at a voltage through a device of this conductance (siemens, as the preset's range states it). */
export type Current = (siemens: number, volts: number) => number;

export function currentOf({ name, conduction }: DeviceModel): Current {
  if (conduction.kind === 'linear') return (siemens, volts) => siemens * volts;
  if (conduction.kind === 'sinh') {
    const scale = si(conduction.scale);
    const at = si(conduction.at);
    return (siemens, volts) => (siemens * at * Math.sinh(volts / scale)) / Math.sinh(at / scale);
  }
  const { second, third } = conduction;
  const largest = si(conduction.largest);
  return (siemens, volts) => {
    if (Math.abs(volts) > largest * (1 + 1e-9)) {
      const why = `${name} conducts by a formula that holds up to ${largest} V; ${volts} V was asked for`;
      throw new PrunusError('PR0910', why, 'use a lower read voltage');
    }
    return siemens * volts + 1e-6 * (second * volts * Math.abs(volts) + third * volts ** 3);
  };
}

/** Throws PR0904 unless the device has a model at this temperature. */
export function checkTemperature({ name, temperature }: DeviceModel, kelvin: number): void {
  const nominal = temperature ? si(temperature.nominal) : 300;
  if (kelvin === nominal || (temperature?.model === 'sky130' && kelvin > 0 && kelvin < 1000)) return;
  const has = temperature?.model === 'sky130' ? 'its model takes 0 to 1000 K' : `it knows ${nominal} K only`;
  throw new PrunusError('PR0904', `${name} has no data at ${kelvin} K; ${has}`, 'sky130 models temperature');
}

/**
 * The compact model of sky130_fd_pr_reram (Apache-2.0): a filament that grows and shrinks, its rate by the local
 * temperature. Conduction itself does not depend on temperature.
 */
export const sky130 = {
  current0: 61.4e-6, // A
  oxide: 5e-9, // m
  reference: 4.7249e-9, // m
  voltage0: 0.43, // V
  shortest: 3.3e-9, // m
  longest: 4.9e-9, // m
  rate0: 150, // m/s
  growBarrier: 1.501, // eV
  shrinkBarrier: 1.5, // eV
  hop: 0.25e-9, // m
  heat: 3.1825e-16, // J/K
  cooling: 0.23e-9, // s
} as const;

/** eV/K (CODATA 2018, exact in SI). */
const boltzmann = 8.617333262e-5;

/** Amperes through a filament of this length (m). */
export function sky130Current(filament: number, volts: number): number {
  const { current0, oxide, reference, voltage0 } = sky130;
  return current0 * Math.exp(-(oxide - filament) / (oxide - reference)) * Math.sinh(volts / voltage0);
}

/** Metres a second at a voltage and a local temperature. */
export function sky130Growth(filament: number, volts: number, kelvin: number): number {
  const { oxide, rate0, growBarrier, shrinkBarrier, hop } = sky130;
  const gamma = 16.5 - 1.25 * ((oxide - filament) / 1e-9) ** 3;
  const lowered = ((gamma * hop) / oxide) * volts;
  const thermal = boltzmann * kelvin;
  return rate0 * (Math.exp(-(growBarrier - lowered) / thermal) - Math.exp(-(shrinkBarrier + lowered) / thermal));
}

/**
 * Conductance (uS, at the read voltage of the preset) after `seconds` at rest. Without a voltage the filament shrinks at a
 * rate that depends on temperature only, as its barrier for shrinking is the lower one. That the model's barriers hold for
 * retention is inferred.
 */
export function sky130Retained(microsiemens: number, readVolts: number, seconds: number, kelvin: number): number {
  const { current0, oxide, reference, voltage0, shortest } = sky130;
  if (!(microsiemens > 0)) return microsiemens;
  const scale = current0 * Math.sinh(readVolts / voltage0);
  const filament = oxide + (oxide - reference) * Math.log((1e-6 * microsiemens * readVolts) / scale);
  const later = filament + sky130Growth(filament, 0, kelvin) * seconds;
  const shrunk = Math.min(filament, Math.max(shortest, later));
  return microsiemens * Math.exp((shrunk - filament) / (oxide - reference));
}

export interface Pulse {
  /** Over cell and series resistor; positive sets. */
  readonly volts: number;
  readonly seconds: number;
  readonly seriesOhms: number;
  /** Of the surroundings. */
  readonly kelvin: number;
}

export interface Switched {
  /** Filament length at the end, m. */
  readonly filament: number;
  /** Seconds until the filament reached the end it was driven to; undefined if it did not. */
  readonly switchedAfter: number | undefined;
  /** Joules until then, or until the end, in cell and resistor. */
  readonly energy: number;
  /** The hottest the cell was. */
  readonly peakKelvin: number;
}

/**
 * Applies a pulse: explicit Euler, each step short against cooling and growth. `filament` is the length before it.
 * Throws PR0910.
 */
export function sky130Pulse(filament: number, { volts, seconds, seriesOhms, kelvin }: Pulse): Switched {
  const { shortest, longest, heat, cooling } = sky130;
  if (!(filament >= shortest && filament <= longest)) {
    throw new PrunusError('PR0910', `a filament of ${filament} m is not possible`, `use ${shortest} to ${longest}`);
  }
  if (!(seconds > 0 && seconds <= 1 && seriesOhms >= 0 && kelvin > 0)) {
    throw new PrunusError(
      'PR0910',
      'a pulse needs a time up to 1 s, a resistance from 0 on, and a temperature above 0',
    );
  }
  let length = filament;
  let local = kelvin;
  let energy = 0;
  let peakKelvin = kelvin;
  let cell = volts;
  for (let time = 0; time < seconds; ) {
    cell = cellVoltage(length, volts, seriesOhms, cell);
    const current = sky130Current(length, cell);
    const growth = sky130Growth(length, cell, local);
    const step = Math.min(seconds - time, cooling / 50, Math.abs(1e-12 / growth));
    energy += volts * current * step;
    local += step * ((cell * current) / heat - (local - kelvin) / cooling);
    length += growth * step;
    time += step;
    peakKelvin = Math.max(peakKelvin, local);
    if (length >= longest || length <= shortest) {
      length = Math.min(longest, Math.max(shortest, length));
      const driven = (volts > 0 && length === longest) || (volts < 0 && length === shortest);
      if (driven) return { filament: length, switchedAfter: time, energy, peakKelvin };
    }
  }
  return { filament: length, switchedAfter: undefined, energy, peakKelvin };
}

/** Volts over the cell behind a series resistor: Newton, from the last step's. */
function cellVoltage(filament: number, volts: number, ohms: number, start: number): number {
  const { voltage0 } = sky130;
  const scale = sky130Current(filament, voltage0) / Math.sinh(1);
  let v = start;
  for (let n = 0; n < 60; n++) {
    const error = v + ohms * scale * Math.sinh(v / voltage0) - volts;
    const change = error / (1 + ((ohms * scale) / voltage0) * Math.cosh(v / voltage0));
    v -= change;
    if (Math.abs(change) < 1e-12) break;
  }
  return v;
}
