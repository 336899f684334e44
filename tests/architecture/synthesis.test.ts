/**
 * What `generate` writes for every preset: silent in both linters in every flow, and what lies under rtl/ goes through Yosys without
 * latches or undriven nets.
 * The whole of each preset goes through `hierarchy -check; proc; opt; check`; every leaf besides through all of `synth; check` by
 * itself, but for those whose arithmetic or storage takes minutes to break into gates: these through `synth -run begin:fine; check`,
 * in which multipliers and memories stay whole.
 */
import { describe, expect, test } from 'vitest';
import { presets } from '../../src/architectures/names.ts';
import { architectures } from '../../src/architectures/registry.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { selectFiles } from '../../src/emit/design.ts';
import { type HeadDesign, headCase, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { checkSynthesis, lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';

/** Wide multipliers, and memories, as flip-flops. */
const largeLeaves = new Set([
  'query_key_unit',
  'value_unit',
  'normaliser',
  'crossbar_tile',
  'memory',
  'serial_dot',
  'codebook_array',
  'relevance',
  'row_dot',
  'relevance_select',
  'key_dispatch',
]);

const made = presets().map(({ name, architecture, parameters }) => {
  const top = name.replaceAll('-', '_');
  const { netlist } = elaborate(architectures[architecture]!.make(parameters), top);
  const files = designFiles(netlist);
  return { name, top, netlist, files, rtl: selectFiles(files, 'emulation') };
});

describe.each(made)('$name', { timeout: 300_000 }, ({ top, netlist, files, rtl }) => {
  test('lint is silent', async () => {
    const forms = [rtl, selectFiles(files, 'simulation'), selectFiles(files, 'asic')];
    const messages = await Promise.all(forms.map((form) => lintVerilog(form, { top })));
    expect(messages.flat()).toEqual([]);
    // Every file of the folder was among them.
    const written = files.filter((f) => f.path.startsWith('rtl/')).map((f) => f.path);
    expect(rtl.map((f) => f.path)).toEqual(written);
    expect(netlist.modules.length).toBe(written.length);
  });

  test('synthesis of the whole finds no latch and no undriven net', async () => {
    expect(await checkSynthesis(rtl, top, { quick: true })).toEqual([]);
  });
});

/** Leaves of all presets, one of each text. */
function leaves() {
  const seen = new Set<string>();
  return made.flatMap(({ top, netlist, rtl }) =>
    netlist.modules.flatMap((module, i) => {
      const text = rtl[i]!.text.replaceAll(top, 'preset');
      if (module.body.kind !== 'leaf' || seen.has(text)) return [];
      seen.add(text);
      return [{ name: module.name, file: rtl[i]!, coarse: largeLeaves.has(module.component) }];
    }),
  );
}

test('every leaf is synthesized, the largest short of gates', async () => {
  const all = leaves();
  expect(all.length).toBeGreaterThan(20);
  let next = 0;
  const problems: unknown[] = [];
  const work = async (): Promise<void> => {
    while (next < all.length) {
      const { name, file, coarse } = all[next++]!;
      problems.push(...(await checkSynthesis([file], name, { coarse })));
    }
  };
  await Promise.all([work(), work()]);
  expect(problems).toEqual([]);
}, 600_000);

test('a latch in a preset is seen', async () => {
  const { rtl } = made[0]!;
  const file = rtl.find((f) => f.module.endsWith('sequencer'))!;
  const text = file.text.replace('endmodule', '  reg held;\n  always @* if (start) held = more;\nendmodule');
  const messages = await checkSynthesis([{ ...file, text }], file.module, { quick: true });
  expect(messages.map((m) => m.rule)).toContain('latch');
});

/** Heads through both simulators: same items, same cycles, same counters. */
test.each([
  ['behavioural', 'simulation', {}],
  ['with noise', 'simulation', { device: { programSigma: 0.05, readSigma: 0.02, comparatorSigma: 0.02 } }],
  ['ideal', 'emulation', { corelets: 2 }],
] as const)('Icarus runs %s heads as Verilator does', async (_, flow, more) => {
  const parameters = {
    tokens: 8,
    dim: 8,
    outputBeats: 2,
    tile: { rows: 4, columns: 2 },
    memory: { channels: 2, banks: 2 },
    ...more,
  };
  const design: HeadDesign = headDesign(architectures['sprint']!.make(parameters), 'reduced', machines.sprint)!;
  const top = simTop(design.netlist, flow);
  const cases = Array.from({ length: 6 }, (__, i) => {
    const { head, stall } = headTrial(design, 5, i);
    return headCase(design, head, { reset: i === 0, stall });
  });
  const [verilator, icarus] = await Promise.all(
    (['verilator', 'icarus'] as const).map(async (engine) => (await openSimulation(top, { engine })).run(cases)),
  );
  expect(icarus).toEqual(verilator);
  expect(verilator!.every((r) => r.status === 'ok' && r.violationCount === 0)).toBe(true);
});
