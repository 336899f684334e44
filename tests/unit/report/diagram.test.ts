import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { picture, pictures } from '../../../scripts/diagrams.ts';
import { sprint } from '../../../src/architectures/sprint/sprint.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { defineComponent } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, many, payload, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator } from '../../../src/dsl/structure.ts';
import { PrunusError } from '../../../src/errors.ts';
import { diagram } from '../../../src/report/diagram.ts';
import { levelOf } from '../../../src/report/level.ts';

const byte = payload('byte', { data: bits(8) });
const pair = defineComponent({
  name: 'pair',
  summary: 'Two streams through.',
  parameters: z.strictObject({}),
  ports: () => ({
    mode: input(wire(bits(1))),
    from: input(many(2, stream(byte))),
    to: output(many(2, stream(byte))),
  }),
  template: { text: '' },
});

/** Two pairs in an array, one after a queue, and an input that goes straight to an output. */
const tiny = accelerator(
  'tiny',
  {
    mode: input(wire(bits(1))),
    a: input(many(2, stream(byte))),
    b: input(stream(byte)),
    past: input(stream(byte)),
    c: output(many(2, stream(byte))),
    d: output(stream(byte)),
    e: output(stream(byte)),
    beside: output(stream(byte)),
  },
  ({ array, instance, connect, pick, port }) => {
    const lane = array('lane', 2, pair());
    const queue = instance('queue', fifo(byte, 3));
    connect(port.mode, lane.mode);
    connect(port.a, lane.at(0).from);
    connect(lane.at(0).to, port.c);
    connect(port.b, queue.put);
    connect(queue.get, pick(lane.at(1).from, 0));
    connect(pick(lane.at(1).to, 0), pick(lane.at(1).from, 1));
    connect(pick(lane.at(1).to, 1), port.d);
    const other = instance('other', fifo(byte, 2));
    connect(port.past, other.put);
    connect(other.get, port.e);
    const last = instance('last', fifo(byte, 2));
    connect(last.get, port.beside);
    connect(
      instance(
        'source',
        defineComponent({
          name: 'source',
          summary: 'Nothing comes.',
          parameters: z.strictObject({}),
          ports: () => ({ out: output(stream(byte)) }),
          template: { text: '' },
        })(),
      ).out,
      last.put,
    );
  },
);

const sprintNetlist = elaborate(sprint({ corelets: 4 }), 'lab').netlist;
const caught = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof PrunusError) return `${error.code} ${error.message} ${error.fix ?? ''}`.trim();
  }
  return 'nothing';
};

