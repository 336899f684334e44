/**
 * Plots for a paper, as SVG text, by Vega-Lite: axes with units, legend, bands, histograms. Colours are Okabe and Ito's, which
 * colour-blind readers can tell apart, and every line has a dash and a point shape of its own besides. The same plot gives the same
 * bytes: widths of text are estimated, whatever fonts there are. The libraries are loaded by the first plot; vega-lite 6.5 wants Node 22,
 * 6.4 does not.
 */
import type { TopLevelSpec } from 'vega-lite';

export interface Axis {
  /** With the unit: `threshold (q.k/sqrt(dim))`. */
  readonly title: string;
  /** Least and largest value shown; by default those of the data, rounded outward. */
  readonly domain?: readonly [least: number, most: number];
  /** `log` takes values above 0 only. */
  readonly scale?: 'linear' | 'log';
  readonly ticks?: readonly number[];
}

/** `low` and `high` bound a band around the line: a confidence interval, or whatever the caption says. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Line {
  /** In the legend, which one line alone does without. */
  readonly name: string;
  readonly points: readonly Point[];
}

/** A straight line across the plot at one value of an axis, or a shade from there to another, with words at it. */
export interface Reference {
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly to?: number;
  readonly label: string;
}

interface Frame {
  readonly title?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly references?: readonly Reference[];
}

export interface LinePlot extends Frame {
  readonly lines: readonly Line[];
  /** Whether points are drawn; for curves with many of them: false. */
  readonly dots?: boolean;
}

export interface Histogram extends Frame {
  /** Ascending, one more than there are bins. */
  readonly edges: readonly number[];
  /** Counts by bin, stacked in this order from the bottom. */
  readonly groups: readonly { readonly name: string; readonly counts: readonly number[] }[];
}

/** Blue, vermilion, green, purple, orange, sky, black. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [10, 4],
  [4, 4],
  [1, 3],
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'];

const size = { width: 420, height: 260 };
const font = 'Helvetica, Arial, sans-serif';
const grey = '#555555';

type Layer = object;

/** Lines, each with its band where its points have one. */
export function linePlot(plot: LinePlot): Promise<string> {
  const values = plot.lines.flatMap(({ name, points }) => points.map((p) => ({ ...p, name })));
  const names = plot.lines.map((l) => l.name);
  const named = legend(names);
  const x = quantity('x', plot.x);
  const layers: Layer[] = [];
  plot.lines.forEach(({ points }, n) => {
    const banded = points.filter((p) => p.low !== undefined && p.high !== undefined);
    if (banded.length === 0) return;
    layers.push({
      data: { values: banded },
      mark: { type: 'area', color: colours[n % colours.length], opacity: 0.18 },
      encoding: { x, y: quantity('low', plot.y), y2: { field: 'high' } },
    });
  });
  layers.push({
    data: { values },
    mark: { type: 'line', strokeWidth: 1.8 },
    encoding: { x, y: quantity('y', plot.y), ...named.line },
  });
  if (plot.dots !== false) {
    layers.push({
      data: { values },
      mark: { type: 'point', filled: true, opacity: 1, size: 36 },
      encoding: { x, y: quantity('y', plot.y), ...named.point },
    });
  }
  return drawn(plot, layers);
}

/** Bars between the edges. */
export function histogram(plot: Histogram): Promise<string> {
  const names = plot.groups.map((g) => g.name);
  const below = plot.edges.slice(1).map(() => 0);
  const values = plot.groups.flatMap(({ name, counts }) =>
    counts.map((count, i) => {
      const from = below[i];
      below[i] += count;
      return { name, left: plot.edges[i], right: plot.edges[i + 1], from, to: below[i] };
    }),
  );
  return drawn(plot, [
    {
      data: { values },
      mark: { type: 'rect', stroke: 'white', strokeWidth: 0.4 },
      encoding: {
        x: quantity('left', plot.x),
        x2: { field: 'right' },
        y: quantity('from', plot.y),
        y2: { field: 'to' },
        color: legend(names).line.color,
      },
    },
  ]);
}

const cycled = <T>(list: readonly T[], names: readonly string[]): T[] => names.map((_, i) => list[i % list.length]!);

/** What tells the named ones apart. */
function legend(names: readonly string[]) {
  const channel = (range: readonly unknown[]) => ({
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range },
    title: null,
    ...(names.length < 2 ? { legend: null } : {}),
  });
  const color = channel(cycled(colours, names));
  return {
    line: { color, strokeDash: channel(cycled(dashes, names)) },
    point: { color, shape: channel(cycled(shapes, names)) },
  };
}

function quantity(field: string, { title, domain, scale = 'linear', ticks }: Axis) {
  return {
    field,
    type: 'quantitative',
    title,
    scale: { type: scale, ...(domain ? { domain, nice: false } : { zero: false }) },
    ...(ticks ? { axis: { values: ticks, format: '~g' } } : {}),
    stack: null,
  };
}

/** Labels of x stand above the frame, those of y in it at the right. */
function referenceLayers({ axis, at, to, label }: Reference): Layer[] {
  const data = { values: [{ at, to, middle: to === undefined ? at : (at + to) / 2, label }] };
  const place = (field: string) => ({ [axis]: { field, type: 'quantitative' } });
  const across =
    axis === 'x'
      ? { channel: { y: { value: -4 } }, mark: { align: 'center', baseline: 'bottom' } }
      : { channel: { x: { value: size.width - 4 } }, mark: { align: 'right', dy: -4, baseline: 'bottom' } };
  return [
    to === undefined
      ? { data, mark: { type: 'rule', strokeDash: [3, 3], color: grey }, encoding: place('at') }
      : {
          data,
          mark: { type: 'rect', color: grey, opacity: 0.18 },
          encoding: { ...place('at'), [`${axis}2`]: { field: 'to' } },
        },
    {
      data,
      mark: { type: 'text', fontSize: 11, color: grey, ...across.mark },
      encoding: { ...place('middle'), ...across.channel, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

async function drawn(frame: Frame, layers: readonly Layer[]): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  // With the optional package `canvas` installed, Vega would measure text by it. Its types leave this out.
  (vega as unknown as { textMetrics: { canvas: (use: boolean) => void } }).textMetrics.canvas(false);
  const spec = {
    ...size,
    ...(frame.title === undefined ? {} : { title: frame.title }),
    background: 'white',
    padding: 8,
    layer: [...layers, ...(frame.references ?? []).flatMap(referenceLayers)],
    resolve: { legend: { color: 'shared' } },
    config: {
      font,
      title: { fontSize: 14, fontWeight: 'normal', anchor: 'middle', offset: 20 },
      axis: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal', grid: true, gridColor: '#e6e6e6' },
      legend: { labelFontSize: 12, symbolStrokeWidth: 1.8, labelLimit: 0, orient: 'right' },
      view: { stroke: '#888888' },
    },
  };
  const view = new vega.View(vega.parse(compile(spec as unknown as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return `${rounded(await view.toSVG())}\n`;
  } finally {
    view.finalize();
  }
}

/**
 * Places to a hundredth of a pixel, and no words about every single mark: a third of the bytes, and the same on machines whose
 * logarithms differ in the last digit.
 */
const rounded = (svg: string): string =>
  svg
    .replaceAll(/ aria-label="[^"]*"(?= role="graphics-symbol")/g, '')
    .replaceAll(/ (?:d|transform|x|x2|y|y2|width|height|viewBox)="[^"]*"/g, (attribute) =>
      attribute.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (n) => `${Math.round(Number(n) * 100) / 100}`),
    );
