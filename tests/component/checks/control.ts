/** What takes a head through its phases, and decides which tokens a query keeps. */
import { z } from 'zod';
import { fork } from '../../../src/components/fork/fork.ts';
import { resultPayload } from '../../../src/components/payloads.ts';
import { prunedJoin } from '../../../src/components/pruned-join/pruned-join.ts';
import { queryDispatch } from '../../../src/components/query-dispatch/query-dispatch.ts';
import { rowPayload, sequencer } from '../../../src/components/sequencer/sequencer.ts';
import { tokenSelect } from '../../../src/components/token-select/token-select.ts';
import { writeRouter } from '../../../src/components/write-router/write-router.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { stream } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { CaseResult, SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

/** Stands for the rest of the accelerator: answers each query with `beats` beats made of its first element. */
const echo = defineComponent({
  name: 'echo',
  summary: 'Answers each query with beats made of its first element.',
  parameters: z.strictObject({ tokens: z.number(), dim: z.number(), lanes: z.number(), beats: z.number() }),
  ports: (p) => ({ rows: input(stream(rowPayload(p.tokens, p.dim))), outcome: output(stream(resultPayload(p.lanes))) }),
  constants: (p) => ({ LANES: p.lanes, BEATS: p.beats }),
  template: {
    text: `  reg [7:0] beat;
  assign outcome_valid = rows_valid;
  assign outcome_data = {LANES{ { 8'd0, rows_data[7:0] } }};
  assign outcome_none = rows_multiplier[0];
  assign outcome_last = { 24'd0, beat } == BEATS - 1;
  assign rows_ready = outcome_ready && outcome_last;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) beat <= 8'd0;
    else if (outcome_valid && outcome_ready) beat <= outcome_last ? 8'd0 : beat + 8'd1;
  end
`,
  },
  *model(p, io): Process {
    for (;;) {
      const { data, multiplier } = yield* io.rows.take();
      for (let beat = 0; beat < p.beats; beat++) {
        const each = data[0]! & 255;
        io.outcome.put({ data: listOf(p.lanes, () => each), none: multiplier & 1, last: beat === p.beats - 1 ? 1 : 0 });
      }
    }
  },
});

const sequencerShapes = {
  tiny: { tokens: 1, dim: 1, cellBits: 8, lanes: 1, stores: 1, beats: 1, channels: 1 },
  usual: { tokens: 20, dim: 8, cellBits: 4, lanes: 3, stores: 4, beats: 3, channels: 2 },
  full: { tokens: 16, dim: 3, cellBits: 1, lanes: 3, stores: 2, beats: 2, channels: 4 },
};

/** A sequencer with the write router that tells it when a head is loaded, and the echo for everything behind it. */
function headLoop(name: string, shape: (typeof sequencerShapes)[keyof typeof sequencerShapes]): Part {
  const { tokens, dim, cellBits, lanes, stores, beats, channels } = shape;
  return bench(
    name,
    {
      control: sequencer({ tokens, dim, cellBits, lanes, stores }),
      split: fork(rowPayload(tokens, dim), 2),
      echo: echo({ tokens, dim, lanes, beats }),
      writes: writeRouter({ tokens, dim, cellBits, channels }),
    },
    (at, { connect, pick }) => {
      connect(at.control.rows, at.split.from);
      connect(pick(at.split.to, 0), at.echo.rows);
      connect(at.echo.outcome, at.control.outcome);
      connect(at.control.write, at.writes.write);
      connect(at.control.length, at.writes.length);
      connect(at.control.clear, at.writes.clear);
      connect(at.writes.loaded, at.control.loaded);
    },
  );
}

const sequencers = bench('bench_sequencer', {
  tiny: headLoop('loop_tiny', sequencerShapes.tiny),
  usual: headLoop('loop_usual', sequencerShapes.usual),
  full: headLoop('loop_full', sequencerShapes.full),
});

