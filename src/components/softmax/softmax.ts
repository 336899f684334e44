import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Stream, stream, wire } from '../../dsl/kinds.ts';
import { choice, integer, powerOfTwo } from '../../dsl/parameters.ts';
import { type Directed, input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { shiftRightFloor, shiftRightRound } from '../../numerics/fixed.ts';
import { maxExponent, weight } from '../../numerics/softmax.ts';
import { exponentConstants, exponentText } from '../exponent.ts';
import {
  indexBits,
  peakPayload,
  probabilityBits,
  scalePayload,
  scorePayload,
  valueTokenPayload,
  weightBits,
  weightedPayload,
} from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';

/** Where the division by the sum of the weights is done. */
export const normalisationShape = {
  normalisation: choice(['deferred', 'probability'], {
    description:
      "where weights are divided by their sum: deferred, once an output element at the end; or the paper's form, probability, each weight before it meets its value, to 8 bits",
    default: 'deferred',
    source: 'probability: SPRINT Fig. 7; deferred is more accurate',
  }),
  probabilityRounding: choice(['round', 'truncate'], {
    description: 'how a probability comes to 8 bits; no effect on deferred',
    default: 'round',
    source: "implementer's choice",
  }),
};

/** Bits of a value's element. */
export const valueBitsShape = integer({
  description: "bits of a value's element",
  unit: 'bits',
  min: 8,
  max: 16,
  default: 8,
  source: 'SPRINT Fig. 7',
});

const parameters = z.strictObject({
  dim: integer({ description: 'elements of a value', min: 1, max: 1024, default: 64 }),
  localTokens: integer({ description: 'tokens of a CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 12,
    default: 12,
    source: 'SPRINT Fig. 7',
  }),
  valueBits: valueBitsShape,
  contexts: powerOfTwo({
    description: 'queries whose scores are held at once',
    unit: 'queries',
    min: 2,
    max: 32,
    default: 8,
    source: "implementer's choice",
  }),
  ...normalisationShape,
});

/** Bits of what a value is multiplied by. */
export const weightBitsOf = (p: Pick<z.output<typeof parameters>, 'normalisation'>): number =>
  p.normalisation === 'probability' ? probabilityBits : weightBits;

/** What a query is divided by; a softmax that does not divide does not have this port. */
const scalePort = (
  p: z.output<typeof parameters>,
): { scale: Directed<'in', Stream<ReturnType<typeof scalePayload>>> } =>
  (p.normalisation === 'probability' ? { scale: input(stream(scalePayload())) } : {}) as never;

/** Largest probability. */
const mostProbable = 2 ** probabilityBits - 1;
/** Places by which weight x reciprocal is shifted right whatever the sum, whose bit length z is at least 17: z + 6 in all. */
const fixedPlaces = weightBits + 6;

/** Words of the score memory: one row of scores per query in flight. */
export const scoreDepth = (p: Pick<z.output<typeof parameters>, 'contexts' | 'localTokens'>): number =>
  p.contexts * 2 ** indexBits(p.localTokens);

/**
 * The weights of the softmax: w = e^-(peak - score), Q1.16, from two tables of 64 entries. Scores of up to `contexts` queries are held
 * by token number, so that values can come in any order, while the peak of all CORELETs is being found. With normalisation
 * `probability` a value gets p = min(255, w * reciprocal / 2^(z+7)) in place of w, and waits for the sum of all weights too.
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
    ...scalePort(p),
    tokens: input(stream(valueTokenPayload(p, p.valueBits), 'packet')),
    weighted: output(stream(weightedPayload(p.dim, weightBitsOf(p), p.valueBits), 'packet')),
    memory: master(memoryBus(scoreDepth(p), p.scoreBits)),
  }),
  template: { file: 'softmax/softmax.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.localTokens),
    ...exponentConstants(p.scoreBits),
    FIXED: fixedPlaces,
    CONTEXT: Math.log2(p.contexts),
    DATA: p.valueBits * p.dim,
  }),
  view: (p) => ({
    exponent: exponentText('fetched_peak', 'fetched_score'),
    divides: p.normalisation === 'probability',
    rounds: p.probabilityRounding === 'round',
    weightBits,
  }),
  model(p, io): Process[] {
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
      const shift = yield* io.exponent_shift.read();
      const divide = p.probabilityRounding === 'round' ? shiftRightRound : shiftRightFloor;
      for (;;) {
        const { score: peak } = yield* io.peaks.take();
        const scale = p.normalisation === 'probability' ? yield* io.scale.take() : undefined;
        const scores = held.shift()!;
        for (;;) {
          const { index, data, empty, last } = yield* io.tokens.take();
          const e = empty ? 0 : weight(Math.min(maxExponent, (peak - scores.get(index)!) * 2 ** shift));
          const w = scale ? Math.min(mostProbable, divide(e * scale.reciprocal, scale.exponent + 7)) : e;
          io.weighted.put({ weight: w, data, empty, last });
          if (last) break;
        }
      }
    }
    return [collect(), weigh()];
  },
});
