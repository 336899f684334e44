/** A block diagram of one level of a design, as SVG text: laid out by ELK, drawn here. The same netlist gives the same bytes. */
import elkjs from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import type { Netlist } from '../dsl/netlist.ts';
import { type Arrow, type ArrowEnd, type Border, type Box, type Level, levelOf } from './level.ts';

/** Width of a letter of the monospaced font, as a fraction of its size. */
const letter = 0.61;
const sizes = { name: 13, small: 10.5 };
const widthOf = (words: string, size: number): number => Math.ceil(words.length * size * letter);

const spacing = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '13',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.padding': '[top=44,left=24,bottom=24,right=24]',
};

/** Wider than this a picture goes from top to bottom instead of from left to right. */
const widest = 1400;

/** The picture of the top level, or of the level of an instance such as `corelet0` or `memory.channel0`. */
export async function diagram(netlist: Netlist, path = ''): Promise<string> {
  const level = levelOf(netlist, path);
  const across = await placed(level, 'RIGHT');
  return draw(level, across.width! <= widest ? across : await placed(level, 'DOWN'));
}

type Flow = 'RIGHT' | 'DOWN';

async function placed(level: Level, flow: Flow): Promise<ElkNode> {
  const layoutOptions = { ...spacing, 'elk.direction': flow };
  const children = [frameOf(level, flow, layoutOptions)];
  return new elkjs.default().layout({ id: 'root', layoutOptions, children });
}

const portId = ({ box, port }: ArrowEnd, way: 'in' | 'out'): string => `${box ?? ''}.${port}.${way}`;
/** Seen from inside, an input of the level is where arrows start. */
const borderId = (b: Border): string => portId({ box: undefined, port: b.name }, b.direction === 'in' ? 'out' : 'in');

function frameOf(level: Level, flow: Flow, layoutOptions: Record<string, string>): ElkNode {
  const sides = flow === 'RIGHT' ? { in: 'WEST', out: 'EAST' } : { in: 'NORTH', out: 'SOUTH' };
  const fixed = { 'elk.portConstraints': 'FIXED_SIDE' };
  const sideOf = (way: 'in' | 'out') => ({ 'elk.port.side': sides[way] });
  const ends = level.arrows.flatMap((a) => [
    { ...a.from, way: 'out' as const },
    { ...a.to, way: 'in' as const },
  ]);
  const children = level.boxes.map((box): ElkNode => {
    const own = new Map(ends.filter((e) => e.box === box.name).map((e) => [portId(e, e.way), e.way]));
    const count = (way: 'in' | 'out') => [...own.values()].filter((w) => w === way).length;
    const room = 13 * (Math.max(count('in'), count('out')) + 1);
    const [width, height] = sizeOf(box);
    return {
      id: box.name,
      width: flow === 'DOWN' ? Math.max(width, room) : width,
      height: flow === 'RIGHT' ? Math.max(height, room) : height,
      layoutOptions: fixed,
      ports: [...own].map(([id, way]) => ({ id, layoutOptions: sideOf(way) })),
    };
  });
  return {
    id: 'frame',
    layoutOptions: {
      ...layoutOptions,
      ...fixed,
      'elk.portLabels.placement': '[OUTSIDE]',
      'elk.spacing.labelPortVertical': '3',
    },
    ports: level.borders.map((b) => ({
      id: borderId(b),
      layoutOptions: sideOf(b.direction),
      labels: [labelBox(b.name)],
    })),
    children,
    edges: level.arrows.map((arrow, i) => {
      const words = labelOf(arrow, level);
      const [sources, targets] = [[portId(arrow.from, 'out')], [portId(arrow.to, 'in')]];
      return { id: `${i}`, sources, targets, labels: words ? [labelBox(words)] : [] };
    }),
  };
}

const labelBox = (words: string) => ({ text: words, width: widthOf(words, sizes.small) + 4, height: 13 });

