/** How LeOPArd's keys get to its dot-product units, and what these say to the collection of outcomes. */
import { z } from 'zod';
import {
  dotBits,
  reachBits,
  groupsOf,
  keyPayload,
  outcomePayload,
  queriesUnderWay,
  roundPayload,
  soughtPayload,
  widthsOf,
} from '../../../src/components/dot-payloads.ts';
import { fifo } from '../../../src/components/fifo/fifo.ts';
import { keyDispatch, roundQueue } from '../../../src/components/key-dispatch/key-dispatch.ts';
import { outcomeCollect } from '../../../src/components/outcome-collect/outcome-collect.ts';
import { indexBits } from '../../../src/components/payloads.ts';
import { rowPayload, writePayload } from '../../../src/components/sequencer/sequencer.ts';
import { defineComponent } from '../../../src/dsl/component.ts';
import { bits, flag, many, payload, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { firstThen } from './first-then.ts';
import { listOf, shuffled } from './stimulus.ts';

const unitsShape = z.strictObject({
  tokens: z.number(),
  dim: z.number(),
  queryBits: z.number(),
  keyBits: z.number(),
  units: z.number(),
});
type UnitsShape = z.output<typeof unitsShape>;

/** A key as it was handed out, with the copy of the query that its unit has. `strange`: `fresh` was not as it should have been. */
const handedPayload = (p: UnitsShape) =>
  payload('handed', {
    ...soughtPayload(p).fields,
    row: bits(16),
    index: bits(indexBits(p.tokens)),
    key: keyPayload(p).fields.data,
    strange: flag(),
  });

/** Bits of what a unit copies of a query, and of a key. */
const soughtBits = (p: UnitsShape): number => p.dim * p.queryBits + reachBits(p) + dotBits(p);

/**
 * Stands for the units and the collection of their outcomes: each takes a key and, where it says so, a query in cycles of its own, and
 * says what it has got. A round goes when all of its keys have come, so that no more queries are under way than numbers tell apart.
 */
const unitsOf = defineComponent({
  name: 'listening_units',
  summary: 'Takes keys and queries at each of several units at random times, and says which keys met which queries.',
  parameters: unitsShape,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    rounds: input(stream(roundPayload(p.tokens))),
    queries: input(many(p.units, stream(soughtPayload(p)))),
    keys: input(many(p.units, stream(keyPayload(p)))),
    done: output(stream(roundPayload(p.tokens))),
    handed: output(stream(handedPayload(p))),
  }),
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    UNITS: p.units,
    SOUGHT: soughtBits(p),
    HANDED: 16 + indexBits(p.tokens) + p.dim * p.keyBits + 1,
  }),
  view: (p) => ({
    units: listOf(p.units, (n) => ({ n, tap: n % 16, next: (n + 5) % 16 })),
    reversed: listOf(p.units, (n) => p.units - 1 - n),
    numbers: listOf(queriesUnderWay, (q) => ({ q, units: listOf(p.units, (n) => n) })),
  }),
  template: {
    text: `  reg [15:0] noise;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) noise <= 16'd1;
    else noise <= { noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10] };
  end

  // Rounds that have gone, and keys of those under way that have come.
  reg [15:0] base;
  wire gone = rounds_valid && rounds_ready;
{{#each numbers}}
  reg [15:0] come{{q}};
  wire [15:0] more{{q}} = 16'd0{{#each units}} + { 15'd0, takes{{this}} && keys{{this}}_number == 2'd{{../q}} }{{/each}};
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) come{{q}} <= 16'd0;
    else if (clear || (gone && base[1:0] == 2'd{{q}})) come{{q}} <= 16'd0;
    else come{{q}} <= come{{q}} + more{{q}};
  end
{{/each}}
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) base <= 16'd0;
    else if (clear) base <= 16'd0;
    else if (gone) base <= base + 16'd1;
  end
  wire [15:0] come = base[1] ? (base[0] ? come3 : come2) : (base[0] ? come1 : come0);
  wire all_here = rounds_valid && come == { {(16-COUNT){1'b0}}, rounds_keys };
  assign done_valid = all_here;
  assign done_keys = rounds_keys;
  assign rounds_ready = all_here && done_ready;

  // Each unit: its query, the number of that among all of the head's, and the key at hand.
  reg [UNITS-1:0] full;
  reg told;
  wire moves = !told || handed_ready;
  wire [UNITS-1:0] chosen = full & -full;
{{#each units}}
  reg [SOUGHT-1:0] sought{{n}};
  reg [16:0] row{{n}};
  reg [HANDED-1:0] handed{{n}};
  wire open{{n}} = (!full[{{n}}] || (moves && chosen[{{n}}])) && ((noise[{{tap}}] && noise[{{next}}]) || full == {UNITS{1'b0}});
  wire takes{{n}} = keys{{n}}_valid && keys{{n}}_ready;
  wire [1:0] ahead{{n}} = keys{{n}}_number - base[1:0];
  wire [15:0] present{{n}} = base + { 14'd0, ahead{{n}} };
  assign keys{{n}}_ready = open{{n}} && (!keys{{n}}_fresh || queries{{n}}_valid);
  assign queries{{n}}_ready = open{{n}} && keys{{n}}_valid && keys{{n}}_fresh;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) row{{n}} <= {17{1'b1}};
    else if (clear) row{{n}} <= {17{1'b1}};
    else if (takes{{n}}) row{{n}} <= { 1'b0, present{{n}} };
  end
  always @(posedge clk) begin
    if (takes{{n}} && keys{{n}}_fresh) sought{{n}} <= { queries{{n}}_data, queries{{n}}_reach, queries{{n}}_threshold };
    if (takes{{n}}) handed{{n}} <= { present{{n}}, keys{{n}}_index, keys{{n}}_data, keys{{n}}_fresh == (row{{n}} == { 1'b0, present{{n}} }) };
  end
{{/each}}
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) full <= {UNITS{1'b0}};
    else full <= (full & ~(moves ? chosen : {UNITS{1'b0}})) | { {{#each reversed}}{{#unless @first}}, {{/unless}}takes{{this}}{{/each}} };
  end

  reg [SOUGHT+HANDED-1:0] out;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) told <= 1'b0;
    else if (moves) told <= full != {UNITS{1'b0}};
  end
  always @(posedge clk) begin
    if (moves) out <= {(SOUGHT+HANDED){1'b0}}{{#each units}} | ({ sought{{n}}, handed{{n}} } & {(SOUGHT+HANDED){chosen[{{n}}]} }){{/each}};
  end
  assign handed_valid = told;
  assign { handed_data, handed_reach, handed_threshold, handed_row, handed_index, handed_key, handed_strange } = out;
`,
  },
  *model(p, io): Process {
    const known: { data: ArrayLike<number>; reach: number; threshold: number }[] = [];
    for (let row = 0, turn = 0; ; row++) {
      const { keys } = yield* io.rounds.take();
      for (let n = 0; n < keys; n++, turn++) {
        const unit = turn % p.units;
        const { data: key, index, fresh } = yield* io.keys[unit]!.take();
        if (fresh) known[unit] = yield* io.queries[unit]!.take();
        io.handed.put({ ...known[unit]!, row, index, key, strange: 0 });
      }
      io.done.put({ keys });
    }
  },
});

const dispatchShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, valueBits: 8, units: 1, banks: 1 },
  single: { tokens: 7, dim: 2, queryBits: 3, keyBits: 5, valueBits: 8, units: 1, banks: 4 },
  usual: { tokens: 24, dim: 4, queryBits: 12, keyBits: 12, valueBits: 16, units: 6, banks: 16 },
  many: { tokens: 9, dim: 3, queryBits: 4, keyBits: 7, valueBits: 8, units: 16, banks: 8 },
  serial: { tokens: 5, dim: 2, queryBits: 8, keyBits: 3, valueBits: 8, units: 3, banks: 1 },
  two: { tokens: 33, dim: 1, queryBits: 5, keyBits: 4, valueBits: 8, units: 8, banks: 2 },
  row: { tokens: 16, dim: 2, queryBits: 6, keyBits: 6, valueBits: 8, units: 4, banks: 16 },
};
type Name = keyof typeof dispatchShapes;

const dispatching = (name: Name) => {
  const p = dispatchShapes[name];
  const { tokens, dim, queryBits, keyBits, units } = p;
  const first = writePayload(tokens, dim, keyBits, widthsOf(p));
  const second = rowPayload(tokens, dim, widthsOf(p));
  const parts = {
    order: firstThen({ id: `dispatch_${name}`, tokens, first, second }),
    dispatch: keyDispatch(p),
    rounds: fifo(roundPayload(tokens), roundQueue),
    units: unitsOf({ tokens, dim, queryBits, keyBits, units }),
  };
  return bench(`bench_key_dispatch_${name}`, parts, (at, { connect }) => {
    connect(at.order.first_on, at.dispatch.write);
    connect(at.order.second_on, at.dispatch.query);
    connect(at.dispatch.rounds, at.rounds.put);
    connect(at.rounds.get, at.units.rounds);
    connect(at.dispatch.queries, at.units.queries);
    connect(at.dispatch.keys, at.units.keys);
  });
};
const dispatches = bench('bench_key_dispatch', {
  tiny: dispatching('tiny'),
  single: dispatching('single'),
  usual: dispatching('usual'),
  many: dispatching('many'),
  serial: dispatching('serial'),
  two: dispatching('two'),
  row: dispatching('row'),
});

