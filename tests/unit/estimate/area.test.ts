/** The estimate of whole designs: what must hold whatever the calibration says. */
import { describe, expect, test } from 'vitest';
import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { estimateArea } from '../../../src/estimate/area.ts';
import { estimateEnergy } from '../../../src/estimate/energy.ts';
import { designFiles } from '../../../src/sim/design-files.ts';

const estimated = (architecture: keyof typeof architectures, parameters: object) => {
  const { netlist } = elaborate(architectures[architecture].make(parameters as never), 'made');
  return estimateArea(netlist, designFiles(netlist));
};

test.each(presets())('every leaf of $name is read', ({ architecture, parameters }) => {
  const { modules, total } = estimated(architecture, parameters);
  expect(modules.every((m) => m.area >= 0 && Number.isFinite(m.area))).toBe(true);
  expect(total.area).toBeGreaterThan(10_000);
});

describe('sprint', () => {
  const base = { tokens: 16, dim: 8, bufferBytes: 128, tile: { rows: 8, columns: 8 } };

  test('bits of memories are words times width', () => {
    const { macros, total } = estimated('sprint', base);
    const of = (name: string) => macros.find((m) => m.module === `made_memory_${name}`)!;
    // 16 keys of 8 elements, 4 bits of each in either buffer; 16 values of 8 elements of 8 bits.
    expect(of('key_msb').bits).toBe(16 * 8 * 4);
    expect(of('key_lsb').bits).toBe(16 * 8 * 4);
    expect(of('value').bits).toBe(16 * 8 * 8);
    const sram = macros.filter((m) => m.technology === 'sram').reduce((n, m) => n + m.instances * m.bits, 0);
    expect(total.sramBits).toBe(sram);
  });

  test('twice the elements take more, and no more than twice as much but for longer sums', () => {
    const [small, large] = [estimated('sprint', base), estimated('sprint', { ...base, dim: 16, bufferBytes: 256 })];
    const area = ({ modules }: typeof small, name: string) => modules.find((m) => m.component === name)!.area;
    for (const name of ['query_key_unit', 'value_unit']) {
      const ratio = area(large, name) / area(small, name);
      expect(ratio).toBeGreaterThan(1.5);
      expect(ratio).toBeLessThan(2.1);
    }
  });

  test('energy is the sum of its parts, and grows with what was done', () => {
    const area = estimated('sprint', base);
    const work = {
      cycles: 100,
      rows: 16,
      dim: 8,
      keyBits: 8,
      valueBits: 8,
      keptPairs: 64,
      pruned: true,
      keysFetched: 16,
      valuesFetched: 16,
    };
    const once = estimateEnergy(area, work);
    expect(once.parts.reduce((n, p) => n + p.joules, 0)).toBeCloseTo(once.total, 15);
    const more = estimateEnergy(area, { ...work, cycles: 200, keptPairs: 128 });
    const part = (e: typeof once, name: string) => e.parts.find((p) => p.name === name)!.joules;
    for (const name of ['clock', 'logic', 'reads on chip'])
      expect(part(more, name)).toBeCloseTo(2 * part(once, name), 15);
  });
});