function sequencerTrials(r: Random): Trial[] {
  return trialsOf(16, (i) => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { tokens, stores, channels }] of Object.entries(sequencerShapes)) {
      const length = r.pick([1, tokens, r.integer(0, tokens), r.integer(1, tokens)]);
      const items = (port: string, count: number, given: SimItem = {}) => {
        const fields = streamFields(sequencers, `${name}_control_${port}`);
        streams[`${name}_control_${port}`] = listOf(count, () => randomItem(fields, r, given));
      };
      items('configure', 1, { length });
      items('load', length);
      items('query', length);
      for (let n = 0; n < channels; n++) wires[`${name}_writes_idle${n}`] = 1;
      for (let n = 0; n < stores; n++) wires[`${name}_control_starved${n}`] = i % 2 && r.chance(0.5) ? 1 : 0;
    }
    return { streams, wires };
  });
}

/** The counters of the phases: together they last from the configuration to the last result. */
function inspectCounters(results: readonly CaseResult[], trials: readonly Trial[]): string[] {
  return results.flatMap(({ wires, accepted, outputs }, i) =>
    Object.keys(sequencerShapes).flatMap((name) => {
      const counter = (of: string): number => wires[`${name}_control_${of}`]!;
      const given = trials[i]!;
      const length = given.streams[`${name}_control_load`]!.length;
      const starved = Object.entries(given.wires!).some(([w, v]) => w.startsWith(`${name}_control_starved`) && v === 1);
      const from = accepted[`${name}_control_configure`]![0]!;
      const writes = Math.max(
        0,
        ...Object.entries(outputs).map(([s, o]) => (s.startsWith(`${name}_writes`) ? (o.cycles.at(-1) ?? 0) : 0)),
      );
      const to = outputs[`${name}_control_result`]!.cycles.at(-1) ?? from;
      const wanted = {
        // A cycle after the last write it is known that all is loaded.
        load_cycles: length === 0 ? 0 : writes + 1 - from,
        cycles: length === 0 ? 0 : to - writes - 1,
        stall_cycles: starved ? counter('cycles') : 0,
      };
      return Object.entries(wanted)
        .filter(([of, value]) => counter(of) !== value)
        .map(([of, value]) => `case ${i} ${name}: ${of} is ${counter(of)}, expected ${value}`);
    }),
  );
}

/** What was configured can be seen on the wires until the next head. */
function withConfiguration(trials: readonly Trial[]): Trial[] {
  return trials.map((trial) => {
    const wires = Object.keys(sequencerShapes).flatMap((name): [string, number][] => {
      const { length: _, ...set } = trial.streams[`${name}_control_configure`]![0] as Record<string, number>;
      return Object.entries(set).map(([of, value]) => [`${name}_control_${of}`, value]);
    });
    return { ...trial, expectWires: Object.fromEntries(wires) };
  });
}

const dispatchShapes = {
  tiny: { tokens: 1, dim: 1, dacBits: 8 },
  usual: { tokens: 20, dim: 8, dacBits: 4 },
  narrow: { tokens: 300, dim: 15, dacBits: 1 },
};
const dispatchers = bench('bench_query_dispatch', {
  tiny: queryDispatch(dispatchShapes.tiny),
  usual: queryDispatch(dispatchShapes.usual),
  narrow: queryDispatch(dispatchShapes.narrow),
});

const selectShapes = {
  tiny: { tokens: 1, corelets: 1 },
  usual: { tokens: 20, corelets: 4 },
  ragged: { tokens: 33, corelets: 8 },
  full: { tokens: 64, corelets: 1 },
};
const selectors = bench('bench_token_select', {
  tiny: tokenSelect(selectShapes.tiny),
  usual: tokenSelect(selectShapes.usual),
  ragged: tokenSelect(selectShapes.ragged),
  full: tokenSelect(selectShapes.full),
});

function dispatchTrials(r: Random): Trial[] {
  return trialsOf(12, () => ({
    streams: Object.fromEntries(
      Object.keys(dispatchShapes).map((name) => {
        const port = `${name}_rows`;
        return [port, listOf(r.integer(1, 40), () => randomItem(streamFields(dispatchers, port), r))];
      }),
    ),
  }));
}

