import { z } from 'zod';
import { bits, counter, type Interface, type Stream, stream, type Wire, wire } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import { defineStructure, type Kit, type Source } from '../../dsl/structure.ts';
import { keyFillPayload, valueFillPayload } from '../fill-router/fill-router.ts';
import { fifo } from '../fifo/fifo.ts';
import { fork } from '../fork/fork.ts';
import {
  accumulatorBits,
  keepPayload,
  partialPayload,
  peakPayload,
  queryPayload,
  requestPayload,
  scalePayload,
  scorePayload,
  sumBits,
  totalPayload,
  weightBits,
} from '../payloads.ts';
import { queryKeyUnit } from '../query-key-unit/query-key-unit.ts';
import { normalisationShape, scoreDepth, softmax, weightBitsOf } from '../softmax/softmax.ts';
import { sram } from '../sram/sram.ts';
import { tokenStore } from '../token-store/token-store.ts';
import { valueUnit } from '../value-unit/value-unit.ts';
import { waitingBits, waitingScores, weightSum } from '../weight-sum/weight-sum.ts';

export const coreletShape = {
  dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
  cellBits: integer({ description: 'key bits in the MSB buffer', unit: 'bits', min: 1, max: 8, default: 4 }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 12,
    default: 12,
    source: 'SPRINT Fig. 7',
  }),
  contexts: powerOfTwo({
    description:
      'queries whose scores are held at once; twice as many with normalisation probability, which uses scores twice',
    unit: 'queries',
    min: 2,
    max: 16,
    default: 8,
    source: "implementer's choice",
  }),
  treeStep: integer({
    description: 'adder levels between two registers',
    unit: 'levels',
    min: 1,
    max: 10,
    default: 2,
    source: "implementer's choice",
  }),
  lanes: integer({
    description: 'elements of an output beat',
    min: 1,
    max: 1024,
    default: 16,
    source: "implementer's choice",
  }),
  ...normalisationShape,
};

const parameters = z.strictObject({
  ...coreletShape,
  tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  localTokens: integer({ description: 'tokens of this CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  capacity: integer({
    description: 'keys, and values, its buffers hold',
    unit: 'tokens',
    min: 1,
    max: 4096,
    default: 128,
  }),
});

type Parameters = z.output<typeof parameters>;

/** What goes out to be divided by, and what comes back; a CORELET whose weights are not divided does not have these ports. */
const divisionPorts = (
  p: Parameters,
): {
  local_total: Directed<'out', Stream<ReturnType<typeof totalPayload>>>;
  scale: Directed<'in', Stream<ReturnType<typeof scalePayload>>>;
} =>
  (p.normalisation === 'probability'
    ? {
        local_total: output(stream(totalPayload(sumBits(weightBits, p.localTokens)))),
        scale: input(stream(scalePayload())),
      }
    : {}) as never;

/** Bits of an accumulator of a CORELET, and of the sum of weights that goes with it: 0 where the weights are divided before. */
export const partialBits = (p: Pick<Parameters, 'normalisation' | 'tokens'>): { accumulator: number; sum: number } => ({
  accumulator: accumulatorBits(weightBitsOf(p), p.tokens),
  sum: p.normalisation === 'deferred' ? sumBits(weightBits, p.tokens) : 0,
});

const coreletPorts = (p: Parameters) => ({
  clear: input(wire(bits(1))),
  score_shift: input(wire(bits(6))),
  exponent_shift: input(wire(bits(4))),
  query: input(stream(queryPayload(p.dim))),
  key_keep: input(stream(keepPayload(p.localTokens))),
  value_keep: input(stream(keepPayload(p.localTokens))),
  key_request: output(stream(requestPayload(p.localTokens))),
  value_request: output(stream(requestPayload(p.localTokens))),
  key_fill: input(stream(keyFillPayload(p.localTokens, p.dim, p.cellBits), 'packet')),
  value_fill: input(stream(valueFillPayload(p.localTokens, p.dim), 'packet')),
  peak: output(stream(peakPayload(p.scoreBits))),
  peaks: input(stream(peakPayload(p.scoreBits))),
  partial: output(stream(partialPayload(p.lanes, partialBits(p).accumulator, partialBits(p).sum))),
  ...divisionPorts(p),
  keys_fetched: output(counter()),
  keys_reused: output(counter()),
  keys_kept: output(counter()),
  values_fetched: output(counter()),
  values_reused: output(counter()),
  keys_starved: output(counter(1)),
  values_starved: output(counter(1)),
});

