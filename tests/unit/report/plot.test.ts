import { describe, expect, it } from 'vitest';
import { histogram, type LinePlot, linePlot } from '../../../src/report/plot.ts';

const plot: LinePlot = {
  title: 'Recall & noise',
  x: { title: 'noise (% of full scale)', ticks: [0, 1, 2] },
  y: { title: 'recall (%)', domain: [0, 100] },
  lines: [
    { name: 'SPRINT', points: [0, 1, 2].map((x) => ({ x, y: 100 - 25 * x, low: 90 - 25 * x, high: 100 - 20 * x })) },
    { name: 'HARDSEA', points: [0, 1, 2].map((x) => ({ x, y: 100 / 3 + x })) },
  ],
  references: [
    { axis: 'y', at: 50, label: 'half' },
    { axis: 'x', at: 0.5, to: 1.5, label: 'usual' },
  ],
};

/** Texts of an SVG, in order. */
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((m) => m[1]!);

/** Corners of the first path of a mark, in pixels. */
function corners(svg: string, mark: string): number[][] {
  const path = new RegExp(`${mark}[^>]*><path[^>]* d="([^"]*)"`).exec(svg)![1]!;
  return [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])]);
}

describe('a line plot', () => {
  it('has title, units, ticks, legend and references as text', async () => {
    const found = texts(await linePlot(plot));
    for (const wanted of [
      'Recall &amp; noise',
      'noise (% of full scale)',
      'recall (%)',
      'SPRINT',
      'HARDSEA',
      'half',
      'usual',
    ]) {
      expect(found).toContain(wanted);
    }
    expect(found.slice(0, 3)).toEqual(['0', '1', '2']);
  });

  it('puts points where the axes say: 420 by 260 pixels, 100 % at the top', async () => {
    const svg = await linePlot(plot);
    expect(corners(svg, 'aria-roledescription="line mark container"')).toEqual([
      [0, 0],
      [210, 65],
      [420, 130],
    ]);
  });

  it('has no legend for one line', async () => {
    expect(texts(await linePlot({ ...plot, lines: plot.lines.slice(0, 1) }))).not.toContain('SPRINT');
  });

  it('is the same bytes each time, with no date, no random name and no long number', async () => {
    const svg = await linePlot(plot);
    expect(await linePlot(structuredClone(plot))).toBe(svg);
    expect(svg).not.toMatch(/ d="[^"]*\d\.\d{3}/);
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  });
});

it('a histogram stacks its groups between the edges', async () => {
  const svg = await histogram({
    x: { title: 'margin' },
    y: { title: 'pairs', domain: [0, 10] },
    edges: [0, 1, 2],
    groups: [
      { name: 'pruned', counts: [5, 0] },
      { name: 'kept', counts: [5, 10] },
    ],
  });
  const bars = [
    ...svg.matchAll(/aria-roledescription="rect mark"[^>]* d="M([\d.]+),([\d.]+)h([\d.]+)v(-?[\d.]+)/g),
  ].map((m) => m.slice(1).map(Number));
  // Left, top, width, height of pruned (lower half), then of kept.
  expect(bars).toEqual([
    [0, 130, 210, 130],
    [210, 260, 210, 0],
    [0, 0, 210, 130],
    [210, 0, 210, 260],
  ]);
});
