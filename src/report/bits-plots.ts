/** The figures of `prunus device bits`. */
import type { BitsPoint, BitsReport, Series } from '../learn/bits/bits.ts';
import { type Line, linePlot } from './plot.ts';

const names: readonly (readonly [Series, string])[] = [
  ['own', 'threshold of b bits'],
  ['alone', 'nothing recomputed'],
  ['exact', 'threshold of exact scores'],
  ['noise', 'noise of b bits'],
];
const x = { title: 'precision of the score in memory (bits of q and k)', ticks: [1, 2, 3, 4, 5, 6, 7, 8] };

const lines = (points: readonly BitsPoint[], of: (p: BitsPoint) => Omit<Line['points'][number], 'x'>): Line[] =>
  names.map(([series, name]) => ({
    name,
    points: points.filter((p) => p.series === series).map((p) => ({ x: p.bits, ...of(p) })),
  }));

const title = ({ model, task, keep }: BitsReport): string => `${model}, ${task}: ${100 * keep} % of the pairs kept`;

export function accuracyPlot(report: BitsReport): Promise<string> {
  const one = (series: Series, label: string) =>
    report.points
      .filter((p) => p.series === series)
      .map((p) => ({ axis: 'y' as const, at: 100 * p.accuracy.value, label }));
  return linePlot({
    title: title(report),
    x,
    y: { title: 'accuracy (%)' },
    lines: lines(report.points, ({ accuracy: { value, low, high } }) => ({
      y: 100 * value,
      low: 100 * low,
      high: 100 * high,
    })),
    references: [
      ...one('dense', 'nothing pruned'),
      ...one('random', 'pruned by chance'),
      { axis: 'y', at: 100 * report.chance, label: 'larger class' },
    ],
  });
}

export function massPlot(report: BitsReport): Promise<string> {
  return linePlot({
    title: title(report),
    x,
    y: { title: 'attention on kept keys (%)', domain: [0, 100] },
    // It says which keys are kept, not what becomes of them.
    lines: lines(
      report.points.filter((p) => p.series !== 'alone'),
      ({ mass }) => ({ y: 100 * mass }),
    ).filter(({ points }) => points.length > 0),
    references: report.points
      .filter((p) => p.series === 'reference' || p.series === 'random')
      .map((p) => ({
        axis: 'y',
        at: 100 * p.mass,
        label: p.series === 'random' ? 'pruned by chance' : 'pruned by exact scores',
      })),
  });
}
