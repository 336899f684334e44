import { z } from 'zod';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { choice } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { collect } from '../collect/collect.ts';
import { deal } from '../deal/deal.ts';
import { dotShape, multiplierPayload, survivorPayload, widthRules, widthsOf } from '../dot-payloads.ts';
import { fifo } from '../fifo/fifo.ts';
import { fork } from '../fork/fork.ts';
import { merge } from '../merge/merge.ts';
import { normaliser } from '../normaliser/normaliser.ts';
import {
  accumulatorBits,
  indexBits,
  mergedPayload,
  partialPayload,
  resultBits,
  resultPayload,
  scorePayload,
  sumBits,
  weightBits,
} from '../payloads.ts';
import { reciprocal } from '../reciprocal/reciprocal.ts';
import { scoreScale } from '../score-scale/score-scale.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { valuePath } from '../value-path/value-path.ts';
import { keptAttentionShape, outputLanes } from './shape.ts';

const { tokens, dim, queryBits, keyBits, valueBits } = dotShape;

/** Output beats that wait for their query's reciprocal. */
export const mergedQueue = (beats: number): number => Math.max(4, 4 * beats);
/** Multipliers of queries whose scores are under way. */
export const multiplierQueue = 4;

/** Fraction bits of an output element, which is a mean of values in 16 bits. */
export const outputFraction = (p: { readonly valueBits: number }): number => resultBits - p.valueBits;

/** A dot product with two's complement keys may need a bit more than one with keys in sign and magnitude. */
const dotsOf = (p: { tokens: number; dim: number; queryBits: number; keyBits: number; keyForm: string }) => ({
  tokens: p.tokens,
  dim: p.dim,
  queryBits: p.queryBits,
  keyBits: p.keyBits + (p.keyForm === 'twosComplement' ? 1 : 0),
});

/**
 * What becomes of kept keys, wherever their dot products come from: softmax, values, and one
 * division. Queries are dealt out to `valuePaths` and collected in the same order.
 */
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
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    score_shift: input(wire(bits(6))),
    exponent_shift: input(wire(bits(4))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    multipliers: input(stream(multiplierPayload())),
    survivors: input(stream(survivorPayload(dotsOf(p)), 'packet')),
    result: output(stream(resultPayload(outputLanes(p)))),
  }),
  build: (p, { instance, array, connect, pick, port }) => {
    const { keyForm: _, valuePaths: paths, ...path } = p;
    const { scoreBits } = p;
    const lanes = outputLanes(p);
    const accumulator = accumulatorBits(weightBits, p.tokens, p.valueBits);
    const sum = sumBits(weightBits, p.tokens);
    const multipliers = instance('multiplier_queue', fifo(multiplierPayload(), multiplierQueue));
    const scale = instance('scale', scoreScale({ ...dotsOf(p), scoreBits }));
    const dealt = instance('deal', deal(scorePayload(p.tokens, scoreBits), paths));
    const writes = instance('writes', fork(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)), paths));
    const values = array('path', paths, valuePath(path));
    const collected = instance('collect', collect(partialPayload(lanes, accumulator, sum), paths));
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

    connect(port.write, writes.from);
    connect(writes.to, values.write);
    connect(port.length, values.length);
    connect(port.multipliers, multipliers.put);
    connect(multipliers.get, scale.multipliers);
    connect(port.survivors, scale.survivors);
    connect(port.score_shift, scale.score_shift);

    connect(port.clear, dealt.clear);
    connect(port.clear, collected.clear);
    connect(scale.scores, dealt.from);
    connect(dealt.to, values.scores);
    connect(port.exponent_shift, values.exponent_shift);
    connect(values.partial, collected.from);
    connect(collected.to, pick(sums.partial, 0));
    connect(sums.merged, waiting.put);
    connect(sums.total, inverse.total);
    connect(waiting.get, divide.merged);
    connect(inverse.scale, divide.scale);
    connect(divide.result, port.result);
  },
});
