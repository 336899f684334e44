import { z } from 'zod';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { dotShape, widthsOf } from '../dot-payloads.ts';
import { fifo } from '../fifo/fifo.ts';
import { fork } from '../fork/fork.ts';
import { indexQueue, waitingIndexBits, waitingIndices } from '../index-queue/index-queue.ts';
import { keptAttentionShape, outputLanes } from '../kept-attention/shape.ts';
import {
  accumulatorBits,
  indexBits,
  partialPayload,
  peakPayload,
  scorePayload,
  sumBits,
  weightBits,
} from '../payloads.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { scoreDepth, softmax } from '../softmax/softmax.ts';
import { sram } from '../sram/sram.ts';
import { valueFetch } from '../value-fetch/value-fetch.ts';
import { valueUnit } from '../value-unit/value-unit.ts';

const { tokens, dim, queryBits, keyBits, valueBits } = dotShape;
const { scoreQueue, scoreBits, contexts, outputBeats } = keptAttentionShape;

/**
 * From the scores of a query to the weighted sum of its values, with values of its own: all of the head's, or those of one way. A query's values can
 * be weighed only when its last score is there, a key a cycle, while the scores of later queries come. Weights refer to the peak that comes in:
 * the largest of all ways' own.
 */
export const valuePath = defineStructure({
  name: 'value_path',
  summary: 'Weighs the kept keys of a query by softmax, and adds up their values, which it keeps in memory.',
  parameters: z.strictObject({
    tokens,
    localTokens: tokens,
    dim,
    queryBits,
    keyBits,
    valueBits,
    scoreQueue,
    scoreBits,
    contexts,
    outputBeats,
  }),
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.localTokens + 1)))),
    exponent_shift: input(wire(bits(4))),
    write: input(stream(writePayload(p.localTokens, p.dim, p.keyBits, widthsOf(p)))),
    scores: input(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
    peak: output(stream(peakPayload(p.scoreBits))),
    peaks: input(stream(peakPayload(p.scoreBits))),
    partial: output(
      stream(
        partialPayload(
          outputLanes(p),
          accumulatorBits(weightBits, p.tokens, p.valueBits),
          sumBits(weightBits, p.tokens),
        ),
      ),
    ),
  }),
  build: (p, { instance, connect, pick, port }) => {
    const { localTokens, scoreBits: bitsOfScore, contexts: queries } = p;
    const stored = { tokens: localTokens, dim: p.dim, queryBits: p.queryBits, keyBits: p.keyBits };
    const survivors = instance('survivors', fork(scorePayload(localTokens, bitsOfScore), 2));
    const scores = instance('score_queue', fifo(scorePayload(localTokens, bitsOfScore), p.scoreQueue));
    const indices = instance('index_queue', indexQueue({ tokens: localTokens, scoreBits: bitsOfScore }));
    const indexData = instance(
      'index_data',
      sram({ role: 'index', depth: waitingIndices(localTokens), width: waitingIndexBits(localTokens) }),
    );
    const values = instance('values', valueFetch({ ...stored, valueBits: p.valueBits }));
    const valueData = instance('value_data', sram({ role: 'value', depth: localTokens, width: p.valueBits * p.dim }));
    const weighing = instance(
      'weighing',
      softmax({ dim: p.dim, localTokens, scoreBits: bitsOfScore, valueBits: p.valueBits, contexts: queries }),
    );
    const scoreData = instance(
      'scores',
      sram({ role: 'score', depth: scoreDepth({ contexts: queries, localTokens }), width: bitsOfScore }),
    );
    const peaks = instance('peak_queue', fifo(peakPayload(bitsOfScore), queries));
    const summing = instance(
      'summing',
      valueUnit({ dim: p.dim, tokens: p.tokens, valueBits: p.valueBits, lanes: outputLanes(p) }),
    );

    connect(port.write, values.write);
    connect(port.length, values.length);
    connect(port.scores, survivors.from);
    connect(pick(survivors.to, 0), scores.put);
    connect(pick(survivors.to, 1), indices.scores);
    connect(indices.memory, indexData.memory);
    connect(indices.kept, values.kept);
    connect(values.memory, valueData.memory);

    connect(scores.get, weighing.scores);
    connect(port.exponent_shift, weighing.exponent_shift);
    connect(weighing.memory, scoreData.memory);
    connect(weighing.peak, port.peak);
    connect(port.peaks, peaks.put);
    connect(peaks.get, weighing.peaks);
    connect(values.values, weighing.tokens);
    connect(weighing.weighted, summing.weighted);
    connect(summing.partial, port.partial);
  },
});
