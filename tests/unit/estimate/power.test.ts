/** Energy of memories and arrays in `prunus power`: from accesses that are given here by hand. */
import { expect, test } from 'vitest';
import { architectures } from '../../../src/architectures/registry.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { accessEnergy } from '../../../src/estimate/energy.ts';
import { powerReport } from '../../../src/explore/power.ts';
import { instancesOf } from '../../../src/flow/design.ts';

/** The memories of a design of which an instance was busy for 7 cycles. */
function macroOf(architecture: keyof typeof architectures, parameters: object, component: string, signal: string) {
  const { netlist } = elaborate(architectures[architecture].make(parameters as never), 'made');
  const { path } = instancesOf(netlist).find(({ module }) => module.component === component)!;
  const signals = new Map([[signal, { width: 1, toggles: 0, high: 7 }]]);
  const { macros } = powerReport(netlist, [], new Map(), { cycles: 100, instances: new Map([[path, signals]]) }, 100);
  return macros.find(({ instance }) => instance === path)!;
}

const { device, decision, sramRead } = accessEnergy;

test('an evaluation of the crossbars of a codebook takes all their devices, and a decision a column', () => {
  const sizes = { tokens: 16, dim: 8, subspaces: 4, centroids: 8 };
  const codebooks = macroOf('hardsea', sizes, 'codebook_array', 'drive');
  expect(codebooks.evaluations).toBe(7);
  // A row an element, half as many for the bias and one for its fine steps; two devices a weight, eight columns.
  const rows = 2 + 1 + 1;
  expect(codebooks.energy).toBeCloseTo(7e-12 * (4 * rows * 8 * 2 * device + 4 * 8 * decision), 18);
});

test('an evaluation of a tile of SPRINT takes all its devices, and a decision a column', () => {
  // One bank: two tiles, of eight keys each.
  const memory = { channels: 1, banks: 1 };
  const sizes = { tokens: 16, dim: 8, bufferBytes: 128, tile: { rows: 8, columns: 8 }, memory };
  const tile = macroOf('sprint', sizes, 'crossbar_tile', 'port_evaluate');
  expect(tile.evaluations).toBe(7);
  expect(tile.energy).toBeCloseTo(7e-12 * (8 * 8 * device + 8 * decision), 18);
});

test('a read of a memory takes its word', () => {
  const sizes = { tokens: 16, dim: 8, bufferBytes: 128, tile: { rows: 8, columns: 8 } };
  const memory = macroOf('sprint', sizes, 'memory', 'port_read_enable');
  expect(memory).toMatchObject({ reads: 7, writes: 0, evaluations: 0 });
  expect((memory.energy * 1e12) / (7 * sramRead)).toBeGreaterThanOrEqual(1);
});