/** Several heads, of any length, causal or not: `clear`, as many keys as the head has tokens, and as many queries. */
function dispatchTrials(r: Random): Trial[] {
  return listOf(10, (head): Trial[] => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const clears: Record<string, number> = {};
    for (const [name, { tokens }] of Object.entries(dispatchShapes)) {
      const length = r.pick([1, tokens, tokens, r.integer(1, tokens)]);
      wires[`${name}_dispatch_causal`] = r.integer(0, 1);
      for (const part of ['order', 'dispatch']) wires[`${name}_${part}_length`] = length;
      for (const part of ['order', 'dispatch', 'units']) {
        wires[`${name}_${part}_clear`] = 0;
        clears[`${name}_${part}_clear`] = 1;
      }
      const items = (port: string, field: string) =>
        listOf(length, (n) => randomItem(streamFields(dispatches, `${name}_${port}`), r, { [field]: n }));
      streams[`${name}_order_first`] = items('order_first', 'index');
      streams[`${name}_order_second`] = items('order_second', 'row');
    }
    // A reset has to do what `clear` does.
    if (head % 5 === 4) return [{ streams, wires, reset: true }];
    return [
      { streams: {}, wires: { ...wires, ...clears } },
      { streams, wires },
    ];
  }).flat();
}

const collectShapes = {
  tiny: { tokens: 1, dim: 1, queryBits: 2, keyBits: 2, groupBits: 1, units: 1, valueWays: 1 },
  alone: { tokens: 9, dim: 3, queryBits: 5, keyBits: 5, groupBits: 5, units: 1, valueWays: 2 },
  usual: { tokens: 20, dim: 8, queryBits: 12, keyBits: 12, groupBits: 2, units: 6, valueWays: 1 },
  halves: { tokens: 20, dim: 8, queryBits: 12, keyBits: 12, groupBits: 2, units: 8, valueWays: 2 },
  many: { tokens: 5, dim: 2, queryBits: 4, keyBits: 8, groupBits: 3, units: 16, valueWays: 4 },
  bitwise: { tokens: 33, dim: 1, queryBits: 16, keyBits: 16, groupBits: 1, units: 3, valueWays: 1 },
};
type CollectShape = (typeof collectShapes)['tiny'];

/** An outcome with the number of its query among all of the head's. */
const numberedPayload = (p: CollectShape) => payload('numbered', { ...outcomePayload(p).fields, row: bits(16) });

/** Holds outcomes back of queries that cannot be under way yet, as the key dispatch does. */
const underWay = defineComponent({
  name: 'under_way',
  summary: 'Passes rounds on, and outcomes of as many queries at once as their numbers tell apart.',
  parameters: z.strictObject({
    tokens: z.number(),
    dim: z.number(),
    queryBits: z.number(),
    keyBits: z.number(),
    groupBits: z.number(),
    units: z.number(),
    valueWays: z.number(),
  }),
  ports: (p) => ({
    clear: input(wire(bits(1))),
    rounds: input(stream(roundPayload(p.tokens))),
    from: input(many(p.units, stream(numberedPayload(p)))),
    rounds_on: output(stream(roundPayload(p.tokens))),
    to: output(many(p.units, stream(outcomePayload(p)))),
  }),
  view: (p) => ({
    units: listOf(p.units, (n) => ({ n, fields: Object.keys(outcomePayload(p).fields) })),
    most: queriesUnderWay,
  }),
  template: {
    text: `  reg [15:0] gone;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) gone <= 16'd0;
    else if (clear) gone <= 16'd0;
    else if (rounds_on_valid && rounds_on_ready) gone <= gone + 16'd1;
  end
  assign rounds_on_valid = rounds_valid;
  assign rounds_on_keys = rounds_keys;
  assign rounds_ready = rounds_on_ready;
{{#each units}}
  wire known{{n}} = from{{n}}_row - gone < 16'd{{../most}};
  assign to{{n}}_valid = from{{n}}_valid && known{{n}};
  assign from{{n}}_ready = to{{n}}_ready && known{{n}};
{{#each fields}}
  assign to{{../n}}_{{this}} = from{{../n}}_{{this}};
{{/each}}
{{/each}}
`,
  },
  *model(p, io): Process {
    for (let turn = 0; ; ) {
      const { keys } = yield* io.rounds.take();
      io.rounds_on.put({ keys });
      for (let n = 0; n < keys; n++, turn++) {
        const unit = turn % p.units;
        io.to[unit]!.put(yield* io.from[unit]!.take());
      }
    }
  },
});

