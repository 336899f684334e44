import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { containerBits, rowBytes, rowPayload } from '../axi.ts';
import { indexBits } from '../payloads.ts';
import { elementsOf, readElements } from '../row-elements.ts';
import { queryScalePayload, scaleShape } from '../scale-split/scale-split.ts';
import { requestedQueryPayload } from '../sequencer/sequencer.ts';

/** A row of the queries with its multiplier and threshold: its own, or those of its head. */
export const queryJoin = defineComponent({
  name: 'query_join',
  summary: "Gives each query its multiplier and threshold: one a query from the table, or the head's.",
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
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    query: output(stream(requestedQueryPayload(p.dim, { ...p, keyBits: 8, valueBits: 8 }))),
  }),
  template: { file: 'query-join/query-join.v.hbs' },
  constants: (p) => ({ COUNT: indexBits(p.tokens + 1) }),
  view: (p) => ({
    elements: elementsOf('rows_data', p.dim, p.queryBits),
    spare: p.queryBits < containerBits(p.queryBits),
  }),
  *model(p, io): Process {
    const own = yield* io.per_query.read();
    const length = yield* io.length.read();
    for (;;) {
      const constant = yield* io.constants.take();
      for (let row = 0; row < length; row++) {
        const data = readElements((yield* io.rows.take()).data, p.dim, p.queryBits);
        const scale = own ? yield* io.scales.take() : constant;
        io.query.put({ data, ...scale });
      }
    }
  },
});
