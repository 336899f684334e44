/** SPRINT as a whole: recorded tensors, and random heads on random parameters, RTL against the functional model. */
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { architectures } from '../../src/architectures/registry.ts';
import { type AttentionReport, needHeads, runAttention, total } from '../../src/explore/attention.ts';
import { headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import type { Pruning } from '../../src/explore/setting.ts';
import { headSubject } from '../../src/explore/verify/subject.ts';
import { verify } from '../../src/explore/verify/verify.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { loadAttention } from '../../src/workload/tensors.ts';

const tensorFolder = resolve(import.meta.dirname, '../../examples/tensors/use-lite');
const layer = (n: number) => {
  const path = (name: string) => join(tensorFolder, `l${n}_${name}.npy`);
  return loadAttention({ q: path('q'), k: path('k'), v: path('v') });
};
const designOf = (parameters: Record<string, unknown>, name: string) =>
  needHeads(headDesign(architectures['sprint']!.make(parameters), name, machines.sprint), name);

describe.each([
  ['sprint-s', { corelets: 1 }, 0],
  ['sprint-m', { corelets: 2 }, 1],
  ['sprint-l', { corelets: 4 }, 0],
] as const)('%s on recorded tensors', (name, preset, of) => {
  const tensors = layer(of);
  const design = designOf({ ...preset, tokens: tensors.tokens, dim: tensors.dim }, name.replace('-', '_'));
  const run = (pruning: Pruning, causal = false, validLength = tensors.tokens): Promise<AttentionReport> =>
    runAttention({ design, tensors, engine: 'both', causal, validLength, pruning, seed: 1 });

  test('everything kept: as good as float attention, word for word the model', async () => {
    const report = await run({ kind: 'off' });
    expect(report.comparison).toMatchObject({ mismatches: 0, lines: [] });
    expect(report.dense.cosine).toBeGreaterThan(0.9995);
    for (const head of report.heads) {
      expect(head.keptPairs).toBe(head.validPairs);
      // A query costs as many cycles as its busiest CORELET has keys.
      const least = tensors.tokens * Math.ceil(tensors.tokens / preset.corelets);
      expect(head.counters!.cycles).toBeGreaterThanOrEqual(least);
      expect(head.counters!.cycles).toBeLessThan(1.25 * least);
    }
  });

  test('a quarter kept: less work, exact over what is kept', async () => {
    const [pruned, dense] = [await run({ kind: 'keep', fraction: 0.25 }), await run({ kind: 'off' })];
    expect(pruned.comparison!.mismatches).toBe(0);
    expect(pruned.kept!.cosine).toBeGreaterThan(0.9995);
    const cycles = (r: AttentionReport) => total(r.heads, (h) => h.counters?.cycles)!;
    expect(cycles(pruned)).toBeLessThan(0.6 * cycles(dense));
    for (const head of pruned.heads) {
      const c = head.counters!;
      expect(head.keptPairs! / head.validPairs).toBeCloseTo(0.25, 1);
      expect(c.keys_fetched! + c.keys_reused!).toBe(c.keys_kept);
      expect(c.values_fetched! + c.values_reused!).toBe(c.keys_kept);
      expect(head.predicted).toEqual(c);
    }
  });

  test('causal and padded', async () => {
    const report = await run({ kind: 'keep', fraction: 0.5 }, true, tensors.tokens - 37);
    expect(report.comparison!.mismatches).toBe(0);
    expect(report.kept!.cosine).toBeGreaterThan(0.9995);
  });
});

describe('random heads', () => {
  test.each([
    { tokens: 1, dim: 8, outputBeats: 3 },
    { tokens: 19, dim: 15, corelets: 4, bufferBytes: 64, tile: { rows: 4, columns: 3, cellBits: 3, dacBits: 5 } },
    {
      tokens: 33,
      dim: 8,
      corelets: 8,
      memory: { channels: 2, banks: 1, tCL: 0, tRCD: 0, tRP: 0, tBURST: 1, tAxTh: 1 },
    },
    {
      tokens: 40,
      dim: 16,
      corelets: 2,
      tile: { cellBits: 8, dacBits: 8 },
      device: { readSigma: 0.05, programSigma: 0.1 },
    },
  ])('%o', async (parameters) => {
    const design = designOf(parameters, 'lab');
    const report = await verify(headSubject(design, 11), simTop(design.netlist), { first: 0, last: 79, jobs: 1 });
    expect(report.failures).toEqual([]);
    expect(report).toMatchObject({ cases: 80, mismatches: 0, modelFailures: [], modelChecks: 2 });
  });
});
