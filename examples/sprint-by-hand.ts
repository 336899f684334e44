/**
 * SPRINT with two CORELETs, put together by hand: what the preset `sprint-m` builds from parameters, written out, to show the
 * language on a whole machine. It computes exactly what the preset computes.
 *
 *     npx prunus generate examples/sprint-by-hand.ts --out rtl-out/by-hand
 *     npx prunus verify examples/sprint-by-hand.ts
 *
 * How to read it: `instance` and `array` place parts and give their ports; `connect` takes a source and a sink of the same kind. A
 * stream connected to a stream of something else does not compile; a width that does not fit, a stream that nobody reads
 * or an instance that is never used is an error with this file's name and the line.
 */
import { z } from 'zod';
// In a project of your own: from 'prunus'.
import {
  accelerator,
  configurePayload,
  corelet,
  counter,
  defineStructure,
  fifo,
  fork,
  input,
  integer,
  loadPayload,
  mainMemory,
  many,
  merge,
  mergedPayload,
  normaliser,
  output,
  partialBits,
  partialPayload,
  peak,
  queryDispatch,
  queryPayload,
  reciprocal,
  requestedQueryPayload,
  resultPayload,
  rowNumberPayload,
  sequencer,
  stream,
  tokenSelect,
} from '../src/index.ts';

// What this machine is made for.
const tokens = 128;
const dim = 64;
const corelets = 2;
const localTokens = tokens / corelets;
/** Elements of a result that leave in one cycle: a query's 64 take four. */
const lanes = 16;
const crossbars = { rows: 64, columns: 128, cellBits: 4, dacBits: 4 };
const { accumulator, sum } = partialBits({ tokens, normalisation: 'deferred' });

/**
 * A level of one's own. Ports and insides depend on parameters; it becomes a Verilog module with the same names. This one adds the
 * CORELETs' partial results and divides them by the sum of the weights, once for a whole query.
 */
const normalisation = defineStructure({
  name: 'normalisation',
  summary: 'Adds the partial results of all CORELETs and divides them by the sum of all weights.',
  parameters: z.strictObject({
    ways: integer({ description: 'CORELETs', min: 1, max: 64, default: 2 }),
    waiting: integer({ description: 'output beats that wait for their reciprocal', min: 2, max: 256, default: 16 }),
  }),
  ports: (p) => ({
    partial: input(many(p.ways, stream(partialPayload(lanes, accumulator, sum)))),
    result: output(stream(resultPayload(lanes))),
  }),
  build: (p, { instance, connect, port }) => {
    const sums = instance('sums', merge({ ways: p.ways, lanes, accumulatorBits: accumulator, sumBits: sum }));
    const queue = instance('queue', fifo(mergedPayload(lanes, accumulator), p.waiting));
    const inverse = instance('inverse', reciprocal({ sumBits: sum }));
    const divide = instance('divide', normaliser({ lanes, accumulatorBits: accumulator, sumBits: sum }));
    // A group of ports connects to a group of as many, element by element.
    connect(port.partial, sums.partial);
    connect(sums.merged, queue.put);
    connect(sums.total, inverse.total);
    connect(queue.get, divide.merged);
    connect(inverse.scale, divide.scale);
    connect(divide.result, port.result);
  },
});

const ports = {
  // A head: how it is computed, its keys and values, its queries; and what comes out.
  configure: input(stream(configurePayload(tokens))),
  load: input(stream(loadPayload(dim))),
  query: input(stream(requestedQueryPayload(dim))),
  result: output(stream(resultPayload(lanes))),
  // Performance counters: they depend on timing, so that no model foretells them.
  load_cycles: output(counter()),
  cycles: output(counter()),
  stall_cycles: output(counter()),
  keys_kept: output(many(corelets, counter())),
  keys_fetched: output(many(corelets, counter())),
  keys_reused: output(many(corelets, counter())),
  values_fetched: output(many(corelets, counter())),
  values_reused: output(many(corelets, counter())),
};

