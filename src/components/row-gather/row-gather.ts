import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, flag, payload, signed, stream, vector, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { predictedWidths } from '../codebook-drive/codebook-drive.ts';
import { indexBits } from '../payloads.ts';
import { gatherQueryPayload, keptKeyPayload, relevanceShape } from '../relevance-payloads.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { memoryBus } from '../sram/sram.ts';

const { tokens, dim } = relevanceShape;

/** Boundary units of a SRAM-CIM macro; more than a query has bits would never all be busy. */
export const cimUnits = integer({
  description: 'SRAM-CIM units: bit-serial multipliers at the boundary of the key memory; 8 take a key a cycle',
  min: 1,
  max: 8,
  default: 8,
  source: "implementer's choice: one row a cycle",
});

/** A row of the key memory at the boundary, with the query it meets. */
export const gatheredPayload = (p: { readonly tokens: number; readonly dim: number }) =>
  payload('gathered', {
    key: vector(p.dim, signed(8)),
    query: vector(p.dim, signed(8)),
    index: bits(indexBits(p.tokens)),
    last: flag(),
  });

/** What a SRAM-CIM macro and the row gather in it have in common. */
export const gatherPorts = (p: { readonly tokens: number; readonly dim: number }) => ({
  clear: input(wire(bits(1))),
  length: input(wire(bits(indexBits(p.tokens + 1)))),
  write: input(stream(writePayload(p.tokens, p.dim, 8, predictedWidths(1)))),
  kept: input(stream(keptKeyPayload(p.tokens), 'packet')),
  queries: input(stream(gatherQueryPayload(p.dim))),
  starved: output(counter(1)),
  keys_kept: output(counter()),
});

/**
 * The key memory of HARDSEA's SRAM-CIM and its row gather: kept keys, in whatever pattern, are read a row a cycle. They are dealt out to the
 * boundary units, each of which is busy with one for 8 cycles: every unit takes as long, so that results come back in the same order.
 *
 * A row that is read waits at the memory's output until it is taken. `starved` tells that a query is here, but nothing is
 * known to be kept of it yet.
 */
export const rowGather = defineComponent({
  name: 'row_gather',
  summary: 'Keeps the keys of a head, and reads the rows that each query keeps, a row a cycle.',
  parameters: z.strictObject({ tokens, dim }),
  ports: (p) => ({
    ...gatherPorts(p),
    row: output(stream(gatheredPayload(p), 'packet')),
    memory: master(memoryBus(p.tokens, 8 * p.dim)),
  }),
  template: { file: 'row-gather/row-gather.v.hbs' },
  constants: (p) => ({ INDEX: indexBits(p.tokens), KEY: 8 * p.dim }),
  *model(_, io): Process {
    const length = yield* io.length.read();
    const keys: ArrayLike<number>[] = [];
    while (keys.length < length) {
      const { index, msb } = yield* io.write.take();
      keys[index] = msb;
    }
    for (let kept = 1; ; kept++) {
      const { index, last } = yield* io.kept.take();
      const { data } = yield* io.queries.peek();
      io.row.put({ key: keys[index]!, query: data, index, last });
      io.keys_kept.set(kept);
      if (last) yield* io.queries.take();
    }
  },
});