/** The payload; with the port where two arrows between the same boxes carry the same. A port of the level has its name at the border. */
function labelOf(arrow: Arrow, level: Level): string {
  const twins = level.arrows.filter(
    (a) => a.payload === arrow.payload && a.from.box === arrow.from.box && a.to.box === arrow.to.box,
  );
  const times = arrow.count > 1 ? ` x${arrow.count}` : '';
  const border = [arrow.from, arrow.to].find((end) => end.box === undefined);
  if (border) return border.port === arrow.payload ? times.trim() : arrow.payload + times;
  return (twins.length > 1 ? `${arrow.from.port}: ` : '') + arrow.payload + times;
}

const title = (box: Box): string => (box.count > 1 ? `${box.name} x${box.count}` : box.name);
const lines = (box: Box): string[] => [box.component, box.note].filter((line) => line !== '' && line !== title(box));

/** Room that the bars of a queue take. */
const queueBars = 14;

function sizeOf(box: Box): [number, number] {
  const small = lines(box).map((line) => widthOf(line, sizes.small));
  const bars = box.kind === 'queue' ? queueBars : 0;
  return [Math.max(widthOf(title(box), sizes.name), ...small) + 22 + bars, 26 + 14 * small.length];
}

const escape = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const n = (x: number): string => `${Math.round(x * 10) / 10}`;

function text(x: number, y: number, words: string, kind: string): string {
  return `<text x="${n(x)}" y="${n(y)}" class="${kind}">${escape(words)}</text>`;
}

function rect(x: number, y: number, w: number, h: number, kind: string, radius = 4): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${radius}" class="${kind}"/>`;
}

function drawBox(box: Box, { x = 0, y = 0, width = 0, height = 0 }: ElkNode): string[] {
  const out: string[] = [];
  // An array is a pile, a level has a second outline, a memory a bar at its sides, a queue its places.
  for (const off of box.count > 1 ? [6, 3] : []) out.push(rect(x + off, y + off, width, height, box.kind));
  out.push(rect(x, y, width, height, box.kind));
  if (box.kind === 'level') out.push(rect(x + 3, y + 3, width - 6, height - 6, 'inner', 2));
  if (box.kind === 'memory')
    for (const at of [x + 5, x + width - 5]) out.push(`<path d="M${n(at)} ${n(y)}v${n(height)}" class="bar"/>`);
  if (box.kind === 'queue')
    for (const at of [4, 8, 12]) out.push(`<path d="M${n(x + width - at)} ${n(y)}v${n(height)}" class="bar"/>`);
  const all = lines(box);
  const middle = x + (width - (box.kind === 'queue' ? queueBars : 0)) / 2;
  const top = y + height / 2 - 7 * all.length + 4.5;
  out.push(text(middle, top, title(box), 'name'));
  all.forEach((line, i) => out.push(text(middle, top + 14 * (i + 1), line, 'small')));
  return out;
}

