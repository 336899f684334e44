/**
 * Devices in whole designs: what TypeScript makes of cells at programming time, the RTL computes with word for word. Every
 * preset and every non-ideality runs on one build, as all of it is in the programming file.
 */
import { describe, expect, test } from 'vitest';
import { hardsea } from '../../src/architectures/hardsea/hardsea.ts';
import type { HardseaInput } from '../../src/architectures/hardsea/parameters.ts';
import type { SprintInput } from '../../src/architectures/sprint/parameters.ts';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import type { Part } from '../../src/dsl/component.ts';
import { deviceReport } from '../../src/explore/device-report.ts';
import { expectedHead, headCase, type HeadDesign, headDesign, networkResult } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { devicePresets } from '../../src/reram/device/presets.ts';
import type { SimCase } from '../../src/sim/cases.ts';
import { compareResults } from '../../src/sim/compare.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';

const seed = Number(process.env['PRUNUS_SWEEP_SEED'] ?? 1);
type Reram = NonNullable<SprintInput['reram']>;

const quiet = { preset: 'crosssim-default' };
const alone: Reram[] = [
  { device: { ...quiet, sigma: 0.1 } },
  { device: { ...quiet, readSigma: 0.1 } },
  { device: quiet, faults: { low: 0.1 } },
  { device: quiet, faults: { high: 0.1 } },
  { device: quiet, faults: { rowLow: 0.2, columnHigh: 0.2 } },
  { device: quiet, wordOhms: 100 },
  { device: quiet, bitOhms: 100 },
  { device: quiet, comparator: { sigma: 0.05 } },
  { device: { ...quiet, sigma: 0.1 }, verify: { band: 20, pulses: 3, sigma: 10 } },
  { device: 'cmo-hfox', after: 1e6 },
  { device: 'sky130', after: 3e8, kelvin: 400 },
];
const together: Reram = {
  device: { preset: 'reram65', readSigma: 0.05 },
  after: 86400,
  spread: 2,
  wordOhms: 500,
  bitOhms: 400,
  verify: { band: 2, pulses: 4 },
  faults: { low: 0.05, high: 0.05, rowHigh: 0.05, columnLow: 0.05 },
  comparator: { sigma: 0.02 },
};
const variants = [...[...devicePresets.keys()].map((device) => ({ device })), ...alone, together].flatMap((reram) => [
  { ...reram, coding: 'differential' as const },
  { ...reram, coding: 'offset' as const },
]);

/** Keys over several arrays, tiles, banks and channels. Hysteresis and chance are in the Verilog, the rest is not. */
const comparator = { hysteresis: 0.01, metastable: 0.005 };
const sprintWith = (reram: Reram): Part =>
  sprint({
    tokens: 22,
    dim: 13,
    tile: { rows: 5, columns: 3, cellBits: 3 },
    memory: { channels: 2, banks: 2 },
    reram: { ...reram, comparator: { ...comparator, ...reram.comparator } },
  }) as unknown as Part;
const hardseaWith = (reram: HardseaInput['reram']): Part =>
  hardsea({ tokens: 24, dim: 12, subspaces: 3, centroids: 8, device: { jitterSigma: 0.01 }, reram }) as unknown as Part;

const code = (design: HeadDesign): string[] =>
  simTop(design.netlist).files.map(({ text }) => text.replaceAll(/^ *\/\/.*$/gm, '').replaceAll(/\s+/g, ' '));