/** Input wires, by name. */
export type Wires = Readonly<Record<string, Directed<'in', Wire>>>;

/** The scores on their way from the query-key unit to the softmax. */
export type Scores = Source<Stream<ReturnType<typeof scorePayload>>>;

/** Sizes that an extension may need. */
export type ExtensionShape = Pick<Parameters, 'tokens' | 'dim' | 'scoreBits'>;

/** What someone puts between the query-key unit and the softmax of every CORELET. */
export interface ScoringExtension<W extends Wires> {
  /** Input wires that it needs: they become ports of the CORELET and of the whole design. */
  readonly wires: (p: ExtensionShape) => W;
  /** Builds it, inside the CORELET, and tells where the scores come out. They must stay the same packets of tokens. */
  readonly afterScoring: (scores: Scores, kit: Kit<W>, p: ExtensionShape & { readonly localTokens: number }) => Scores;
}

/** The CORELET as it is. */
export const noExtension: ScoringExtension<{}> = { wires: () => ({}), afterScoring: (scores) => scores };

/**
 * A CORELET of SPRINT (Fig. 7): key and value buffers with their fetch control, query-key unit, softmax, value unit.
 *
 * With normalisation `probability`, scores are used twice: they are summed as weights when the peak over all CORELETs is known, and
 * kept by token number until the sum over all CORELETs is known as well. This cannot lock up. All streams are in the order
 * of the queries; so take the oldest query that is not done everywhere: whatever is held of it is at the front of its
 * queue, nothing of an older one is in the way, and only two queues must hold more than one item of it before
 * their reader can begin: the waiting scores of `weight_sum` and one context of the softmax, each made for a query's `localTokens`
 * scores. All others (peaks, scales, keep vectors) hold at least one item; vectors from memory are always accepted by the token stores;
 * and a fork's readers are two such queues. Queues of `contexts` scales, as there are no more queries between the two uses of their
 * scores, keep the reciprocal, which moves as a whole, from ever standing still.
 */
