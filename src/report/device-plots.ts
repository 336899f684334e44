/** The figures of `prunus device`. */
import type { MarginReport } from '../explore/device/margin.ts';
import type { YieldReport } from '../explore/device/yield.ts';
import { histogram, linePlot } from './plot.ts';

const score = 'q·k/√dim';
const percent = (x: number): number => 100 * x;
const bounds = ({ value, low, high }: { value: number; low: number; high: number }) => ({
  y: percent(value),
  low: percent(Math.max(0, low)),
  high: percent(Math.min(1, high)),
});

/** Margins of all pairs, and how much of them one and two spreads of the array are. */
export function marginPlot(label: string, { histogram: h, deviation }: MarginReport): Promise<string> {
  const size = Math.hypot(deviation.systematic, deviation.spread);
  return histogram({
    title: `${label}: scores about the threshold`,
    x: { title: `score − threshold (${score})` },
    y: { title: 'pairs of query and key' },
    edges: h.edges,
    groups: [
      { name: 'pruned', counts: h.pruned },
      { name: 'kept', counts: h.kept },
    ],
    references: [{ axis: 'x', at: -2 * size, to: 2 * size, label: `±2σ of the array, σ = ${size.toPrecision(2)}` }],
  });
}

export function guardPlot(label: string, { guard, wanted, chips }: MarginReport): Promise<string> {
  return linePlot({
    title: `${label}: guard band (means of ${chips} chips, 95 % intervals)`,
    x: { title: `guard band below the threshold (${score})` },
    y: { title: 'share (%)', domain: [0, 100] },
    lines: [
      { name: 'recall of kept keys', points: guard.map((p) => ({ x: p.guard, ...bounds(p.recall) })) },
      { name: 'pairs kept', points: guard.map((p) => ({ x: p.guard, ...bounds(p.kept) })) },
    ],
    dots: false,
    references:
      wanted.guard === null ? [] : [{ axis: 'x', at: wanted.guard, label: `${percent(wanted.recall)} % recall` }],
  });
}

/** Share of chips over the error that they may have. */
export function yieldPlot(label: string, { curve, chips, within }: YieldReport): Promise<string> {
  return linePlot({
    title: `${label}: yield of ${chips.toLocaleString('en-US')} chips (95 % intervals)`,
    x: { title: 'relative error of the output allowed (%)' },
    y: { title: 'chips within it (%)', domain: [0, 100] },
    lines: [{ name: label, points: curve.map((p) => ({ x: percent(p.error), ...bounds(p) })) }],
    dots: false,
    references: [{ axis: 'x', at: percent(within), label: `${percent(within)} %` }],
  });
}

/** Chips by how many of their decisions are wrong. */
export function flipPlot(label: string, { flips, chips }: YieldReport): Promise<string> {
  return histogram({
    title: `${label}: flipped decisions of ${chips.toLocaleString('en-US')} chips`,
    x: { title: 'decisions that differ from the ideal design (%)' },
    y: { title: 'chips' },
    edges: flips.edges.map(percent),
    groups: [{ name: label, counts: flips.counts }],
  });
}
