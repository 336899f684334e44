import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { elementOf } from '../bit-select.ts';
import { adderTree } from '../adder-tree.ts';
import { indexBits, keyTokenPayload, queryPayload, scorePayload } from '../payloads.ts';

const parameters = z.strictObject({
  dim: integer({ description: 'elements of a key', min: 1, max: 1024, default: 64 }),
  localTokens: integer({ description: 'tokens of a CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  cellBits: integer({
    description: 'key bits in the MSB buffer; the rest are in the LSB buffer',
    unit: 'bits',
    min: 1,
    max: 8,
    default: 4,
  }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 24,
    default: 12,
    source: 'SPRINT Fig. 7',
  }),
  treeStep: integer({
    description: 'adder levels between two registers',
    unit: 'levels',
    min: 1,
    max: 10,
    default: 2,
    source: "implementer's choice",
  }),
});

/** Largest shift of the scaled dot product. */
export const maxScoreShift = 47;

/**
 * The query-key unit of SPRINT Fig. 7: `dim` 8x8 multipliers, a pipelined adder tree, and the scaling of the exact dot product
 * to a score: score = saturate((dot * multiplier + half) >> shift).
 */
export const queryKeyUnit = defineComponent({
  name: 'query_key_unit',
  summary:
    'Multiplies a query by one key a cycle: one 8x8 multiplier per element, a pipelined adder tree, then score = saturate((dot * multiplier + half) >> shift).',
  parameters,
  ports: (p) => ({
    score_shift: input(wire(bits(6))),
    query: input(stream(queryPayload(p.dim))),
    tokens: input(stream(keyTokenPayload(p, p.cellBits), 'packet')),
    scores: output(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
  }),
  template: { file: 'query-key-unit/query-key-unit.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.localTokens),
    SCORE: p.scoreBits,
    SCALED: treeOf(p.dim, p.treeStep).root.width + 18,
  }),
  view: (p) => {
    const tree = treeOf(p.dim, p.treeStep);
    return {
      lanes: Array.from({ length: p.dim }, (_, i) => ({
        i,
        query: elementOf('query_data', 8, i, p.dim),
        key:
          p.cellBits === 8
            ? elementOf('tokens_msb', 8, i, p.dim)
            : `${elementOf('tokens_msb', p.cellBits, i, p.dim)}, ${elementOf('tokens_lsb', 8 - p.cellBits, i, p.dim)}`,
      })),
      wires: tree.nodes.filter((n) => !n.registered),
      registers: tree.nodes.filter((n) => n.registered),
      root: tree.root.name,
      treeLatency: tree.latency,
      // What moves from one register to the next: in the adder tree, then while the sum is scaled. The multiplier travels
      // with its products as far as the scaling.
      stages: Array.from({ length: tree.latency + 2 }, (_, i) => ({
        from: i,
        to: i + 1,
        sums: tree.nodes.filter((n) => n.registered && n.stage === i + 1),
        multiplies: i < tree.latency,
        scales: i === tree.latency,
        shifts: i === tree.latency + 1,
      })),
      last: tree.latency + 2,
    };
  },
  *model(p, io): Process {
    const shift = yield* io.score_shift.read();
    const half = shift === 0 ? 0 : 2 ** (shift - 1);
    const limit = 2 ** (p.scoreBits - 1);
    for (;;) {
      const token = yield* io.tokens.take();
      const query = yield* io.query.peek();
      const low = 'lsb' in token ? (token.lsb as ArrayLike<number>) : undefined;
      let dot = 0;
      for (let d = 0; d < p.dim; d++) {
        const key = token.msb[d]! * 2 ** (8 - p.cellBits) + (low ? low[d]! : 0);
        dot += query.data[d]! * key;
      }
      const scaled = Math.floor((dot * query.multiplier + half) / 2 ** shift);
      const score = token.empty ? 0 : Math.min(limit - 1, Math.max(-limit, scaled));
      io.scores.put({ index: token.index, score, empty: token.empty, last: token.last });
      if (token.last) yield* io.query.take();
    }
  },
});

const treeOf = (dim: number, step: number) =>
  adderTree(
    Array.from({ length: dim }, (_, i) => `product${i}`),
    16,
    step,
  );
