import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { maxExponent, weight } from '../../numerics/softmax.ts';
import { exponentConstants, exponentText } from '../exponent.ts';
import { indexBits, peakPayload, scorePayload, sumBits, totalPayload, weightBits } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';

const parameters = z.strictObject({
  localTokens: integer({ description: 'tokens of a CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 12,
    default: 12,
    source: 'SPRINT Fig. 7',
  }),
});

/**
 * Scores that can wait for their query's peak. One query's at least, or the design locks up: its peak is known only when all its
 * scores have been taken. Another query's come in while they are summed, and a few more while the peak is on its way.
 */
export const waitingScores = (p: { localTokens: number }): number => 2 * p.localTokens + 8;
/** Bits of a waiting score: itself, whether it is none at all, and whether it is its query's last. */
export const waitingBits = (p: { scoreBits: number }): number => p.scoreBits + 2;

/**
 * The sum of the weights of one CORELET's part of a query, ahead of the softmax proper: a weight cannot be divided by the sum before all
 * weights have been seen once.
 */
export const weightSum = defineComponent({
  name: 'weight_sum',
  summary:
    'Lets the scores of a CORELET wait in a queue until the peak over all CORELETs is known, and then gives the sum of their weights e^-(peak - score), one score a cycle.',
  parameters,
  ports: (p) => ({
    exponent_shift: input(wire(bits(4))),
    scores: input(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
    peaks: input(stream(peakPayload(p.scoreBits))),
    total: output(stream(totalPayload(sumBits(weightBits, p.localTokens)))),
    memory: master(memoryBus(waitingScores(p), waitingBits(p))),
  }),
  template: { file: 'weight-sum/weight-sum.v.hbs' },
  constants: (p) => ({
    DEPTH: waitingScores(p),
    ADDRESS: indexBits(waitingScores(p)),
    COUNT: indexBits(waitingScores(p) + 1),
    ...exponentConstants(p.scoreBits),
    SUM: sumBits(weightBits, p.localTokens),
    WEIGHT: weightBits,
  }),
  view: (p) => ({ exponent: exponentText('peaks_score', 'fetched_score'), end: waitingScores(p) - 1 }),
  *model(_, io): Process {
    const shift = yield* io.exponent_shift.read();
    for (;;) {
      const { score: peak } = yield* io.peaks.take();
      let sum = 0;
      for (;;) {
        const { score, empty, last } = yield* io.scores.take();
        if (!empty) sum += weight(Math.min(maxExponent, (peak - score) * 2 ** shift));
        if (last) break;
      }
      io.total.put({ sum });
    }
  },
});
