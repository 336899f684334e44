/** The token store in a closed loop: what it asks for comes after a while, in another order. */
import { z } from 'zod';
import { requestPayload } from '../../../src/components/payloads.ts';
import { sram } from '../../../src/components/sram/sram.ts';
import { tokenStore } from '../../../src/components/token-store/token-store.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { counter, type Interface, type Payload, stream } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import type { Source } from '../../../src/dsl/structure.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimCase, SimItem } from '../../../src/sim/cases.ts';
import { listOf, someOf, trialsOf } from './stimulus.ts';

interface Slice {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
}

interface StoreShape {
  readonly dim: number;
  readonly localTokens: number;
  readonly capacity: number;
  readonly slices: readonly Slice[];
  /** Of 16 cycles, those in which a vector arrives. */
  readonly rate: number;
}

/** Element `e` of slice `s` of a token: any function that tells tokens, elements and slices apart. */
const elementOf = (index: number, e: number, s: number, { width, signed }: Slice): number => {
  const value = (index * 37 + e * 11 + s * 5 + 3) & (2 ** width - 1);
  return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
};

/**
 * Memory as a store sees it: up to four requests wait, and are answered one at a time in random order. Counts the requests, and those
 * for a token that is on its way already.
 */
const responder = (shape: StoreShape, of: Payload) =>
  defineComponent({
    name: 'responder',
    summary: 'Answers requests after a while, in random order.',
    parameters: z.strictObject({}),
    ports: () => ({
      request: input(stream(requestPayload(shape.localTokens))),
      fill: output(stream(of as Payload<'fill'>, 'packet')),
      requested: output(counter()),
      twice: output(counter()),
    }),
    view: () => ({
      index: of.fields['index']!.width,
      rate: shape.rate,
      slots: [0, 1, 2, 3],
      elements: shape.slices.flatMap(({ name, width }, s) =>
        listOf(shape.dim, (e) => ({
          name,
          high: (e + 1) * width - 1,
          low: e * width,
          top: width - 1,
          offset: e * 11 + s * 5 + 3,
          n: s * shape.dim + e,
        })),
      ),
    }),
    template: {
      text: `  reg [3:0] busy;
  reg [{{sub index 1}}:0] place [0:3];
  reg [15:0] noise;
  reg filling;
  reg [{{sub index 1}}:0] filling_index;
  reg [31:0] requested_count;
  reg [31:0] twice_count;
  wire [1:0] free_slot = !busy[0] ? 2'd0 : !busy[1] ? 2'd1 : !busy[2] ? 2'd2 : 2'd3;
  wire [1:0] chosen = noise[1:0];
  wire accept = request_valid && request_ready;
  wire answer = (!filling || fill_ready) && busy[chosen] && { 1'b0, noise[7:4] } < 5'd{{rate}};
  wire again = {{#each slots}}{{#unless @first}} || {{/unless}}(busy[{{this}}] && place[{{this}}] == request_index){{/each}};
  assign request_ready = busy != 4'b1111;
  assign fill_valid = filling;
  assign fill_index = filling_index;
  assign requested = requested_count;
  assign twice = twice_count;
  wire [31:0] token = { {(32-{{index}}){1'b0}}, filling_index };
{{#each elements}}
  wire [31:0] element{{n}} = token * 32'd37 + 32'd{{offset}};
  assign fill_{{name}}[{{high}}:{{low}}] = element{{n}}[{{top}}:0];
{{/each}}
  wire unused = &{1'b0{{#each elements}}, element{{n}}{{/each}} };

  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      busy <= 4'd0;
      noise <= 16'hace1;
      filling <= 1'b0;
      requested_count <= 32'd0;
      twice_count <= 32'd0;
    end else begin
      noise <= { noise[14:0], noise[15] ^ noise[13] ^ noise[12] ^ noise[10] };
      if (accept) busy[free_slot] <= 1'b1;
      if (answer) busy[chosen] <= 1'b0;
      if (!filling || fill_ready) filling <= answer;
      if (accept) requested_count <= requested_count + 32'd1;
      if (accept && again) twice_count <= twice_count + 32'd1;
    end
  end

  always @(posedge clk) begin
    if (accept) place[free_slot] <= request_index;
    if (answer) filling_index <= place[chosen];
  end
`,
    },
    *model(_, io): Process {
      for (;;) {
        const { index } = yield* io.request.take();
        const vectors = shape.slices.map((slice, s) => [
          slice.name,
          listOf(shape.dim, (e) => elementOf(index, e, s, slice)),
        ]);
        io.fill.put({ index, ...Object.fromEntries(vectors) } as never);
      }
    },
  })({});