export const coreletWith = <W extends Wires>(extension: ScoringExtension<W>) =>
  defineStructure({
    name: 'corelet',
    summary: 'A CORELET: it recomputes the scores of its kept keys exactly, and accumulates their values, weighted.',
    parameters,
    ports: (p) => ({ ...coreletPorts(p), ...extension.wires(p) }),
    build: (p, extended) => {
      const kit = extended as unknown as Kit<ReturnType<typeof coreletPorts>>;
      const { instance, connect, pick, port } = kit;
      const { dim, localTokens, capacity, cellBits } = p;
      const split = cellBits < 8;
      const divides = p.normalisation === 'probability';
      const contexts = divides ? 2 * p.contexts : p.contexts;
      const queries = instance('queries', fifo(queryPayload(dim), 2));
      const keys = instance(
        'key_store',
        tokenStore({
          role: 'key',
          dim,
          localTokens,
          capacity,
          slices: [
            { name: 'msb', width: cellBits, signed: true },
            ...(split ? [{ name: 'lsb', width: 8 - cellBits, signed: false }] : []),
          ],
        }),
      );
      const keyMsb = instance('key_msb', sram({ role: 'key_msb', depth: capacity, width: cellBits * dim }));
      const valueKeep = instance('value_keep_queue', fifo(keepPayload(localTokens), contexts + 2));
      const values = instance('value_store', tokenStore({ role: 'value', dim, localTokens, capacity }));
      const valueData = instance('value_data', sram({ role: 'value', depth: capacity, width: 8 * dim }));
      const scoring = instance(
        'scoring',
        queryKeyUnit({ dim, localTokens, cellBits, scoreBits: p.scoreBits, treeStep: p.treeStep }),
      );
      const peakQueue = instance('peak_queue', fifo(peakPayload(p.scoreBits), contexts));
      const shape = {
        dim,
        localTokens,
        scoreBits: p.scoreBits,
        contexts,
        normalisation: p.normalisation,
        probabilityRounding: p.probabilityRounding,
      };
      const weighing = instance('weighing', softmax(shape));
      const scores = instance('scores', sram({ role: 'score', depth: scoreDepth(shape), width: p.scoreBits }));
      const summing = instance(
        'summing',
        valueUnit({ dim, tokens: p.tokens, weightBits: weightBitsOf(p), lanes: p.lanes, sums: !divides }),
      );

      connect(port.query, queries.put);
      connect(queries.get, scoring.query);
      connect(port.key_keep, keys.keep);
      connect(keys.request, port.key_request);
      connect(port.key_fill, keys.fill);
      connect(keys.memory, keyMsb.memory);
      if (split) {
        const keyLsb = instance('key_lsb', sram({ role: 'key_lsb', depth: capacity, width: (8 - cellBits) * dim }));
        connect(keys.low_memory as Source<Interface<'memory'>>, keyLsb.memory);
      }
      connect(keys.tokens as never, scoring.tokens);
      connect(port.score_shift, scoring.score_shift);
      const scored = extension.afterScoring(scoring.scores, kit as unknown as Kit<W>, p);
      if (!divides) connect(scored, weighing.scores);
      connect(weighing.peak, port.peak);
      // Peaks wait here, so that the scores of the next queries are not held up.
      if (!divides) connect(port.peaks, peakQueue.put);
      connect(peakQueue.get, weighing.peaks);
      connect(port.exponent_shift, weighing.exponent_shift);
      connect(weighing.memory, scores.memory);
      if (divides) {
        const queue = { localTokens, scoreBits: p.scoreBits };
        const scoreCopies = instance('score_copies', fork(scorePayload(localTokens, p.scoreBits), 2));
        const peakCopies = instance('peak_copies', fork(peakPayload(p.scoreBits), 2));
        const sumPeakQueue = instance('sum_peak_queue', fifo(peakPayload(p.scoreBits), 2));
        const weightSumming = instance('weight_summing', weightSum(queue));
        const waiting = instance(
          'waiting_scores',
          sram({ role: 'waiting_score', depth: waitingScores(queue), width: waitingBits(queue) }),
        );
        const scaleQueue = instance('scale_queue', fifo(scalePayload(), contexts));
        connect(scored, scoreCopies.from);
        connect(pick(scoreCopies.to, 0), weighing.scores);
        connect(pick(scoreCopies.to, 1), weightSumming.scores);
        connect(port.peaks, peakCopies.from);
        connect(pick(peakCopies.to, 0), peakQueue.put);
        connect(pick(peakCopies.to, 1), sumPeakQueue.put);
        connect(sumPeakQueue.get, weightSumming.peaks);
        connect(port.exponent_shift, weightSumming.exponent_shift);
        connect(weightSumming.memory, waiting.memory);
        connect(weightSumming.total, port.local_total);
        connect(port.scale, scaleQueue.put);
        connect(scaleQueue.get, weighing.scale);
      }

      connect(port.value_keep, valueKeep.put);
      connect(valueKeep.get, values.keep);
      connect(values.request, port.value_request);
      connect(port.value_fill, values.fill);
      connect(values.memory, valueData.memory);
      connect(values.tokens as never, weighing.tokens);
      connect(weighing.weighted, summing.weighted);
      connect(summing.partial, port.partial);

      connect(port.clear, keys.clear);
      connect(port.clear, values.clear);
      connect(keys.fetched, port.keys_fetched);
      connect(keys.reused, port.keys_reused);
      connect(keys.given, port.keys_kept);
      connect(keys.starved, port.keys_starved);
      connect(values.fetched, port.values_fetched);
      connect(values.reused, port.values_reused);
      connect(values.starved, port.values_starved);
    },
  });

export const corelet = coreletWith(noExtension);
