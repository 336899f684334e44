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
 * From the scores of a query to the weighted sum of its values, with a copy of the head's values of its own. A query's values can be weighed only
 * when its last score is there, a key a cycle, while the scores of later queries come.
 */
export const valuePath = defineStructure({
  name: 'value_path',
  summary: 'Weighs the kept keys of a query by softmax, and adds up their values, which it keeps in memory.',
  parameters: z.strictObject({
    tokens,
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
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    exponent_shift: input(wire(bits(4))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    scores: input(stream(scorePayload(p.tokens, p.scoreBits), 'packet')),
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
    const { scoreBits: bitsOfScore, contexts: queries } = p;
    const stored = { tokens: p.tokens, dim: p.dim, queryBits: p.queryBits, keyBits: p.keyBits };
    const survivors = instance('survivors', fork(scorePayload(p.tokens, bitsOfScore), 2));
    const scores = instance('score_queue', fifo(scorePayload(p.tokens, bitsOfScore), p.scoreQueue));
    const indices = instance('index_queue', indexQueue({ tokens: p.tokens, scoreBits: bitsOfScore }));
    const indexData = instance(
      'index_data',
      sram({ role: 'index', depth: waitingIndices(p.tokens), width: waitingIndexBits(p.tokens) }),
    );
    const values = instance('values', valueFetch({ ...stored, valueBits: p.valueBits }));
    const valueData = instance('value_data', sram({ role: 'value', depth: p.tokens, width: p.valueBits * p.dim }));
    const weighing = instance(
      'weighing',
      softmax({ dim: p.dim, localTokens: p.tokens, scoreBits: bitsOfScore, valueBits: p.valueBits, contexts: queries }),
    );
    const scoreData = instance(
      'scores',
      sram({ role: 'score', depth: scoreDepth({ contexts: queries, localTokens: p.tokens }), width: bitsOfScore }),
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
    // With one softmax a query, its largest score is the largest of all.
    connect(weighing.peak, peaks.put);
    connect(peaks.get, weighing.peaks);
    connect(values.values, weighing.tokens);
    connect(weighing.weighted, summing.weighted);
    connect(summing.partial, port.partial);
  },
});