/** A store, its buffers of exactly its capacity, and the responder. */
function storeLoop(name: string, shape: StoreShape): Part {
  const { dim, localTokens, capacity, slices } = shape;
  const store = tokenStore({ role: 'tested', dim, localTokens, capacity, slices: [...slices] });
  const back = responder(shape, (store.ports.fill.of as { payload: Payload }).payload);
  const buffer = (s: number) => sram({ role: `slice${s}`, depth: capacity, width: dim * slices[s]!.width });
  const wire = (at: { store: unknown; back: unknown }, connect: (from: never, to: never) => void): void => {
    const [s, b] = [at.store, at.back] as [Record<string, never>, Record<string, never>];
    connect(s['request']!, b['request']!);
    connect(b['fill']!, s['fill']!);
  };
  if (slices.length === 1) {
    return bench(name, { store, back, high: buffer(0) }, (at, { connect }) => {
      wire(at, connect as never);
      connect(at.store.memory, at.high.memory);
    });
  }
  return bench(name, { store, back, high: buffer(0), low: buffer(1) }, (at, { connect }) => {
    wire(at, connect as never);
    connect(at.store.memory, at.high.memory);
    connect(at.store.low_memory as Source<Interface<'memory'>>, at.low.memory);
  });
}

const value: readonly Slice[] = [{ name: 'data', width: 8, signed: true }];
const key: readonly Slice[] = [
  { name: 'msb', width: 3, signed: true },
  { name: 'lsb', width: 5, signed: false },
];

/** Buffers of one token, too small for most queries, nearly and quite large enough. */
const roomy: Readonly<Record<string, StoreShape>> = {
  single: { dim: 2, localTokens: 1, capacity: 1, slices: value, rate: 16 },
  all: { dim: 3, localTokens: 20, capacity: 20, slices: key, rate: 12 },
  power: { dim: 2, localTokens: 32, capacity: 32, slices: value, rate: 16 },
};
const tight: Readonly<Record<string, StoreShape>> = {
  one: { dim: 2, localTokens: 12, capacity: 1, slices: value, rate: 16 },
  two: { dim: 2, localTokens: 9, capacity: 2, slices: key, rate: 3 },
  seven: { dim: 3, localTokens: 20, capacity: 7, slices: key, rate: 8 },
  eight: { dim: 2, localTokens: 33, capacity: 8, slices: value, rate: 16 },
  nearly: { dim: 2, localTokens: 16, capacity: 15, slices: value, rate: 14 },
};

/** What a trial keeps, query by query. */
const keptOf = (trial: Trial, name: string): number[][] =>
  (trial.streams[`${name}_store_keep`] ?? []).map(({ keep }) =>
    Array.from(keep as ArrayLike<number>, (bit, i) => (bit ? i : -1)).filter((i) => i >= 0),
  );

function storeTrials(shapes: Readonly<Record<string, StoreShape>>): ComponentCheck['trials'] {
  // Every fifth trial clears and asks for nothing; the one after it starts with an empty store.
  return (r: Random) =>
    trialsOf(22, (i) => {
      const clear = i % 5 === 3 ? 1 : 0;
      const streams: Record<string, SimItem[]> = {};
      const wires: Record<string, number> = {};
      for (const [name, { localTokens, capacity }] of Object.entries(shapes)) {
        wires[`${name}_store_clear`] = clear;
        const few = i % 5 === 1 ? Math.max(1, Math.floor(capacity / 2)) : localTokens;
        let before: number[] = [];
        streams[`${name}_store_keep`] = listOf(clear ? 0 : r.integer(1, 12), () => {
          // Neighbouring queries keep much the same.
          const chosen =
            r.chance(0.7) && before.length > 0
              ? [...before.filter(() => r.chance(0.8)), ...someOf(r, localTokens).slice(0, 2)]
              : someOf(r, localTokens);
          before = [...new Set(chosen)].slice(0, few);
          const keep = new Array<number>(localTokens).fill(0);
          for (const token of before) keep[token] = 1;
          return { keep };
        });
      }
      // The last two: all that is there is asked for again, without stalls.
      if (i >= 20) {
        for (const [name, { localTokens, capacity }] of Object.entries(shapes)) {
          const keep = listOf(localTokens, (t) => (t < capacity ? 1 : 0));
          streams[`${name}_store_keep`] = listOf(6, () => ({ keep }));
        }
        return { reset: false, streams, wires, stall: null };
      }
      return { streams, wires };
    });
}

