import { describe, expect, test } from 'vitest';
import { checkTemperature, currentOf, sky130Current, sky130Pulse } from '../../../src/reram/device/conduction.ts';
import { devicePreset } from '../../../src/reram/device/presets.ts';
import { said } from './arrays.ts';

describe('conduction', () => {
  test('linear, polynomial, sinh', () => {
    expect(currentOf(devicePreset('wan2022'))(4e-5, 0.5)).toBe(2e-5);
    const milo = devicePreset('milo2021', {
      conduction: {
        kind: 'polynomial',
        second: 3,
        third: -40,
        largest: { value: 0.5, unit: 'V', source: 'test' },
        source: 'test',
      },
    });
    const current = currentOf(milo);
    expect(current(1e-4, 0.3)).toBeCloseTo(1e-4 * 0.3 + 3e-6 * 0.09 - 40e-6 * 0.027, 15);
    expect(current(1e-4, -0.3)).toBeCloseTo(-current(1e-4, 0.3), 15);
    expect(said(() => current(1e-4, 0.6))).toBe(
      'PR0910 milo2021 conducts by a formula that holds up to 0.5 V; 0.6 V was asked for; use a lower read voltage',
    );
    // A conductance is what the cell has at the preset's read voltage, whatever the filament.
    const sky = currentOf(devicePreset('sky130'));
    for (const filament of [3.3e-9, 4e-9, 4.9e-9]) {
      const siemens = sky130Current(filament, 0.2) / 0.2;
      for (const volts of [0.05, 0.2, -0.4]) {
        expect(sky(siemens, volts) / sky130Current(filament, volts)).toBeCloseTo(1, 12);
      }
    }
  });

  test('sky130: resistances and pulses as its Verilog-A was measured', () => {
    expect(0.2 / sky130Current(4.9e-9, 0.2) / 9.7e3).toBeCloseTo(1, 2);
    expect(0.2 / sky130Current(3.3e-9, 0.2) / 3.26e6).toBeCloseTo(1, 2);
    const pulse = (filament: number, volts: number, seconds: number, kelvin = 300) =>
      sky130Pulse(filament, { volts, seconds, seriesOhms: 3000, kelvin });
    const reset = pulse(4.9e-9, -2.2, 1e-6);
    expect(reset.switchedAfter! / 167e-9).toBeCloseTo(1, 1);
    expect(reset.energy / 11.9e-12).toBeCloseTo(1, 1);
    // 3.7 ns and 0.16 pJ to the abrupt part of setting.
    expect(0.2 / sky130Current(pulse(3.3e-9, 2.4, 3.5e-9).filament, 0.2)).toBeGreaterThan(2e6);
    expect(0.2 / sky130Current(pulse(3.3e-9, 2.4, 3.9e-9).filament, 0.2)).toBeLessThan(40e3);
    expect(pulse(3.3e-9, 2.4, 3.72e-9).energy / 0.16e-12).toBeCloseTo(1, 0);
    expect(pulse(3.3e-9, 2.4, 1e-6).filament).toBe(4.9e-9);
    // None at 1.5 V in a microsecond; heat makes it faster.
    expect(pulse(3.3e-9, 1.5, 1e-7).switchedAfter).toBeUndefined();
    expect(pulse(4.9e-9, -2.2, 1e-6, 358).switchedAfter!).toBeLessThan(reset.switchedAfter! / 3);
    expect(reset.peakKelvin).toBeGreaterThan(500);
  });

  test('temperatures and pulses that are refused', () => {
    expect(said(() => checkTemperature(devicePreset('sky130'), 358))).toBe('nothing');
    expect(said(() => checkTemperature(devicePreset('wan2022'), 300))).toBe('nothing');
    expect(said(() => checkTemperature(devicePreset('wan2022'), 358))).toBe(
      'PR0904 wan2022 has no data at 358 K; it knows 300 K only; sky130 models temperature',
    );
    expect(said(() => sky130Pulse(5e-9, { volts: 1, seconds: 1e-9, seriesOhms: 0, kelvin: 300 }))).toBe(
      'PR0910 a filament of 5e-9 m is not possible; use 3.3e-9 to 4.9e-9',
    );
    expect(said(() => sky130Pulse(4e-9, { volts: 1, seconds: 0, seriesOhms: 0, kelvin: 300 }))).toBe(
      'PR0910 a pulse needs a time up to 1 s, a resistance from 0 on, and a temperature above 0',
    );
  });
});
