import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import clamped from '../../examples/custom-component.ts';
import hello from '../../examples/hello.ts';
import byHand from '../../examples/sprint-by-hand.ts';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import type { Part } from '../../src/dsl/component.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { runGolden } from '../../src/dsl/network.ts';
import { expectedHead, type HeadDesign, headCase, headDesign, networkResult } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { type HeadTrial, headTrial } from '../../src/explore/verify/cases.ts';
import { itemSubject } from '../../src/explore/verify/subject.ts';
import { compareResults } from '../../src/sim/compare.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import type { SimTop } from '../../src/sim/top.ts';

const examples: Readonly<Record<string, Part>> = { 'custom-component': clamped, hello, 'sprint-by-hand': byHand };

test('every example is tested here', () => {
  const files = readdirSync(resolve(import.meta.dirname, '../../examples')).filter((f) => f.endsWith('.ts'));
  expect(files.toSorted()).toEqual(Object.keys(examples).map((name) => `${name}.ts`));
});

describe.each(Object.entries(examples))('%s', (name, part) => {
  const label = name.replaceAll('-', '_');

  test('the Verilog is silent in lint', async () => {
    const { netlist } = elaborate(part, label);
    expect(await lintVerilog(simTop(netlist, 'emulation').files, { top: label })).toEqual([]);
  });

  test('the same bytes each time', () => {
    expect(designFiles(elaborate(part, label).netlist)).toEqual(designFiles(elaborate(part, label).netlist));
  });
});

test('hello: what it says', () => {
  const scores = [0, 99, 100, 255].map((score) => ({ score }));
  expect(runGolden(hello, { streams: { scores } })).toEqual({ kept: [0, 0, 1, 1].map((kept) => ({ kept })) });
});

/** Cases of any streams, through a simulator that needs no build and the model, and what differs. */
async function differences(part: Part, top: SimTop, count: number): Promise<string[]> {
  const subject = itemSubject(part, 3);
  const trials = Array.from({ length: count }, (_, i) => subject.trial(i));
  const expected = trials.map((t) => subject.expected(t));
  const results = await (await openSimulation(top, { engine: 'icarus' })).run(
    trials.map((t, i) => subject.simCase(t, expected[i]!, true)),
  );
  return compareResults(top, results, expected).mismatches.map((m) => subject.mismatch(m));
}

test('hello: RTL and model', async () => {
  expect(await differences(hello, simTop(elaborate(hello).netlist), 20)).toEqual([]);
});

/** Short heads, so that a second is enough for all. */
function shortTrials(design: HeadDesign, count: number): HeadTrial[] {
  const trials: HeadTrial[] = [];
  for (let i = 0; trials.length < count; i++) {
    const trial = headTrial(design, 11, i);
    if (trial.head.length <= 40) trials.push(trial);
  }
  return trials;
}

/** The RTL's results of some heads against the design's own network. */
async function headDifferences(design: HeadDesign, trials: readonly HeadTrial[]): Promise<string[]> {
  const top = simTop(design.netlist);
  const simulation = await openSimulation(top);
  const cases = trials.map(({ head, wires, stall }, i) => headCase(design, head, { reset: i === 0, wires, stall }));
  const expected = trials.map(({ head, wires }) => ({ streams: { result: networkResult(design, head, wires) } }));
  const { mismatches } = compareResults(top, await simulation.run(cases), expected);
  return mismatches.map((m) => JSON.stringify(m));
}

const preset = headDesign(sprint({ corelets: 2 }), 'preset', machines.sprint)!;
const plain = (items: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(items, (_, v: unknown) => (ArrayBuffer.isView(v) ? Array.from(v as Int16Array) : v)));

describe('SPRINT by hand', () => {
  const design = headDesign(byHand, 'by_hand')!;
  const trials = shortTrials(design, 8);

  test('is a design that takes heads', () => {
    const widths = { queryBits: 8, keyBits: 8, valueBits: 8 };
    expect(design).toMatchObject({ tokens: 128, dim: 64, lanes: 16, beats: 4, widths, fractionBits: 8, wires: [] });
    // Thresholds are those of 4-bit cells and 4-bit DACs.
    expect(design.score).toMatchObject({ unit: 2 ** 6, most: 2 ** 27 - 1 });
  });

  test('its model gives what the functional model of the preset gives', () => {
    for (const { head } of trials) {
      expect(plain(networkResult(design, head))).toEqual(plain(expectedHead(preset, head).items));
    }
  });

  test('its RTL gives what its model gives', async () => {
    expect(await headDifferences(design, trials)).toEqual([]);
  });

  test('it has the parts of the preset, with the same parameters', () => {
    const parts = (d: HeadDesign) => {
      const leaves = d.netlist.modules.filter((m) => m.body.kind === 'leaf');
      return leaves.map((m) => `${m.component} ${JSON.stringify(m.parameters)}`).toSorted();
    };
    expect(parts(design)).toEqual(parts(preset));
  });
});

describe('SPRINT with a clamp', () => {
  const design = headDesign(clamped, 'clamped')!;
  const trials = shortTrials(design, 8);
  const limits = trials.map((t) => t.wires['score_limit']!);

  test('the limit is a port of the whole design, and verification sets it', () => {
    expect(design.wires).toEqual([{ name: 'score_limit', field: { shape: 'scalar', signed: false, width: 11 } }]);
    expect(new Set(limits).size).toBeGreaterThan(4);
    for (const limit of limits) expect(limit).toSatisfy((n: number) => Number.isInteger(n) && n >= 0 && n < 2048);
  });

  test('a limit of 0 is the preset; a small one is not', () => {
    const results = trials.map(({ head }) => plain(expectedHead(preset, head).items));
    expect(trials.map(({ head }) => plain(networkResult(design, head, { score_limit: 0 })))).toEqual(results);
    expect(trials.map(({ head }) => plain(networkResult(design, head, { score_limit: 3 })))).not.toEqual(results);
  });

  test('its RTL gives what its model gives, at any limit', async () => {
    expect(await headDifferences(design, trials)).toEqual([]);
  });

  const clamp = elaborate(clamped, 'clamped').parts.get('clamped_score_clamp')!;

  test('the clamp by itself', async () => {
    expect(await differences(clamp, simTop(elaborate(clamp, 'clamp').netlist), 30)).toEqual([]);
  });

  test.each([
    ['> high ? high', '> high ? low'],
    ['< low ? low', '<= high ? low'],
    ['wire off = limit ==', 'wire off = limit !='],
    ['last <= scores_last', 'last <= scores_empty'],
  ])('a clamp with `%s` made into `%s` is found out', async (right, wrong) => {
    const top = simTop(elaborate(clamp, 'clamp').netlist);
    const files = top.files.map((f) => ({ ...f, text: f.text.replace(right, wrong) }));
    expect(files).not.toEqual(top.files);
    expect(await differences(clamp, { ...top, files }, 30)).not.toEqual([]);
  });
});
