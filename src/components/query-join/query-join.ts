import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { saturate } from '../../numerics/fixed.ts';
import { containerBits, rowBytes, rowPayload } from '../axi.ts';
import { indexBits } from '../payloads.ts';
import { elementsOf, readElements } from '../row-elements.ts';
import { queryScalePayload, scaleShape } from '../scale-split/scale-split.ts';
import { requestedQueryPayload } from '../sequencer/sequencer.ts';

/** Bits of what is added to all thresholds: what a register holds, as far as a threshold is as wide. */
export const trimBits = (thresholdBits: number): number => Math.min(32, thresholdBits);

/** A row of the queries with its multiplier and threshold: its own, or those of its head; `trim` is added to thresholds, saturating. */
export const queryJoin = defineComponent({
  name: 'query_join',
  summary:
    "Gives each query its multiplier and threshold: one a query from the table, or the head's; thresholds are moved by a trim.",
  parameters: z.strictObject({
    dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
    queryBits: integer({ description: "bits of a query's element", unit: 'bits', min: 2, max: 16, default: 8 }),
    ...scaleShape,
  }),
  ports: (p) => ({
    rows: input(stream(rowPayload(rowBytes(p.dim, p.queryBits)))),
    scales: input(stream(queryScalePayload(p.thresholdBits))),
    constants: input(stream(queryScalePayload(p.thresholdBits))),
    per_query: input(wire(bits(1))),
    trim: input(wire(bits(trimBits(p.thresholdBits)))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    query: output(stream(requestedQueryPayload(p.dim, { ...p, keyBits: 8, valueBits: 8 }))),
  }),
  template: { file: 'query-join/query-join.v.hbs' },
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    THRESHOLD: p.thresholdBits,
    TRIM: trimBits(p.thresholdBits),
  }),
  view: (p) => ({
    elements: elementsOf('rows_data', p.dim, p.queryBits),
    spare: p.queryBits < containerBits(p.queryBits),
  }),
  *model(p, io): Process {
    const own = yield* io.per_query.read();
    const length = yield* io.length.read();
    const trim = Number(BigInt.asIntN(trimBits(p.thresholdBits), BigInt(yield* io.trim.read())));
    for (;;) {
      const constant = yield* io.constants.take();
      for (let row = 0; row < length; row++) {
        const data = readElements((yield* io.rows.take()).data, p.dim, p.queryBits);
        const scale = own ? yield* io.scales.take() : constant;
        const threshold = saturate(scale.threshold + trim, p.thresholdBits);
        io.query.put({ data, multiplier: scale.multiplier, threshold });
      }
    }
  },
});
