import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import {
  bits,
  counter,
  type Field,
  type Fields,
  flag,
  type Interface,
  payload,
  signed,
  stream,
  vector,
  wire,
} from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { lowestBit, oneHotToIndex } from '../find-first.ts';
import { indexBits, keepPayload, requestPayload } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';

const slice = z.strictObject({
  name: z.string().meta({ description: 'field of the token' }),
  width: z.number().int().min(1).max(32).meta({ description: 'bits of an element', unit: 'bits' }),
  signed: z.boolean().meta({ description: "two's complement" }),
});

type Slice = z.output<typeof slice>;

const parameters = z.strictObject({
  role: z.string().default('value').meta({ description: 'what the tokens are: key or value' }),
  dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
  localTokens: integer({
    description: 'tokens that may be asked of this store',
    unit: 'tokens',
    min: 1,
    max: 4096,
    default: 128,
  }),
  capacity: integer({ description: 'tokens that fit in its buffer', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  slices: z
    .array(slice)
    .min(1)
    .max(2)
    .default([{ name: 'data', width: 8, signed: true }])
    .meta({ description: 'the buffers a vector is spread over' }),
});

type Parameters = z.output<typeof parameters>;

const sliceFields = (p: Parameters): Record<string, Field> =>
  Object.fromEntries(p.slices.map((s: Slice) => [s.name, vector(p.dim, s.signed ? signed(s.width) : bits(s.width))]));

/** Fields of a stored vector, typed loosely: their names are a parameter. */
const fillPayload = (p: Parameters) =>
  payload('fill', { index: bits(indexBits(p.localTokens)), ...sliceFields(p) } as Fields);

const tokenPayload = (p: Parameters) =>
  payload(`${p.role}_token`, {
    index: bits(indexBits(p.localTokens)),
    ...sliceFields(p),
    empty: flag(),
    last: flag(),
  } as Fields);

/** The second buffer of a store whose vectors are split in two. A store with one slice does not have this port. */
const lowMemory = (p: Parameters): { low_memory: Directed<'out', Interface<'memory'>> } =>
  (p.slices.length > 1 ? { low_memory: master(memoryBus(p.capacity, p.slices[1]!.width * p.dim)) } : {}) as never;

/**
 * Spatial locality detection, fetch control and the buffer of one CORELET's keys or values (SPRINT, sections on SLD and the address
 * generator; the residency table is exact where the paper keeps the last pruning vector only).
 *
 * For each pruning vector it emits every kept token once: those on chip at once, the others as they arrive from memory. While
 * one query's tokens are given out, the next query's missing ones are fetched already.
 * Tokens leave in the order in which they are there, so a packet is a set.
 */
export const tokenStore = defineComponent({
  name: 'token_store',
  summary:
    'Keeps the vectors of a CORELET that are on chip, knows exactly which ones these are, fetches kept ones that are missing, and hands each kept vector on once per query, in the order in which they are there.',
  parameters,
  rules: [
    {
      path: 'capacity',
      holds: (p) => p.capacity <= p.localTokens,
      message: (p) => `${p.capacity} is more than the ${p.localTokens} tokens that can be asked for.`,
    },
  ],
  variant: (p) => p.role,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    keep: input(stream(keepPayload(p.localTokens))),
    request: output(stream(requestPayload(p.localTokens))),
    fill: input(stream(fillPayload(p), 'packet')),
    tokens: output(stream(tokenPayload(p), 'packet')),
    memory: master(memoryBus(p.capacity, p.slices[0]!.width * p.dim)),
    ...lowMemory(p),
    fetched: output(counter()),
    reused: output(counter()),
    given: output(counter()),
    starved: output(counter(1)),
  }),
  template: { file: 'token-store/token-store.v.hbs' },
  constants: (p) => ({
    LOCAL: p.localTokens,
    CAPACITY: p.capacity,
    INDEX: indexBits(p.localTokens),
    SLOT: indexBits(p.capacity),
    USED: indexBits(p.capacity + 1),
  }),
  view: (p) => ({
    slices: p.slices.map((s: Slice, i: number) => ({ name: s.name, memory: ['memory', 'low_memory'][i] })),
    evicts: p.capacity < p.localTokens,
    lowestFunction: lowestBit('lowest', p.localTokens),
    indexFunction: oneHotToIndex('index_of', p.localTokens, indexBits(p.localTokens)),
  }),
  *model(p, io): Process {
    const stored = new Map<number, Record<string, ArrayLike<number>>>();
    for (;;) {
      const { keep } = yield* io.keep.take();
      const kept = Array.from({ length: p.localTokens }, (_, i) => i).filter((i) => keep[i]);
      if (kept.length === 0) {
        const zeros = Object.fromEntries(p.slices.map((s: Slice) => [s.name, new Int32Array(p.dim)]));
        io.tokens.put({ index: 0, ...zeros, empty: 1, last: 1 } as never);
      }
      for (const [n, index] of kept.entries()) {
        if (!stored.has(index)) {
          io.request.put({ index });
          const { index: _, ...vectors } = (yield* io.fill.take()) as unknown as Record<string, ArrayLike<number>>;
          stored.set(index, vectors);
        }
        io.tokens.put({ index, ...stored.get(index), empty: 0, last: n === kept.length - 1 ? 1 : 0 } as never);
      }
    }
  },
});