export default accelerator('sprint_by_hand', ports, ({ instance, array, connect, pick, port }) => {
  // The sequencer takes a head through its phases. Two stores in each CORELET may wait for memory; it counts these cycles.
  const { cellBits, dacBits } = crossbars;
  const sequence = instance('sequencer', sequencer({ tokens, dim, cellBits, lanes, stores: 2 * corelets }));
  connect(port.configure, sequence.configure);
  connect(port.load, sequence.load);
  connect(port.query, sequence.query);
  connect(sequence.result, port.result);

  // Main memory: four channels of four banks. Crossbars hold the high bits of the keys and compare whole rows of them with a query.
  const memory = instance('memory', mainMemory({ tokens, dim, corelets, channels: 4, banks: 4, ...crossbars }));
  connect(sequence.write, memory.write);
  connect(memory.loaded, sequence.loaded);
  connect(sequence.clear, memory.clear);
  connect(sequence.length, memory.length);
  connect(sequence.noise_seed, memory.noise_seed);

  // A query goes to memory, which says what is pruned, and through a queue to the CORELETs, which compute what is not.
  const dispatch = instance('dispatch', queryDispatch({ tokens, dim, dacBits }));
  const queryQueue = instance('query_queue', fifo(queryPayload(dim), 4));
  const rowQueue = instance('row_queue', fifo(rowNumberPayload(tokens), 4));
  connect(sequence.rows, dispatch.rows);
  connect(sequence.prune, dispatch.prune);
  connect(dispatch.lookup, memory.lookup);
  connect(dispatch.queries, queryQueue.put);
  connect(dispatch.row_numbers, rowQueue.put);

  // Which tokens are left, and whose they are: token j belongs to CORELET j mod 2. Masks for padding and causality come in here.
  const select = instance('select', tokenSelect({ tokens, corelets }));
  connect(memory.pruned, select.pruned);
  connect(rowQueue.get, select.row_numbers);
  connect(sequence.length, select.length);
  connect(sequence.causal, select.causal);
  connect(sequence.prune, select.prune);

  // An array of instances has groups for ports: `core.query` is two streams, and a wire that is connected to it goes to both.
  const core = array(
    'corelet',
    corelets,
    corelet({ tokens, localTokens, capacity: localTokens, dim, lanes, cellBits }),
  );
  const spread = instance('spread', fork(queryPayload(dim), corelets));
  connect(queryQueue.get, spread.from);
  connect(spread.to, core.query);
  connect(select.keys, core.key_keep);
  connect(select.values, core.value_keep);
  connect(sequence.clear, core.clear);
  connect(sequence.score_shift, core.score_shift);
  connect(sequence.exponent_shift, core.exponent_shift);

  // What is not on chip is fetched.
  connect(core.key_request, memory.key_requests);
  connect(core.value_request, memory.value_requests);
  connect(memory.key_fills, core.key_fill);
  connect(memory.value_fills, core.value_fill);

  // All CORELETs take their weights against one peak, so that their partial results can simply be added.
  const top = instance('peak', peak({ ways: corelets }));
  connect(core.peak, top.from);
  connect(top.to, core.peaks);
  const finish = instance('finish', normalisation({ ways: corelets }));
  connect(core.partial, finish.partial);
  connect(finish.result, sequence.outcome);

  // One element of a group is picked by its number, one instance of an array by `at`.
  for (let n = 0; n < corelets; n++) {
    connect(core.at(n).keys_starved, pick(sequence.starved, n));
    connect(core.at(n).values_starved, pick(sequence.starved, corelets + n));
  }
  connect(core.keys_kept, port.keys_kept);
  connect(core.keys_fetched, port.keys_fetched);
  connect(core.keys_reused, port.keys_reused);
  connect(core.values_fetched, port.values_fetched);
  connect(core.values_reused, port.values_reused);
  connect(sequence.load_cycles, port.load_cycles);
  connect(sequence.cycles, port.cycles);
  connect(sequence.stall_cycles, port.stall_cycles);
});