describe.each([
  ['sprint', sprintWith, machines.sprint],
  ['hardsea', hardseaWith, machines.hardsea],
] as const)(`%s, seed ${seed}`, (name, make, machine) => {
  const designOf = (reram: Reram) => headDesign(make(reram), name, machine)!;
  const base = designOf(together);
  const top = simTop(base.netlist);
  const headsOf = (design: HeadDesign, first: number, count: number) =>
    Array.from({ length: count }, (_, i) => headTrial(design, seed, first + i).head);

  test('is silent in lint', async () => {
    expect(await lintVerilog(top.files, { top: top.top })).toEqual([]);
  });

  test('every preset, every non-ideality alone and all together, in both codings: RTL and functional model', async () => {
    const simulation = await openSimulation(top);
    const ideal = headDesign(make({ device: 'none' }), name, machine)!;
    const designs = variants.map(designOf);
    const heads = designs.map((design, n) => headsOf(design, 3 * n, 3));
    const cases = heads.flatMap((of, n) => of.map((head, i) => headCase(designs[n], head, { reset: n + i === 0 })));
    const expected = heads.flatMap((of, n) => of.map((head) => expectedHead(designs[n], head)));
    for (const n of [0, 31, variants.length - 1]) expect(code(designs[n])).toEqual(code(base));
    const results = await simulation.run(cases);
    const wanted = expected.map(({ items, wires }) => ({ streams: { result: items }, wires }));
    expect(compareResults(top, results, wanted)).toMatchObject({ ok: true, mismatches: [] });
    // It makes a difference.
    const plain = heads.flatMap((of) => of.map((head) => expectedHead(ideal, head)));
    const changed = variants.filter((_, n) =>
      [0, 1, 2].some((i) => String(expected[3 * n + i].output!.kept) !== String(plain[3 * n + i].output!.kept)),
    );
    expect(changed.length).toBeGreaterThan(variants.length / 3);
  });

  test('the process network computes the same', () => {
    for (const [n, reram] of [together, { ...together, coding: 'offset' as const }].entries()) {
      const design = designOf(reram);
      for (const head of headsOf(design, 10 * n, 3)) {
        const { items } = expectedHead(design, head);
        const plain = (of: typeof items) =>
          of.map((item) => JSON.stringify(item, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v as Int16Array) : v)));
        expect(plain(networkResult(design, head))).toEqual(plain(items));
      }
    }
  });

  test('Icarus reads the same file', async () => {
    const simulation = await openSimulation(top, { engine: 'icarus' });
    const heads = headsOf(base, 40, 3).map((head) => ({ ...head }));
    const results = await simulation.run(heads.map((head, i) => headCase(base, head, { reset: i === 0 })));
    const wanted = heads.map((head) => ({ streams: { result: expectedHead(base, head).items } }));
    expect(compareResults(top, results, wanted)).toMatchObject({ ok: true, mismatches: [] });
  });

  test('one wrong code, offset or seed is seen; without a file cells are ideal', async () => {
    const simulation = await openSimulation(top);
    const heads = headsOf(base, 60, 6).filter((head) => head.prune && head.length > 3);
    const cases = heads.map((head, i) => headCase(base, head, { reset: i === 0 }));
    const wanted = heads.map((head) => ({ streams: { result: expectedHead(base, head).items } }));
    const mismatchesOf = async (of: readonly SimCase[]) =>
      compareResults(top, await simulation.run(of), wanted).mismatchCount;
    expect(await mismatchesOf(cases)).toBe(0);
    const broken = (change: (record: Int32Array, words: number) => void): SimCase[] =>
      cases.map((c) => {
        const { shape, seed: own, records } = c.programming!;
        const changed = records.slice();
        for (let at = 0; at < changed.length; at += shape.words) {
          change(changed.subarray(at, at + shape.words), shape.words);
        }
        return { ...c, programming: { shape, seed: own, records: changed } };
      });
    expect(await mismatchesOf(broken((record) => (record[0] += 3000)))).toBeGreaterThan(0);
    const offset = name === 'sprint' ? -2 : -3;
    expect(await mismatchesOf(broken((record, words) => (record[words + offset] += 20_000)))).toBeGreaterThan(0);
    const missing = cases.map((c) => ({ ...c, programming: { ...c.programming!, seed: c.programming!.seed ^ 1 } }));
    await expect(simulation.run(missing)).rejects.toThrow(/has no records for noise seed/);
    const none = cases.map((c) => ({ ...c, programming: undefined }));
    const results = await simulation.run(none);
    // Comparators keep what the Verilog says of them.
    const perfect = designOf({ device: 'crosssim-default' });
    const ideal = heads.map((head) => ({ streams: { result: expectedHead(perfect, head).items } }));
    expect(compareResults(top, results, ideal)).toMatchObject({ ok: true, mismatches: [] });
  });
});

test('heads that are written one after the other wear the columns, by pulses', () => {
  const design = headDesign(
    sprintWith({ ...together, device: { preset: 'reram65', endurance: 30 } }),
    'worn',
    machines.sprint,
  )!;
  const heads = Array.from({ length: 12 }, (_, i) => headTrial(design, seed, i).head);
  const { endurance, warnings, rejected } = deviceReport(design.programming!, heads);
  const pulses = new Array<number>(22).fill(0);
  for (const head of heads) design.programming!.of(head)!.pulses.forEach((n, j) => (pulses[j] += n));
  expect(endurance).toMatchObject({ limit: 30, columns: 22, pulses, most: Math.max(...pulses) });
  expect(endurance.worn).toBe(pulses.filter((n) => n > 30).length);
  expect(endurance.worn).toBeGreaterThan(0);
  expect(warnings[0]).toMatch(
    /^\d+ lines? (was|were) written more often than the device's endurance of 30: up to \d+ pulses\.$/,
  );
  expect(rejected).toBeGreaterThan(0);
});