describe('a level of a netlist', () => {
  const level = levelOf(elaborate(tiny).netlist);

  it('has a box for each instance, one for an array, in the order of the flow', () => {
    expect(level.boxes.map((b) => [b.name, b.count, b.kind, b.note])).toEqual([
      ['source', 1, 'part', ''],
      ['last', 1, 'queue', '2 deep'],
      ['other', 1, 'queue', '2 deep'],
      ['queue', 1, 'queue', '3 deep'],
      ['lane', 2, 'part', ''],
    ]);
  });

  it('has its ports at the border, wires left out', () => {
    expect(level.borders.map((b) => `${b.direction} ${b.name}`)).toEqual([
      'in a',
      'in b',
      'in past',
      'out c',
      'out d',
      'out e',
      'out beside',
    ]);
  });

  it('has an arrow for each stream, streams side by side together', () => {
    const end = (e: { box: string | undefined; port: string }) => `${e.box ?? ''}.${e.port}`;
    expect(level.arrows.map((a) => `${end(a.from)} -> ${end(a.to)} x${a.count}`).toSorted()).toEqual([
      '.a -> lane.from x2',
      '.b -> queue.put x1',
      '.past -> other.put x1',
      'lane.to -> .c x2',
      'lane.to -> .d x1',
      'lane.to -> lane.from x1',
      'last.get -> .beside x1',
      'other.get -> .e x1',
      'queue.get -> lane.from x1',
      'source.out -> last.put x1',
    ]);
  });

  it('leaves no stream and no interface of any level of SPRINT out', () => {
    const modules = new Map(sprintNetlist.modules.map((m) => [m.name, m]));
    const visit = (name: string, path: string): void => {
      const { body, ports } = modules.get(name)!;
      if (body.kind === 'leaf') return;
      const inner = body.instances.flatMap((i) =>
        modules.get(i.module)!.ports.filter((p) => p.direction === 'in' && p.kind.kind !== 'wire'),
      );
      const out = ports.filter((p) => p.direction === 'out' && p.kind.kind !== 'wire');
      const { arrows } = levelOf(sprintNetlist, path);
      expect(
        arrows.reduce((n, a) => n + a.count, 0),
        path,
      ).toBe(inner.length + out.length);
      for (const i of body.instances) visit(i.module, path === '' ? i.name : `${path}.${i.name}`);
    };
    visit('lab', '');
  });

  it('says what is there when a path leads nowhere or into a part', () => {
    expect(caught(() => levelOf(sprintNetlist, 'memory.bank'))).toBe(
      "PR0801 memory.bank: lab_main_memory has no instance 'bank'. it has writes, lookups, channel0, channel1, channel2, channel3, answers, requests, fills.",
    );
    expect(caught(() => levelOf(sprintNetlist, 'corelet0.scoring'))).toBe(
      'PR0802 corelet0.scoring: this part is a template; it has no instances to draw.',
    );
  });
});

describe('a diagram', () => {
  interface Rect {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  }
  const rects = (svg: string, kinds: string): Rect[] =>
    [...svg.matchAll(/<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)" rx="\d+" class="(.*?)"/g)]
      .filter((m) => new RegExp(`^(${kinds})$`).test(m[5]!))
      .map((m) => ({ x: Number(m[1]), y: Number(m[2]), w: Number(m[3]), h: Number(m[4]) }));
  const inside = (a: Rect, b: Rect): boolean =>
    a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
  const apart = (a: Rect, b: Rect): boolean =>
    a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;

  it.each(['', 'corelet0', 'memory', 'memory.channel0', 'memory.channel0.bank0'])(
    'of level "%s" is sound',
    async (path) => {
      const svg = await diagram(sprintNetlist, path);
      const level = levelOf(sprintNetlist, path);
      for (const { name, component } of level.boxes) {
        expect(svg).toContain(`>${name}`);
        expect(svg).toContain(component);
      }
      for (const { name } of level.borders) expect(svg).toContain(`>${name}</text>`);
      for (const { payload: carried } of level.arrows) expect(svg).toContain(carried);
      expect(svg.match(/marker-end=/g)).toHaveLength(level.arrows.length);
      // Boxes lie inside the frame, and apart from each other.
      const [frame] = rects(svg, 'frame') as [Rect];
      const boxes = rects(svg, 'part|level|memory|queue').filter(
        (r, i, all) => all.findIndex((o) => o.w === r.w && Math.abs(o.x - r.x) <= 6 && Math.abs(o.y - r.y) <= 6) === i,
      );
      expect(boxes).toHaveLength(level.boxes.length);
      for (const [i, box] of boxes.entries()) {
        expect(inside(box, frame)).toBe(true);
        for (const other of boxes.slice(i + 1)) expect(apart(box, other)).toBe(true);
      }
      // Tags are balanced, and nothing is fetched from elsewhere.
      const count = (pattern: RegExp) => (svg.match(pattern) ?? []).length;
      expect(count(/<[a-z]/g)).toBe(count(/\/>/g) + count(/<\/[a-z]/g));
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/http|@import|url\((?!#)/);
    },
  );

  it.each(pictures)('docs/%s is what %s "%s" gives; `npm run diagrams` draws it again', async (...what) => {
    const drawn = readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs', what[0]), 'utf8');
    expect(await picture(what)).toBe(drawn);
  });
});
