import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, flag, many, payload, signed, stream, vector, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits, keyFields, resultPayload } from '../payloads.ts';

/** Bits of an in-memory threshold. */
export const thresholdBits = 28;

/** What a head is run with; one item starts a head. */
export const configurePayload = (tokens: number) =>
  payload('configure', {
    length: bits(indexBits(tokens + 1)),
    causal: flag(),
    prune: flag(),
    score_shift: bits(6),
    exponent_shift: bits(4),
    noise_seed: bits(32),
  });

/** A key and its value, in token order. */
export const loadPayload = (dim: number) =>
  payload('load', { key: vector(dim, signed(8)), value: vector(dim, signed(8)) });

/** A query, in row order. */
export const requestedQueryPayload = (dim: number) =>
  payload('requested_query', {
    data: vector(dim, signed(8)),
    multiplier: bits(16),
    threshold: signed(thresholdBits),
  });

/** A query with the number of its row. */
export const rowPayload = (tokens: number, dim: number) =>
  payload('row', { ...requestedQueryPayload(dim).fields, row: bits(indexBits(tokens)) });

/** A token on its way into main memory. */
export const writePayload = (tokens: number, dim: number, cellBits: number) =>
  payload('write', { index: bits(indexBits(tokens)), ...keyFields(dim, cellBits), value: vector(dim, signed(8)) });

/** Takes a head through its two phases, writing K and V to memory and then running the queries, and counts cycles. */
export const sequencer = defineComponent({
  name: 'sequencer',
  summary:
    'Takes one head after the other through its phases: configuration, writing keys and values to main memory, running the queries until the last result has left. Counts the cycles of each.',
  parameters: z.strictObject({
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
    cellBits: integer({ description: 'key bits held in the crossbars', unit: 'bits', min: 1, max: 8, default: 4 }),
    lanes: integer({ description: 'elements of a result beat', min: 1, max: 1024, default: 16 }),
    stores: integer({ description: 'token stores that may starve', min: 1, max: 128, default: 2 }),
  }),
  ports: (p) => ({
    configure: input(stream(configurePayload(p.tokens))),
    load: input(stream(loadPayload(p.dim))),
    query: input(stream(requestedQueryPayload(p.dim))),
    result: output(stream(resultPayload(p.lanes))),
    write: output(stream(writePayload(p.tokens, p.dim, p.cellBits))),
    loaded: input(wire(bits(1))),
    rows: output(stream(rowPayload(p.tokens, p.dim))),
    outcome: input(stream(resultPayload(p.lanes))),
    starved: input(many(p.stores, counter(1))),
    clear: output(wire(bits(1))),
    length: output(wire(bits(indexBits(p.tokens + 1)))),
    causal: output(wire(bits(1))),
    prune: output(wire(bits(1))),
    score_shift: output(wire(bits(6))),
    exponent_shift: output(wire(bits(4))),
    noise_seed: output(wire(bits(32))),
    load_cycles: output(counter()),
    cycles: output(counter()),
    stall_cycles: output(counter()),
  }),
  template: { file: 'sequencer/sequencer.v.hbs' },
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    INDEX: indexBits(p.tokens),
    VECTOR: 8 * p.dim,
    HIGH: p.cellBits * p.dim,
    LOW: (8 - p.cellBits) * p.dim,
  }),
  view: (p) => ({
    stores: p.stores,
    thresholdBits,
    split: p.cellBits < 8,
    elements: Array.from({ length: p.dim }, (_, i) => p.dim - 1 - i).map((i) => ({
      i,
      high: `load_key[${8 * i + 7}:${8 * i + 8 - p.cellBits}]`,
      low: `load_key[${8 * i + 7 - p.cellBits}:${8 * i}]`,
    })),
  }),
  model(p, io): Process[] {
    const low = 2 ** (8 - p.cellBits);
    function* start(): Process {
      const c = yield* io.configure.take();
      io.clear.set(0);
      io.length.set(c.length);
      io.causal.set(c.causal);
      io.prune.set(c.prune);
      io.score_shift.set(c.score_shift);
      io.exponent_shift.set(c.exponent_shift);
      io.noise_seed.set(c.noise_seed);
      for (let index = 0; index < c.length; index++) {
        const { key, value } = yield* io.load.take();
        const all = Array.from(key);
        const msb = all.map((k) => Math.floor(k / low));
        const lsb = all.map((k) => k - Math.floor(k / low) * low);
        io.write.put({ index, msb, ...(p.cellBits < 8 ? { lsb } : {}), value } as never);
      }
      for (let row = 0; row < c.length; row++) io.rows.put({ ...(yield* io.query.take()), row });
    }
    function* finish(): Process {
      for (;;) io.result.put(yield* io.outcome.take());
    }
    return [start(), finish()];
  },
});