/** A line through points, its corners rounded. */
function pathOf(points: readonly ElkPoint[]): string {
  let d = `M${n(points[0].x)} ${n(points[0].y)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]];
    const towards = (to: ElkPoint): ElkPoint => {
      const length = Math.hypot(to.x - b.x, to.y - b.y);
      const r = Math.min(5, length / 2) / (length || 1);
      return { x: b.x + (to.x - b.x) * r, y: b.y + (to.y - b.y) * r };
    };
    const [p, q] = [towards(a), towards(c)];
    d += `L${n(p.x)} ${n(p.y)}Q${n(b.x)} ${n(b.y)} ${n(q.x)} ${n(q.y)}`;
  }
  const end = points[points.length - 1];
  return `${d}L${n(end.x)} ${n(end.y)}`;
}

function drawArrow(arrow: Arrow, edge: ElkExtendedEdge): string[] {
  const out = (edge.sections ?? []).map(({ startPoint, endPoint, bendPoints = [] }) => {
    const d = pathOf([startPoint, ...bendPoints, endPoint]);
    return `<path d="${d}" class="${arrow.kind}" marker-end="url(#${arrow.kind})"/>`;
  });
  for (const l of edge.labels ?? []) out.push(text(l.x! + l.width! / 2, l.y! + 10, l.text!, 'label'));
  return out;
}

const styles = (p: Record<'page' | 'ink' | 'soft' | 'line' | 'part' | 'level' | 'memory', string>): string =>
  `.page{fill:${p.page}}.frame{fill:none;stroke:${p.soft}}.name{fill:${p.ink}}.small,.label,.port,.legend{fill:${p.soft}}` +
  `.label{stroke:${p.page}}.part,.queue{fill:${p.part};stroke:${p.line}}.level{fill:${p.level};stroke:${p.line}}` +
  `.memory{fill:${p.memory};stroke:${p.line}}.inner,.bar,.stream,.interface{fill:none;stroke:${p.line}}.head{fill:${p.line}}`;

const light = {
  page: '#ffffff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#3d5a80',
  part: '#f2f5f9',
  level: '#e1ebf7',
  memory: '#fdf0d9',
};
const dark = {
  page: '#0d1117',
  ink: '#e6edf3',
  soft: '#9ba6b2',
  line: '#8ab4e8',
  part: '#161d27',
  level: '#1b2b40',
  memory: '#3a2f1a',
};

const shapes =
  `text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;text-anchor:middle}` +
  `.name{font-size:${sizes.name}px;font-weight:600}.small,.label,.port,.legend{font-size:${sizes.small}px}` +
  `.label{stroke-width:3px;paint-order:stroke}.start{text-anchor:start}.stream,.interface{stroke-width:1.3px}` +
  `.interface{stroke-width:2.6px}.inner,.bar{stroke-width:.7px}`;

const legend = [
  'arrow: stream of the named payload; thick: memory or array interface',
  'two outlines: opens into a level of its own; wires are left out',
];

function draw(level: Level, root: ElkNode): string {
  const frame = root.children![0];
  const { width = 0, height = 0 } = frame;
  const names = frame.ports!.map((p) => ({ p, l: p.labels![0] }));
  const edge = (of: (n: (typeof names)[number]) => number) => names.map(of);
  const left = Math.min(0, ...edge(({ p, l }) => p.x! + l.x!)) - 8;
  const top = Math.min(0, ...edge(({ p, l }) => p.y! + l.y!)) - 8;
  const right =
    Math.max(width, ...edge(({ p, l }) => p.x! + l.x! + l.width!), left + widthOf(legend[0], sizes.small) + 16) + 8;
  const bottom = Math.max(height, ...edge(({ p, l }) => p.y! + l.y! + l.height!)) + 40;
  const beside = root.layoutOptions!['elk.direction'] === 'RIGHT';
  const byId = new Map(frame.children!.map((c) => [c.id, c]));
  const ports = names.flatMap(({ p, l }) => [
    `<circle cx="${n(p.x! + (p.width ?? 0) / 2)}" cy="${n(p.y! + (p.height ?? 0) / 2)}" r="2.5" class="head"/>`,
    text(p.x! + l.x! + l.width! / 2, beside ? p.y! + 3.5 : p.y! + l.y! + 10, l.text!, 'port'),
  ]);
  const heading = level.path === '' ? level.module : `${level.path} (${level.component})`;
  const size = `${n(right - left)} ${n(bottom - top)}`;
  const [w, h] = size.split(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${w}" height="${h}" role="img">`,
    `<title>Block diagram of ${escape(heading)}</title>`,
    `<style>${shapes}${styles(light)}@media (prefers-color-scheme:dark){${styles(dark)}}</style>`,
    `<defs>${marker('stream', 6)}${marker('interface', 3.5)}</defs>`,
    rect(0, 0, right - left, bottom - top, 'page', 0),
    `<g transform="translate(${n(-left)} ${n(-top)})">`,
    rect(0, 0, width, height, 'frame', 6),
    text(12, 21, heading, 'name start'),
    ...frame.edges!.flatMap((e, i) => drawArrow(level.arrows[i], e)),
    ...level.boxes.flatMap((box) => drawBox(box, byId.get(box.name)!)),
    ...ports,
    ...legend.map((line, i) => text(left + 8, bottom - 23 + 14 * i, line, 'legend start')),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function marker(id: string, size: number): string {
  const head = '<path d="M0 0L8 4L0 8z" class="head"/>';
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="${size}" markerHeight="${size}" orient="auto">${head}</marker>`;
}