const collecting = (name: keyof typeof collectShapes) => {
  const p = collectShapes[name];
  return bench(
    `bench_outcome_collect_${name}`,
    { order: underWay(p), collect: outcomeCollect(p) },
    (at, { connect }) => {
      connect(at.order.rounds_on, at.collect.rounds);
      connect(at.order.to, at.collect.outcomes);
    },
  );
};
const collects = bench('bench_outcome_collect', {
  tiny: collecting('tiny'),
  alone: collecting('alone'),
  usual: collecting('usual'),
  halves: collecting('halves'),
  many: collecting('many'),
  bitwise: collecting('bitwise'),
});

/**
 * Several heads. Any unit may have had any key; the model takes them in turn, which gives the same packets. Every fifth head comes after a
 * reset in the middle of one: some outcomes of a query have come, and a kept key is held, that the model does not see.
 */
function collectTrials(r: Random): Trial[] {
  return listOf(12, (head): Trial[] => {
    const cutOff = head % 5 === 3;
    const streams: Record<string, SimItem[]> = {};
    const given: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const expectWires: Record<string, number> = {};
    for (const [name, p] of Object.entries(collectShapes)) {
      const fields = streamFields(collects, `${name}_order_from0`);
      const density = r.pick([0, 0.1, 0.5, 1]);
      const most = Math.min(p.tokens, r.pick([1, 2, p.tokens, p.tokens]));
      const rounds = listOf(r.integer(1, 24), () => r.integer(1, most));
      const groups = groupsOf(p);
      const all = rounds.flatMap((keys, row) =>
        shuffled(r, p.tokens)
          .slice(0, keys)
          .map((index) => {
            const [keep, group] = [r.chance(density) ? 1 : 0, r.integer(0, groups - 1)];
            return randomItem(fields, r, { index, keep, group, row, number: row % queriesUnderWay });
          }),
      );
      given[`${name}_order_rounds`] = streams[`${name}_order_rounds`] = rounds.map((keys) => ({ keys }));
      const busy = r.integer(1, p.units);
      const units = all.map(() => r.integer(0, busy - 1));
      for (let unit = 0; unit < p.units; unit++) {
        streams[`${name}_order_from${unit}`] = all.filter((_, n) => units[n] === unit);
        given[`${name}_order_from${unit}`] = all.filter((_, n) => n % p.units === unit);
      }
      if (cutOff) {
        const row = rounds.length;
        streams[`${name}_order_from0`]!.push(
          ...listOf(p.tokens, (n) =>
            randomItem(fields, r, { index: n, keep: n === 0 ? 1 : 0, group: 0, row, number: row % queriesUnderWay }),
          ),
        );
      }
      for (const part of ['order', 'collect']) wires[`${name}_${part}_clear`] = 0;
      expectWires[`${name}_collect_keys_kept`] = all.filter(({ keep }) => keep === 1).length;
      for (let t = 0; t < groups; t++)
        expectWires[`${name}_collect_groups_histogram${t}`] = all.filter(({ group }) => group === t).length;
    }
    const clears = Object.fromEntries(Object.keys(wires).map((name) => [name, 1]));
    const none = Object.fromEntries(Object.keys(expectWires).map((name) => [name, 0]));
    // A reset has to do what `clear` does.
    if (head % 5 === 4) return [{ streams, given, wires, expectWires, reset: true }];
    return [
      { streams: {}, wires: clears, expectWires: none },
      { streams, given, wires, ...(cutOff ? {} : { expectWires }) },
    ];
  }).flat();
}

export const serialDispatchChecks: readonly ComponentCheck[] = [
  {
    name: 'key_dispatch bench',
    part: dispatches,
    trials: dispatchTrials,
    shared: Object.fromEntries(
      Object.entries(dispatchShapes).map(([name, { tokens }]) => [
        `${name}_units_handed`,
        ({ row, index }: SimItem) => (row as number) * 2 * tokens + (index as number),
      ]),
    ),
  },
  { name: 'outcome_collect bench', part: collects, trials: collectTrials },
];