/** What the counters must say, whatever the timing was. */
function inspectStores(shapes: Readonly<Record<string, StoreShape>>): NonNullable<ComponentCheck['inspect']> {
  return (results: readonly CaseResult[], trials: readonly Trial[], cases: readonly SimCase[]) =>
    Object.entries(shapes).flatMap(([name, { localTokens, capacity }]) => {
      const problems: string[] = [];
      const before = { fetched: 0, reused: 0, given: 0, requested: 0 };
      let known = new Set<number>();
      results.forEach(({ wires, outputs }, i) => {
        const say = (holds: boolean, text: string): void => {
          if (!holds) problems.push(`case ${i} ${name}: ${text}`);
        };
        const trial = trials[i]!;
        if (cases[i]!.reset) {
          Object.assign(before, { fetched: 0, reused: 0, given: 0, requested: 0 });
          known = new Set();
        }
        const now = {
          fetched: wires[`${name}_store_fetched`]!,
          reused: wires[`${name}_store_reused`]!,
          given: wires[`${name}_store_given`]!,
          requested: wires[`${name}_back_requested`]!,
        };
        if (trial.wires![`${name}_store_clear`] === 1) {
          say(now.fetched === 0 && now.reused === 0 && now.given === 0, 'a counter is not cleared');
          Object.assign(before, now);
          known = new Set();
          return;
        }
        const kept = keptOf(trial, name);
        const fetched = now.fetched - before.fetched;
        const reused = now.reused - before.reused;
        const given = now.given - before.given;
        say(
          now.requested - before.requested === fetched,
          `${fetched} fetched, ${now.requested - before.requested} requested`,
        );
        Object.assign(before, now);
        say(wires[`${name}_back_twice`] === 0, 'a token was requested while it was on its way');
        say(wires[`${name}_store_starved`] === 0, 'starved at the end');
        say(given === kept.flat().length, `${given} given, ${kept.flat().length} kept`);
        const fresh = new Set(kept.flat().filter((t) => !known.has(t)));
        for (const t of fresh) known.add(t);
        say(reused >= given - fetched, `${reused} reused of ${given} given and ${fetched} fetched`);
        if (capacity >= localTokens) {
          say(fetched === fresh.size, `${fetched} fetched, ${fresh.size} of them for the first time`);
          say(reused === given - fetched, `${reused} reused of ${given} given and ${fetched} fetched`);
        }
        const pairs = kept.slice(1).map((after, n) => new Set([...kept[n]!, ...after]).size);
        if (Math.max(kept[0]?.length ?? 0, ...pairs) <= capacity) {
          // Locality: what two neighbouring queries keep is fetched once.
          const most = kept.flatMap((after, n) => after.filter((t) => !kept[n - 1]?.includes(t))).length;
          say(fetched <= most, `${fetched} fetched; neighbours share all but ${most}`);
          say(reused === given - fetched, `${reused} reused of ${given} given and ${fetched} fetched`);
        }
        if (i === 21) {
          // All is there: a token a cycle.
          const { cycles } = outputs[`${name}_store_tokens`]!;
          const gaps = cycles.filter((c, n) => n > 0 && c !== cycles[n - 1]! + 1).length;
          say(gaps === 0, `${gaps} cycles without a token although all are there`);
          say(fetched === 0, `${fetched} fetched although all are there`);
        }
      });
      return problems;
    });
}

const storeCheck = (name: string, shapes: Readonly<Record<string, StoreShape>>): ComponentCheck => ({
  name,
  part: bench(`bench_${name}`, Object.fromEntries(Object.entries(shapes).map(([n, s]) => [n, storeLoop(n, s)]))),
  trials: storeTrials(shapes),
  bare: Object.keys(shapes).map((n) => `${n}_store_tokens`),
  inspect: inspectStores(shapes),
});

export const storeChecks: readonly ComponentCheck[] = [
  storeCheck('token_store_roomy', roomy),
  storeCheck('token_store_tight', tight),
];
