import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import {
  bits,
  counter,
  flag,
  many,
  payload,
  type Scalar,
  signed,
  stream,
  vector,
  type Wire,
  wire,
} from '../../dsl/kinds.ts';
import { integer, toggle } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits, keyFields, resultPayload } from '../payloads.ts';

/** Bits of an in-memory threshold. */
export const thresholdBits = 28;

/** Bits of the elements of queries, keys and values, and of a threshold. */
export interface ElementWidths {
  readonly queryBits: number;
  readonly keyBits: number;
  readonly valueBits: number;
  readonly thresholdBits: number;
}

const usualWidths: ElementWidths = { queryBits: 8, keyBits: 8, valueBits: 8, thresholdBits };

/** What a head is run with; one item starts a head. A design without a model of noise has no seed of it. */
export const configurePayload = (tokens: number, noise = true) =>
  payload('configure', {
    length: bits(indexBits(tokens + 1)),
    causal: flag(),
    prune: flag(),
    score_shift: bits(6),
    exponent_shift: bits(4),
    ...((noise ? { noise_seed: bits(32) } : {}) as { noise_seed: Scalar<false> }),
  });

/** A key and its value, in token order. */
export const loadPayload = (dim: number, { keyBits, valueBits } = usualWidths) =>
  payload('load', { key: vector(dim, signed(keyBits)), value: vector(dim, signed(valueBits)) });

/** A query, in row order. */
export const requestedQueryPayload = (dim: number, { queryBits, thresholdBits: threshold } = usualWidths) =>
  payload('requested_query', {
    data: vector(dim, signed(queryBits)),
    multiplier: bits(16),
    threshold: signed(threshold),
  });

/** A query with the number of its row. */
export const rowPayload = (tokens: number, dim: number, widths = usualWidths) =>
  payload('row', { ...requestedQueryPayload(dim, widths).fields, row: bits(indexBits(tokens)) });

/** A token on its way into main memory. */
export const writePayload = (tokens: number, dim: number, cellBits: number, { keyBits, valueBits } = usualWidths) =>
  payload('write', {
    index: bits(indexBits(tokens)),
    ...keyFields(dim, cellBits, keyBits),
    value: vector(dim, signed(valueBits)),
  });

/** The seed of the noise; a design without noise does not have this port. */
const noisePort = (noise: boolean): { noise_seed: Directed<'out', Wire<false>> } =>
  (noise ? { noise_seed: output(wire(bits(32))) } : {}) as never;

/** Takes a head through its two phases, writing K and V to memory and then running the queries, and counts cycles. */
export const sequencer = defineComponent({
  name: 'sequencer',
  summary:
    'Takes one head after the other through its phases: configuration, writing keys and values to main memory, running the queries until the last result has left. Counts the cycles of each.',
  parameters: z.strictObject({
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
    cellBits: integer({
      description: 'key bits held in the crossbars; all of them for a memory without',
      unit: 'bits',
      min: 1,
      max: 16,
      default: 4,
    }),
    queryBits: integer({ description: "bits of a query's element", unit: 'bits', min: 1, max: 16, default: 8 }),
    keyBits: integer({ description: "bits of a key's element", unit: 'bits', min: 1, max: 16, default: 8 }),
    valueBits: integer({ description: "bits of a value's element", unit: 'bits', min: 1, max: 16, default: 8 }),
    thresholdBits: integer({
      description: 'bits of a threshold',
      unit: 'bits',
      min: 1,
      max: 48,
      default: thresholdBits,
    }),
    noise: toggle({ description: 'a head has a seed of the noise of its memory', default: true }),
    lanes: integer({ description: 'elements of a result beat', min: 1, max: 1024, default: 16 }),
    stores: integer({ description: 'token stores that may starve', min: 1, max: 128, default: 2 }),
  }),
  ports: (p) => ({
    configure: input(stream(configurePayload(p.tokens, p.noise))),
    load: input(stream(loadPayload(p.dim, p))),
    query: input(stream(requestedQueryPayload(p.dim, p))),
    result: output(stream(resultPayload(p.lanes))),
    write: output(stream(writePayload(p.tokens, p.dim, p.cellBits, p))),
    loaded: input(wire(bits(1))),
    rows: output(stream(rowPayload(p.tokens, p.dim, p))),
    outcome: input(stream(resultPayload(p.lanes))),
    starved: input(many(p.stores, counter(1))),
    clear: output(wire(bits(1))),
    length: output(wire(bits(indexBits(p.tokens + 1)))),
    causal: output(wire(bits(1))),
    prune: output(wire(bits(1))),
    score_shift: output(wire(bits(6))),
    exponent_shift: output(wire(bits(4))),
    ...noisePort(p.noise),
    load_cycles: output(counter()),
    cycles: output(counter()),
    stall_cycles: output(counter()),
  }),
  template: { file: 'sequencer/sequencer.v.hbs' },
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    INDEX: indexBits(p.tokens),
    VECTOR: p.queryBits * p.dim,
    VALUE: p.valueBits * p.dim,
    HIGH: p.cellBits * p.dim,
    LOW: (p.keyBits - p.cellBits) * p.dim,
  }),
  view: (p) => ({
    stores: p.stores,
    thresholdBits: p.thresholdBits,
    noise: p.noise,
    split: p.cellBits < p.keyBits,
    elements: Array.from({ length: p.dim }, (_, i) => p.dim - 1 - i).map((i) => ({
      i,
      high: `load_key[${p.keyBits * (i + 1) - 1}:${p.keyBits * (i + 1) - p.cellBits}]`,
      low: `load_key[${p.keyBits * (i + 1) - 1 - p.cellBits}:${p.keyBits * i}]`,
    })),
  }),
  model(p, io): Process[] {
    const low = 2 ** (p.keyBits - p.cellBits);
    function* start(): Process {
      const c = yield* io.configure.take();
      io.clear.set(0);
      io.length.set(c.length);
      io.causal.set(c.causal);
      io.prune.set(c.prune);
      io.score_shift.set(c.score_shift);
      io.exponent_shift.set(c.exponent_shift);
      if (p.noise) io.noise_seed.set(c.noise_seed);
      for (let index = 0; index < c.length; index++) {
        const { key, value } = yield* io.load.take();
        const all = Array.from(key);
        const msb = all.map((k) => Math.floor(k / low));
        const lsb = all.map((k) => k - Math.floor(k / low) * low);
        io.write.put({ index, msb, ...(p.cellBits < p.keyBits ? { lsb } : {}), value } as never);
      }
      for (let row = 0; row < c.length; row++) io.rows.put({ ...(yield* io.query.take()), row });
    }
    function* finish(): Process {
      for (;;) io.result.put(yield* io.outcome.take());
    }
    return [start(), finish()];
  },
});
