import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, flag, payload, stream, type Stream, wire } from '../../dsl/kinds.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits } from '../payloads.ts';
import { codebookPayload, idBits, productsPayload, relevanceShape, subspaceRules } from '../relevance-payloads.ts';
import { configurePayload } from '../sequencer/sequencer.ts';

const { tokens, dim, subspaces, centroids, cellBits, crossingBits, relevance } = relevanceShape;
const parameters = z.strictObject({ tokens, dim, subspaces, centroids, cellBits, crossingBits, relevance });

/**
 * What a head with predicted relevance is run with. `program`: its codebook comes first. `key_ramp`, `query_ramp`: slope of the reference
 * when vectors are clustered, and when a query's sub-scores are read. `top_k`: keys that each query keeps; 0: those that reach its
 * threshold. `diagonal`: each query's own key is kept besides.
 */
export const setupPayload = (tokenCount: number) =>
  payload('configure', {
    ...configurePayload(tokenCount).fields,
    program: flag(),
    key_ramp: bits(5),
    query_ramp: bits(5),
    top_k: bits(indexBits(tokenCount + 1)),
    diagonal: flag(),
  });

type ProductsPort = { products: Directed<'out', Stream<ReturnType<typeof productsPayload>>> };
/** Only a table of products has this port. */
const productsPort = (p: z.output<typeof parameters>): ProductsPort =>
  (p.relevance === 'table' ? { products: output(stream(productsPayload(p))) } : {}) as never;

/**
 * The head of HARDSEA's configuration: it takes what the relevance predictor is set to, passes a codebook on if there is a new one, and
 * only then starts the head. Settings change only while no head runs.
 */
export const headSetup = defineComponent({
  name: 'head_setup',
  summary:
    "Takes a head's configuration, passes its codebook on to the crossbars if there is one, holds the settings of the relevance predictor, and then starts the head.",
  parameters,
  rules: subspaceRules,
  ports: (p) => ({
    configure: input(stream(setupPayload(p.tokens))),
    codebook: input(stream(codebookPayload(p))),
    start: output(stream(configurePayload(p.tokens))),
    columns: output(stream(codebookPayload(p))),
    ...productsPort(p),
    programmed: output(wire(bits(1))),
    key_ramp: output(wire(bits(5))),
    query_ramp: output(wire(bits(5))),
    top_k: output(wire(bits(indexBits(p.tokens + 1)))),
    diagonal: output(wire(bits(1))),
  }),
  template: { file: 'head-setup/head-setup.v.hbs' },
  constants: (p) => ({
    COUNT: indexBits(p.tokens + 1),
    SUBSPACE: indexBits(p.subspaces),
    ID: idBits(p),
    COLUMNS: p.subspaces * p.centroids,
    COLUMN: indexBits(p.subspaces * p.centroids),
  }),
  view: (p) => {
    const { fields } = codebookPayload(p);
    const width = (field: { width: number; count: number }) => field.width * field.count;
    return {
      table: p.relevance === 'table',
      cells: width(fields.cells),
      products: 'products' in fields ? width(fields.products as { width: number; count: number }) : 0,
      lastColumn: p.subspaces * p.centroids - 1,
      base: Object.keys(configurePayload(p.tokens).fields),
    };
  },
  *model(p, io): Process {
    const c = yield* io.configure.take();
    io.programmed.set(c.program);
    io.key_ramp.set(c.key_ramp);
    io.query_ramp.set(c.query_ramp);
    io.top_k.set(c.top_k);
    io.diagonal.set(c.diagonal);
    for (let column = 0; c.program && column < p.subspaces * p.centroids; column++) {
      const item = yield* io.codebook.take();
      io.columns.put(item);
      if ('products' in io) (io as unknown as { products: { put(i: unknown): void } }).products.put(item);
    }
    const { length, causal, prune, score_shift, exponent_shift, noise_seed } = c;
    io.start.put({ length, causal, prune, score_shift, exponent_shift, noise_seed });
  },
});