function selectTrials(r: Random): Trial[] {
  return trialsOf(16, () => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    for (const [name, { tokens }] of Object.entries(selectShapes)) {
      const length = r.pick([1, tokens, r.integer(1, tokens)]);
      const prune = r.chance(0.7) ? 1 : 0;
      const rows = r.integer(1, 40);
      const density = r.pick([0, 0.3, 0.9, 1]);
      Object.assign(wires, { [`${name}_length`]: length, [`${name}_prune`]: prune });
      streams[`${name}_row_numbers`] = listOf(rows, () => ({ row: r.integer(0, tokens - 1) }));
      streams[`${name}_pruned`] = listOf(prune ? rows : 0, () => ({
        pruned: listOf(tokens, () => (r.chance(density) ? 1 : 0)),
      }));
    }
    return { streams, wires };
  });
}

const writeShapes = {
  tiny: { tokens: 1, dim: 1, channels: 1, cellBits: 8 },
  usual: { tokens: 20, dim: 3, channels: 4, cellBits: 4 },
  spare: { tokens: 3, dim: 2, channels: 8, cellBits: 1 },
};
const writers = bench('bench_write_router', {
  tiny: writeRouter(writeShapes.tiny),
  usual: writeRouter(writeShapes.usual),
  spare: writeRouter(writeShapes.spare),
});

function writeTrials(r: Random): Trial[] {
  // Every third trial clears the count all the time; the one after it goes on from there.
  return trialsOf(18, (i) => {
    const clear = i % 3 === 1 ? 1 : 0;
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const expectWires: Record<string, number> = {};
    for (const [name, { tokens, channels }] of Object.entries(writeShapes)) {
      const count = r.integer(0, tokens);
      const length = r.chance(0.6) ? count : r.integer(0, tokens);
      const idle = listOf(channels, () => (r.chance(0.9) ? 1 : 0));
      const fields = streamFields(writers, `${name}_write`);
      streams[`${name}_write`] = listOf(count, () => randomItem(fields, r, { index: r.integer(0, tokens - 1) }));
      idle.forEach((value, n) => (wires[`${name}_idle${n}`] = value));
      Object.assign(wires, { [`${name}_clear`]: clear, [`${name}_length`]: length });
      const written = clear ? 0 : count;
      expectWires[`${name}_loaded`] = written === length && idle.every((x) => x === 1) ? 1 : 0;
    }
    return { reset: i % 3 !== 2, streams, wires, expectWires };
  });
}

const joinShapes = {
  tiny: { tokens: 1, dim: 4, channels: 1, banks: 1, rows: 4, columns: 4 },
  usual: { tokens: 32, dim: 4, channels: 4, banks: 4, rows: 4, columns: 4 },
  ragged: { tokens: 21, dim: 4, channels: 2, banks: 4, rows: 4, columns: 2 },
  spare: { tokens: 5, dim: 4, channels: 8, banks: 2, rows: 4, columns: 4 },
};
const joins = bench('bench_pruned_join', {
  tiny: prunedJoin(joinShapes.tiny),
  usual: prunedJoin(joinShapes.usual),
  ragged: prunedJoin(joinShapes.ragged),
  spare: prunedJoin(joinShapes.spare),
});

function joinTrials(r: Random): Trial[] {
  return trialsOf(8, () => {
    const streams: Record<string, SimItem[]> = {};
    for (const [name, { channels }] of Object.entries(joinShapes)) {
      const count = r.integer(1, 40);
      for (let c = 0; c < channels; c++) {
        const port = `${name}_channels${c}`;
        streams[port] = listOf(count, () => randomItem(streamFields(joins, port), r));
      }
    }
    return { streams };
  });
}

export const controlChecks: readonly ComponentCheck[] = [
  {
    name: 'sequencer',
    part: sequencers,
    trials: (r) => withConfiguration(sequencerTrials(r)),
    inspect: inspectCounters,
  },
  {
    name: 'query_dispatch',
    part: dispatchers,
    trials: dispatchTrials,
    steady: Object.keys(dispatchShapes).flatMap((name) =>
      ['lookup', 'queries', 'row_numbers'].map((s) => `${name}_${s}`),
    ),
  },
  {
    name: 'token_select',
    part: selectors,
    trials: selectTrials,
    steady: Object.keys(selectShapes).flatMap((name) => [`${name}_keys0`, `${name}_values0`]),
  },
  { name: 'write_router', part: writers, trials: writeTrials },
  {
    name: 'pruned_join',
    part: joins,
    trials: joinTrials,
    steady: Object.keys(joinShapes).map((name) => `${name}_pruned`),
  },
];
