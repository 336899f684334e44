import { z } from 'zod';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { choice, integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { dotShape, multiplierPayload, survivorPayload, widthRules, widthsOf } from '../dot-payloads.ts';
import { fifo } from '../fifo/fifo.ts';
import { fork } from '../fork/fork.ts';
import { indexQueue, waitingIndexBits, waitingIndices } from '../index-queue/index-queue.ts';
import { merge } from '../merge/merge.ts';
import { normaliser } from '../normaliser/normaliser.ts';
import {
  accumulatorBits,
  indexBits,
  mergedPayload,
  peakPayload,
  resultBits,
  resultPayload,
  scorePayload,
  sumBits,
  weightBits,
} from '../payloads.ts';
import { reciprocal } from '../reciprocal/reciprocal.ts';
import { scoreScale } from '../score-scale/score-scale.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { scoreDepth, softmax } from '../softmax/softmax.ts';
import { sram } from '../sram/sram.ts';
import { valueFetch } from '../value-fetch/value-fetch.ts';
import { valueUnit } from '../value-unit/value-unit.ts';

/** Parameters that an accelerator passes on. */
export const keptAttentionShape = {
  scoreQueue: integer({
    description: 'kept keys that wait for the softmax',
    unit: 'keys',
    min: 2,
    max: 256,
    default: 16,
    source: "implementer's choice",
  }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 12,
    default: 12,
    source: 'SPRINT Fig. 7; not known of others',
  }),
  contexts: powerOfTwo({
    description: 'queries whose scores are held at once',
    unit: 'queries',
    min: 2,
    max: 16,
    default: 4,
    source: "implementer's choice",
  }),
  outputBeats: integer({
    description: 'cycles over which the elements of an output vector leave',
    unit: 'cycles',
    min: 1,
    max: 64,
    default: 4,
    source: "implementer's choice",
  }),
};

const { tokens, dim, queryBits, keyBits, valueBits } = dotShape;

/** Output beats that wait for their query's reciprocal. */
export const mergedQueue = (beats: number): number => Math.max(4, 4 * beats);
/** Multipliers of queries whose scores are under way. */
export const multiplierQueue = 4;

/** Elements of an output beat. */
export const outputLanes = (p: { readonly dim: number; readonly outputBeats: number }): number =>
  Math.ceil(p.dim / p.outputBeats);

/** Fraction bits of an output element, which is a mean of values in 16 bits. */
export const outputFraction = (p: { readonly valueBits: number }): number => resultBits - p.valueBits;

/** A dot product with two's complement keys may need a bit more than one with keys in sign and magnitude. */
const dotsOf = (p: { tokens: number; dim: number; queryBits: number; keyBits: number; keyForm: string }) => ({
  tokens: p.tokens,
  dim: p.dim,
  queryBits: p.queryBits,
  keyBits: p.keyBits + (p.keyForm === 'twosComplement' ? 1 : 0),
});

/** What becomes of kept keys, wherever their dot products come from: one softmax, one value unit, and the values of a head in memory. */
export const keptAttention = defineStructure({
  name: 'kept_attention',
  summary:
    'Attention over kept keys: scales their dot products to scores, weighs them by softmax, and averages their values, which it keeps in memory.',
  parameters: z.strictObject({
    tokens,
    dim,
    queryBits,
    keyBits,
    valueBits,
    keyForm: choice(['signMagnitude', 'twosComplement'], {
      description: 'how the keys of the dot products are written',
      default: 'signMagnitude',
    }),
    ...keptAttentionShape,
  }),
  rules: widthRules,
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    score_shift: input(wire(bits(6))),
    exponent_shift: input(wire(bits(4))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    multipliers: input(stream(multiplierPayload())),
    survivors: input(stream(survivorPayload(dotsOf(p)), 'packet')),
    result: output(stream(resultPayload(outputLanes(p)))),
  }),
  build: (p, { instance, connect, pick, port }) => {
    const { scoreBits, contexts } = p;
    const lanes = outputLanes(p);
    const accumulator = accumulatorBits(weightBits, p.tokens, p.valueBits);
    const sum = sumBits(weightBits, p.tokens);
    const stored = { tokens: p.tokens, dim: p.dim, queryBits: p.queryBits, keyBits: p.keyBits };
    const multipliers = instance('multiplier_queue', fifo(multiplierPayload(), multiplierQueue));
    const scale = instance('scale', scoreScale({ ...dotsOf(p), scoreBits }));
    const survivors = instance('survivors', fork(scorePayload(p.tokens, scoreBits), 2));
    const scores = instance('score_queue', fifo(scorePayload(p.tokens, scoreBits), p.scoreQueue));
    const indices = instance('index_queue', indexQueue({ tokens: p.tokens, scoreBits }));
    const indexData = instance(
      'index_data',
      sram({ role: 'index', depth: waitingIndices(p.tokens), width: waitingIndexBits(p.tokens) }),
    );
    const values = instance('values', valueFetch({ ...stored, valueBits: p.valueBits }));
    const valueData = instance('value_data', sram({ role: 'value', depth: p.tokens, width: p.valueBits * p.dim }));
    const weighing = instance(
      'weighing',
      softmax({ dim: p.dim, localTokens: p.tokens, scoreBits, valueBits: p.valueBits, contexts }),
    );
    const scoreData = instance(
      'scores',
      sram({ role: 'score', depth: scoreDepth({ contexts, localTokens: p.tokens }), width: scoreBits }),
    );
    const peaks = instance('peak_queue', fifo(peakPayload(scoreBits), contexts));
    const summing = instance('summing', valueUnit({ dim: p.dim, tokens: p.tokens, valueBits: p.valueBits, lanes }));
    const sums = instance('merge', merge({ ways: 1, lanes, accumulatorBits: accumulator, sumBits: sum }));
    const waiting = instance(
      'merged_queue',
      fifo(mergedPayload(lanes, accumulator), mergedQueue(Math.ceil(p.dim / lanes))),
    );
    const inverse = instance('reciprocal', reciprocal({ sumBits: sum }));
    const divide = instance(
      'normalise',
      normaliser({ lanes, accumulatorBits: accumulator, sumBits: sum, fractionBits: outputFraction(p) }),
    );

    connect(port.write, values.write);
    connect(port.length, values.length);
    connect(port.multipliers, multipliers.put);
    connect(multipliers.get, scale.multipliers);
    connect(port.survivors, scale.survivors);
    connect(port.score_shift, scale.score_shift);

    connect(scale.scores, survivors.from);
    connect(pick(survivors.to, 0), scores.put);
    connect(pick(survivors.to, 1), indices.scores);
    connect(indices.memory, indexData.memory);
    connect(indices.kept, values.kept);
    connect(values.memory, valueData.memory);

    connect(scores.get, weighing.scores);
    connect(port.exponent_shift, weighing.exponent_shift);
    connect(weighing.memory, scoreData.memory);
    // With one softmax, its largest score is the largest of all.
    connect(weighing.peak, peaks.put);
    connect(peaks.get, weighing.peaks);
    connect(values.values, weighing.tokens);
    connect(weighing.weighted, summing.weighted);
    connect(summing.partial, pick(sums.partial, 0));
    connect(sums.merged, waiting.put);
    connect(sums.total, inverse.total);
    connect(waiting.get, divide.merged);
    connect(inverse.scale, divide.scale);
    connect(divide.result, port.result);
  },
});
