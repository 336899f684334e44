/** The precision experiment on a model small enough for a test; what it measures is in docs/device.md. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bitsExperiment, type BitsPoint, type BitsReport } from '../../src/learn/bits/bits.ts';
import { accuracyPlot, massPlot } from '../../src/report/bits-plots.ts';
import { scratch, tinyEncoder, tinyParameters, tinyTask } from './tiny.ts';

const folder = scratch();
const request = {
  encoder: tinyEncoder(),
  task: tinyTask(),
  parameters: tinyParameters({ tuneEpochs: 0, epochs: 0, settleEpochs: 0 }),
  seed: 1,
  keep: 0.4,
};
const find = ({ points }: BitsReport, series: BitsPoint['series'], bits = 8) =>
  points.find((p) => p.series === series && p.bits === bits)!;

it('every precision is measured once; few bits and much noise cost attention, many give that of exact scores', async () => {
  const report = await bitsExperiment({ ...request, folder });
  expect(report.points).toHaveLength(3 + 8 + 7 + 8 + 6);
  expect(report.points.every((p) => p.examples === 24)).toBe(true);
  expect(find(report, 'dense')).toMatchObject({ kept: 1 });
  expect(find(report, 'dense').mass).toBeCloseTo(1, 12);
  const reference = find(report, 'reference');
  for (const series of ['own', 'exact'] as const) {
    expect(Math.abs(find(report, series).mass - reference.mass)).toBeLessThan(0.005);
    expect(find(report, series, 1).mass).toBeLessThan(reference.mass - 0.02);
  }
  // In the first layer the same keys are kept; what is computed of them differs, and so does the next layer's input.
  expect(Math.abs(find(report, 'alone', 7).mass - reference.mass)).toBeLessThan(0.01);
  expect(find(report, 'alone', 1)).not.toMatchObject({ mass: find(report, 'own', 1).mass });
  // Pruned by chance, keys keep about the share of attention that there are of them.
  const random = find(report, 'random', 4);
  expect(Math.abs(random.mass - random.kept)).toBeLessThan(0.1);
  // Noise that stands for 1 bit costs about as much as 1 bit does.
  const cost = (series: BitsPoint['series']) => reference.mass - find(report, series, 1).mass;
  expect(cost('noise') / cost('own')).toBeGreaterThan(0.4);
  expect(cost('noise') / cost('own')).toBeLessThan(2.5);
  expect(Math.abs(find(report, 'noise', 6).mass - reference.mass)).toBeLessThan(0.01);
  // A threshold found on the training part keeps about the fraction asked for.
  for (const p of report.points) {
    if (p.series !== 'dense' && p.series !== 'exact') expect(Math.abs(p.kept - 0.4)).toBeLessThan(0.06);
  }
  // Noise halves with every bit.
  for (const bits of [2, 3, 4, 5] as const) {
    const [ratio] = report.noise[bits].map((sigma, layer) => report.noise[(bits - 1) as 1][layer]! / sigma);
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.8);
  }
  for (const svg of [await accuracyPlot(report), await massPlot(report)]) expect(svg).toMatch(/^<svg /);

  // What was measured is not measured again; what is missing is.
  const file = join(folder, readdirSync(folder).find((name) => /^bits-\w+\.jsonl$/.test(name))!);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(1 + report.points.length);
  const changed = lines.map((line) => line.replace(/"correct":\d+/, '"correct":7'));
  writeFileSync(file, `${changed.slice(0, -1).join('\n')}\n`);
  const again = await bitsExperiment({ ...request, folder });
  expect(again.points.slice(0, -1).every((p) => p.correct === 7)).toBe(true);
  expect(again.points.at(-1)).toEqual(report.points.at(-1));
});

it('a library that is not there is asked for in vain', async () => {
  await expect(bitsExperiment({ ...request, blas: 'none.so' })).rejects.toMatchObject({ code: 'PR0815' });
});
