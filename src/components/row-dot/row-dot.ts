import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { type AdderTree, adderTree, signExtend } from '../adder-tree.ts';
import { elementOf } from '../bit-select.ts';
import { keptDotPayload } from '../dot-payloads.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { indexBits } from '../payloads.ts';
import { relevanceShape } from '../relevance-payloads.ts';
import { gatheredPayload } from '../row-gather/row-gather.ts';

const { tokens, dim } = relevanceShape;

/** What `keptDotPayload` needs to know of exact dot products of int8 vectors, -128 included: one bit more than the factors' magnitudes have. */
export const rowDots = (p: { readonly tokens: number; readonly dim: number }) => ({
  tokens: p.tokens,
  dim: p.dim,
  queryBits: 8,
  keyBits: 9,
});

/** Bits of a query's element, one a cycle. */
export const queryPlanes = 8;

/**
 * A boundary unit of a SRAM-CIM macro (HARDSEA): the bits of the query, most significant first, meet a row of the key memory, one bit of
 * every element a cycle; an adder tree sums the elements whose bit is 1, and the sums are accumulated, the first one negative, as two's
 * complement has it. A key takes 8 cycles, and the next begins in the cycle that follows.
 */
export const rowDot = defineComponent({
  name: 'row_dot',
  summary:
    "Multiplies a row of the key memory by a query, one bit of each of the query's elements a cycle, most significant first.",
  parameters: z.strictObject({ tokens, dim }),
  ports: (p) => ({
    row: input(stream(gatheredPayload(p))),
    outcome: output(stream(keptDotPayload(rowDots(p)))),
  }),
  template: { file: 'row-dot/row-dot.v.hbs' },
  constants: (p) => ({ INDEX: indexBits(p.tokens), DOT: dotWidth(p.dim), KEY: 8 * p.dim }),
  view: (p) => {
    const tree = treeOf(p.dim);
    return {
      elements: Array.from({ length: p.dim }, (_, i) => ({
        i,
        query: elementOf('row_query', 8, i, p.dim),
        key: elementOf('key', 8, i, p.dim),
      })),
      sums: tree.nodes,
      sum: signExtend(tree.root.name, tree.root.width, dotWidth(p.dim)),
    };
  },
  *model(_, io): Process {
    for (;;) {
      const { key, query, index, last } = yield* io.row.take();
      let dot = 0;
      for (let d = 0; d < key.length; d++) dot += key[d]! * query[d]!;
      io.outcome.put({ index, dot, last });
    }
  },
});

const dotWidth = (elements: number): number => 16 + clog2(elements);

const treeOf = (elements: number): AdderTree =>
  adderTree(
    Array.from({ length: elements }, (_, i) => `met${i}`),
    8,
    clog2(elements) + 1,
  );
