import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { fifo } from '../../src/components/fifo/fifo.ts';
import { defineComponent } from '../../src/dsl/component.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { bits, payload, stream, vector, wire } from '../../src/dsl/kinds.ts';
import { input, output } from '../../src/dsl/ports.ts';
import { accelerator, defineStructure } from '../../src/dsl/structure.ts';
import { watchStreams } from '../../src/dsl/watch.ts';
import { headCase, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import type { SimCase } from '../../src/sim/cases.ts';
import { simTop } from '../../src/sim/from-design.ts';
import { lintVerilog } from '../../src/sim/lint.ts';
import { type Engine, openSimulation } from '../../src/sim/simulation.ts';

const item = payload('item', { value: bits(8), more: vector(3, bits(4)) });

/** A register that breaks one rule, by `mode`: 1 withdraws an item, 2 changes one, 3 does not know whether there is one. */
const rude = defineComponent({
  name: 'rude',
  summary: 'Breaks the rules of valid and ready.',
  parameters: z.strictObject({}),
  ports: () => ({ mode: input(wire(bits(2))), from: input(stream(item)), to: output(stream(item)) }),
  template: {
    text: `  reg full;
  reg [7:0] value;
  reg [11:0] more;
  assign from_ready = !full || to_ready;
  assign to_valid = full;
  assign to_value = value;
  assign to_more = more;

  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) full <= 1'b0;
    else if (from_ready) full <= (mode == 2'd3 && from_valid) ? 1'bx : from_valid;
    else if (mode == 2'd1) full <= 1'b0;
  end

  always @(posedge clk) begin
    if (from_ready) begin
      value <= from_value;
      more <= from_more;
    end else if (mode == 2'd2) more <= more + 1'b1;
  end`,
  },
});

const through = { mode: input(wire(bits(2))), from: input(stream(item)), to: output(stream(item)) };

const inner = defineStructure({
  name: 'inner',
  summary: 'Has the offender inside.',
  parameters: z.strictObject({}),
  ports: () => through,
  build: (_, { instance, connect, port }) => {
    const offender = instance('offender', rude());
    const queue = instance('queue', fifo(item, 2));
    connect(port.mode, offender.mode);
    connect(port.from, offender.from);
    connect(offender.to, queue.put);
    connect(queue.get, port.to);
  },
});

const lab = accelerator('lab', through, ({ instance, connect, port }) => {
  const intake = instance('intake', fifo(item, 2));
  const part = instance('part', inner());
  connect(port.mode, part.mode);
  connect(port.from, intake.put);
  connect(intake.get, part.from);
  connect(part.to, port.to);
});

const plain = elaborate(lab).netlist;
const items = Array.from({ length: 12 }, (_, i) => ({ value: i, more: [i % 16, 1, 2] }));
const caseOf = (mode: number): SimCase => ({
  reset: true,
  wires: { mode },
  streams: { from: items },
  expect: { to: items.length },
  stall: { seed: 3, validPercent: 100, readyPercent: 20 },
  maxIdleCycles: 300,
});
const run = async (watched: boolean, mode: number, engine: Engine) => {
  const simulation = await openSimulation(simTop(watched ? watchStreams(plain) : plain), { engine });
  return simulation.run([caseOf(mode)]);
};

describe.each<Engine>(['verilator', 'icarus'])('a rule broken inside of a component, in %s', (engine) => {
  test('nothing is wrong without a breach', async () => {
    expect(await run(true, 0, engine)).toEqual(await run(false, 0, engine));
  });

  test.each<[mode: number, rule: string]>([
    [1, 'valid fell before the item had moved'],
    [2, 'the payload changed before the item had moved'],
    ...(engine === 'icarus' ? [[3, 'valid is unknown'] satisfies [number, string]] : []),
  ])('mode %i: %s', async (mode, rule) => {
    const stopped = run(true, mode, engine);
    await expect(stopped).rejects.toThrow(
      expect.objectContaining({
        code: engine === 'icarus' ? 'PR0511' : 'PR0514',
        message: expect.stringMatching(
          new RegExp(`PR0530 \\S*(lab|prunus_top)\\.part\\.watch_offender_to: stream of item: ${rule}`),
        ),
      }),
    );
  });

  test('the streams of the top do not show it: without watches nobody stops', async () => {
    const [result] = await run(false, 2, engine);
    expect(result!.violations).toEqual([]);
  });
});

test('every stream between two instances is watched, once, on every level', () => {
  const { netlist } = elaborate(sprint({ corelets: 2 }), 'top');
  const watched = watchStreams(netlist);
  for (const { name, body } of netlist.modules) {
    if (body.kind === 'leaf') continue;
    const streams = body.nets.filter((n) => n.kind.kind === 'stream').map((n) => n.name);
    const after = watched.modules.find((m) => m.name === name)!.body;
    if (after.kind === 'leaf') throw new Error(`${name} is no level any more`);
    const added = after.instances.slice(body.instances.length);
    expect(added.map((i) => i.pins['stream'])).toEqual(streams.map((net) => ({ net })));
    expect({ ...after, instances: body.instances }).toEqual(body);
  }
  expect(new Set(watched.modules.map((m) => m.name)).size).toBe(watched.modules.length);
});

test('SPRINT keeps the rules inside', async () => {
  const part = sprint({
    tokens: 48,
    dim: 8,
    corelets: 2,
    bufferBytes: 64,
    tile: { rows: 8, columns: 8 },
    memory: { channels: 2, banks: 2 },
  });
  const design = headDesign(part, 'watched', machines.sprint)!;
  const top = simTop(watchStreams(design.netlist));
  expect(await lintVerilog(top.files, { top: top.top })).toEqual([]);
  const simulation = await openSimulation(top);
  const trials = Array.from({ length: 40 }, (_, i) => headTrial(design, 7, i));
  const cases = trials.map((t, i) => headCase(design, t.head, { reset: t.reset || i === 0, stall: t.stall }));
  const results = await simulation.run(cases);
  expect(results.map((r) => r.status)).toEqual(trials.map(() => 'ok'));
});
