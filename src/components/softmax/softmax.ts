import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { exponentMax, indexBits, peakPayload, scorePayload, valueTokenPayload, weightBits, weightedPayload } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';
import { exponentTables, tableSize } from './exponent.ts';

const parameters = z.strictObject({
  dim: integer({ description: 'elements of a value', min: 1, max: 1024, default: 64 }),
  localTokens: integer({ description: 'tokens of a CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  scoreBits: integer({ description: 'bits of a score', unit: 'bits', min: 4, max: 12, default: 12, source: 'SPRINT Fig. 7' }),
  contexts: powerOfTwo({ description: 'queries whose scores are held at once', unit: 'queries', min: 2, max: 16, default: 4, source: "implementer's choice" }),
});

/** Words of the score memory: one row of scores per query in flight. */
export const scoreDepth = (p: z.output<typeof parameters>): number => p.contexts * 2 ** indexBits(p.localTokens);

/**
 * The weights of the softmax: w = e^-(peak - score), Q1.16, from two tables of 64 entries. Scores of up to `contexts` queries are held
 * by token number, so that values can come in any order, while the peak of all CORELETs is being found.
 */
export const softmax = defineComponent({
  name: 'softmax',
  summary:
    'Holds the scores of several queries, tells the largest score of each, and, once the peak over all CORELETs is known, gives every value token its weight e^-(peak - score) from two tables and a multiplier.',
  parameters,
  ports: (p) => ({
    exponent_shift: input(wire(bits(4))),
    scores: input(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
    peak: output(stream(peakPayload(p.scoreBits))),
    peaks: input(stream(peakPayload(p.scoreBits))),
    tokens: input(stream(valueTokenPayload(p), 'packet')),
    weighted: output(stream(weightedPayload(p.dim, weightBits), 'packet')),
    memory: master(memoryBus(scoreDepth(p), p.scoreBits)),
  }),
  template: { file: 'softmax/softmax.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.localTokens),
    SCORE: p.scoreBits,
    DIFFERENCE: Math.max(12, p.scoreBits) + 8,
    CONTEXT: Math.log2(p.contexts),
    DATA: 8 * p.dim,
  }),
  view: () => {
    const { high, low } = exponentTables();
    const rows = (values: number[]) => values.map((value, i) => ({ i, value }));
    return { high: rows(high), low: rows(low), lastRow: tableSize - 1 };
  },
  model(_, io): Process[] {
    // One process collects scores, the other weighs values: they share the score memory.
    const held: Map<number, number>[] = [];
    function* collect(): Process {
      for (;;) {
        const scores = new Map<number, number>();
        for (;;) {
          const { index, score, empty, last } = yield* io.scores.take();
          if (!empty) scores.set(index, score);
          if (last) break;
        }
        held.push(scores);
        const empty = scores.size === 0 ? 1 : 0;
        io.peak.put({ score: empty ? 0 : Math.max(...scores.values()), empty });
      }
    }
    function* weigh(): Process {
      const { high, low } = exponentTables();
      const shift = yield* io.exponent_shift.read();
      for (;;) {
        const { score: peak } = yield* io.peaks.take();
        const scores = held.shift()!;
        for (;;) {
          const { index, data, empty, last } = yield* io.tokens.take();
          const u = empty ? 0 : Math.min(exponentMax, (peak - scores.get(index)!) * 2 ** shift);
          const weight = empty ? 0 : high[Math.floor(u / tableSize)]! * low[u % tableSize]!;
          io.weighted.put({ weight, data, empty, last });
          if (last) break;
        }
      }
    }
    return [collect(), weigh()];
  },
});
