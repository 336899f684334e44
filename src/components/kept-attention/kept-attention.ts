import { z } from 'zod';
import { bits, many, stream, wire } from '../../dsl/kinds.ts';
import { choice } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { dotShape, multiplierPayload, survivorPayload, widthRules, widthsOf } from '../dot-payloads.ts';
import { fifo } from '../fifo/fifo.ts';
import { fork } from '../fork/fork.ts';
import { merge } from '../merge/merge.ts';
import { normaliser } from '../normaliser/normaliser.ts';
import {
  accumulatorBits,
  indexBits,
  mergedPayload,
  resultBits,
  resultPayload,
  sumBits,
  weightBits,
} from '../payloads.ts';
import { reciprocal } from '../reciprocal/reciprocal.ts';
import { scoreScale } from '../score-scale/score-scale.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { peak } from '../peak/peak.ts';
import { valuePath } from '../value-path/value-path.ts';
import { valueSplit } from '../value-split/value-split.ts';
import { keptAttentionShape, outputLanes } from './shape.ts';
import { localTokens, valueWays } from './ways.ts';

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

/** The same among the keys of a way. */
const dotsInWay = (p: Parameters<typeof dotsOf>[0] & { readonly valueWays: number }) => ({
  ...dotsOf(p),
  tokens: localTokens(p),
});

/**
 * What becomes of kept keys, wherever their dot products come from: softmax, values, and one division. The keys of a query are divided
 * among `valueWays`, which share their largest score and add up their sums.
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
    valueWays,
  }),
  rules: widthRules,
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    score_shift: input(wire(bits(6))),
    exponent_shift: input(wire(bits(4))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    multipliers: input(stream(multiplierPayload())),
    survivors: input(many(p.valueWays, stream(survivorPayload(dotsInWay(p)), 'packet'))),
    result: output(stream(resultPayload(outputLanes(p)))),
  }),
  build: (p, { instance, array, connect, port }) => {
    const { keyForm: _, valueWays: ways, ...path } = p;
    const { scoreBits } = p;
    const local = localTokens(p);
    const lanes = outputLanes(p);
    const accumulator = accumulatorBits(weightBits, p.tokens, p.valueBits);
    const sum = sumBits(weightBits, p.tokens);
    const multipliers = instance('multiplier_queue', fifo(multiplierPayload(), multiplierQueue));
    const copies = instance('multiplier_copies', fork(multiplierPayload(), ways));
    const scale = array('scale', ways, scoreScale({ ...dotsInWay(p), scoreBits }));
    const split = instance(
      'split',
      valueSplit({
        tokens: p.tokens,
        dim: p.dim,
        queryBits: p.queryBits,
        keyBits: p.keyBits,
        valueBits: p.valueBits,
        valueWays: ways,
      }),
    );
    const values = array('path', ways, valuePath({ ...path, localTokens: local }));
    const sums = instance('merge', merge({ ways, lanes, accumulatorBits: accumulator, sumBits: sum }));
    const waiting = instance(
      'merged_queue',
      fifo(mergedPayload(lanes, accumulator), mergedQueue(Math.ceil(p.dim / lanes))),
    );
    const inverse = instance('reciprocal', reciprocal({ sumBits: sum }));
    const divide = instance(
      'normalise',
      normaliser({ lanes, accumulatorBits: accumulator, sumBits: sum, fractionBits: outputFraction(p) }),
    );

    connect(port.write, split.write);
    connect(port.length, split.length);
    connect(split.ways, values.write);
    connect(split.lengths, values.length);
    connect(port.multipliers, multipliers.put);
    connect(multipliers.get, copies.from);
    connect(copies.to, scale.multipliers);
    connect(port.survivors, scale.survivors);
    connect(port.score_shift, scale.score_shift);

    connect(scale.scores, values.scores);
    connect(port.exponent_shift, values.exponent_shift);
    if (ways === 1) {
      // With one softmax a query, its largest score is the largest of all.
      connect(values.peak, values.peaks);
    } else {
      const top = instance('peak', peak({ ways, scoreBits }));
      connect(values.peak, top.from);
      connect(top.to, values.peaks);
    }
    connect(values.partial, sums.partial);
    connect(sums.merged, waiting.put);
    connect(sums.total, inverse.total);
    connect(waiting.get, divide.merged);
    connect(inverse.scale, divide.scale);
    connect(divide.result, port.result);
  },
});
