import { groupsOf, multiplierPayload, outcomePayload, roundPayload } from '../../components/dot-payloads.ts';
import { fifo } from '../../components/fifo/fifo.ts';
import { fork } from '../../components/fork/fork.ts';
import { indexQueue, waitingIndexBits, waitingIndices } from '../../components/index-queue/index-queue.ts';
import { bankDepth, keyDispatch, roundQueue } from '../../components/key-dispatch/key-dispatch.ts';
import { merge } from '../../components/merge/merge.ts';
import { normaliser } from '../../components/normaliser/normaliser.ts';
import { outcomeCollect } from '../../components/outcome-collect/outcome-collect.ts';
import { mergedPayload, peakPayload, resultPayload, scorePayload } from '../../components/payloads.ts';
import { reciprocal } from '../../components/reciprocal/reciprocal.ts';
import { scoreScale } from '../../components/score-scale/score-scale.ts';
import {
  configurePayload,
  loadPayload,
  requestedQueryPayload,
  sequencer,
  writePayload,
} from '../../components/sequencer/sequencer.ts';
import { serialDot } from '../../components/serial-dot/serial-dot.ts';
import { scoreDepth, softmax } from '../../components/softmax/softmax.ts';
import { sram } from '../../components/sram/sram.ts';
import { valueFetch } from '../../components/value-fetch/value-fetch.ts';
import { valueUnit } from '../../components/value-unit/value-unit.ts';
import { counter, many, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { type LeopardParameters, leopardParameters, leopardRules, leopardShape } from './parameters.ts';

/** Streams and counters of the whole accelerator. */
export const leopardPorts = (p: LeopardParameters) => ({
  configure: input(stream(configurePayload(p.tokens, false))),
  load: input(stream(loadPayload(p.dim, leopardShape(p).widths))),
  query: input(stream(requestedQueryPayload(p.dim, leopardShape(p).widths))),
  result: output(stream(resultPayload(leopardShape(p).lanes))),
  load_cycles: output(counter()),
  cycles: output(counter()),
  stall_cycles: output(counter()),
  keys_kept: output(counter()),
  groups_histogram: output(many(groupsOf(p), counter())),
});

/** Output beats that wait for their query's reciprocal. */
export const mergedQueue = (beats: number): number => Math.max(4, 4 * beats);
/** Multipliers of queries whose scores are under way. */
export const multiplierQueue = 4;

/**
 * LeOPArd (Li et al., ISCA 2022): bit-serial dot-product units that stop as soon as a key cannot reach the threshold any more feed one
 * softmax and one value unit through a queue of scores and a queue of indices.
 *
 * A unit is stalled only by its own kept key that cannot go on; those of the oldest query always can: its scores have a place in the
 * softmax, its indices in their queue, which holds those of a whole query; so nothing waits for something behind it.
 */
export const leopard = defineStructure({
  name: 'leopard',
  summary:
    'LeOPArd: computes attention scores bit-serially and stops as soon as the bits to come cannot bring a score to the threshold any more; softmax and values are those of the kept keys.',
  parameters: leopardParameters,
  rules: leopardRules,
  ports: leopardPorts,
  build: (p, { instance, array, connect, pick, port, tie }) => {
    const { tokens, dim, queryBits, keyBits, valueBits, groupBits, units, scoreBits, contexts } = p;
    const { widths, banks, lanes, accumulator, sum, fractionBits } = leopardShape(p);
    const dots = { tokens, dim, queryBits, keyBits };
    const sequence = instance(
      'sequencer',
      sequencer({ tokens, dim, cellBits: keyBits, ...widths, noise: false, lanes, stores: units }),
    );
    const writes = instance('writes', fork(writePayload(tokens, dim, keyBits, widths), 2));
    const bank = { tokens, banks };
    const dispatch = instance('dispatch', keyDispatch({ ...dots, valueBits, units, banks }));
    const keys = array('key_bank', banks, sram({ role: 'key', depth: bankDepth(bank), width: keyBits * dim }));
    const unit = array('unit', units, serialDot({ ...dots, groupBits }));
    const outcomes = array('outcome_queue', units, fifo(outcomePayload({ ...dots, groupBits }), p.outcomeQueue));
    const rounds = instance('round_queue', fifo(roundPayload(tokens), roundQueue));
    const collect = instance('collect', outcomeCollect({ ...dots, groupBits, units }));
    const multipliers = instance('multiplier_queue', fifo(multiplierPayload(), multiplierQueue));
    const scale = instance('scale', scoreScale({ ...dots, scoreBits }));
    const survivors = instance('survivors', fork(scorePayload(tokens, scoreBits), 2));
    const scores = instance('score_queue', fifo(scorePayload(tokens, scoreBits), p.scoreQueue));
    const indices = instance('index_queue', indexQueue({ tokens, scoreBits }));
    const indexData = instance(
      'index_data',
      sram({ role: 'index', depth: waitingIndices(tokens), width: waitingIndexBits(tokens) }),
    );
    const values = instance('values', valueFetch({ ...dots, valueBits }));
    const valueData = instance('value_data', sram({ role: 'value', depth: tokens, width: valueBits * dim }));
    const weighing = instance('weighing', softmax({ dim, localTokens: tokens, scoreBits, valueBits, contexts }));
    const scoreData = instance(
      'scores',
      sram({ role: 'score', depth: scoreDepth({ contexts, localTokens: tokens }), width: scoreBits }),
    );
    const peaks = instance('peak_queue', fifo(peakPayload(scoreBits), contexts));
    const summing = instance('summing', valueUnit({ dim, tokens, valueBits, lanes }));
    const sums = instance('merge', merge({ ways: 1, lanes, accumulatorBits: accumulator, sumBits: sum }));
    const waiting = instance(
      'merged_queue',
      fifo(mergedPayload(lanes, accumulator), mergedQueue(Math.ceil(dim / lanes))),
    );
    const inverse = instance('reciprocal', reciprocal({ sumBits: sum }));
    const divide = instance(
      'normalise',
      normaliser({ lanes, accumulatorBits: accumulator, sumBits: sum, fractionBits }),
    );

    connect(port.configure, sequence.configure);
    connect(port.load, sequence.load);
    connect(port.query, sequence.query);
    connect(sequence.result, port.result);

    connect(sequence.write, writes.from);
    connect(pick(writes.to, 0), dispatch.write);
    connect(pick(writes.to, 1), values.write);
    // A token is in memory as soon as both have taken it.
    tie(1, sequence.loaded);
    connect(sequence.length, dispatch.length);
    connect(sequence.length, values.length);
    connect(sequence.causal, dispatch.causal);
    connect(sequence.clear, dispatch.clear);
    connect(sequence.clear, collect.clear);
    connect(sequence.rows, dispatch.query);
    connect(dispatch.memories, keys.memory);

    connect(sequence.prune, unit.prune);
    connect(dispatch.queries, unit.query);
    connect(dispatch.keys, unit.keys);
    connect(unit.outcome, outcomes.put);
    connect(outcomes.get, collect.outcomes);
    connect(unit.stalled, sequence.starved);
    connect(dispatch.rounds, rounds.put);
    connect(rounds.get, collect.rounds);
    connect(dispatch.multipliers, multipliers.put);
    connect(multipliers.get, scale.multipliers);
    connect(collect.survivors, scale.survivors);
    connect(sequence.score_shift, scale.score_shift);

    connect(scale.scores, survivors.from);
    connect(pick(survivors.to, 0), scores.put);
    connect(pick(survivors.to, 1), indices.scores);
    connect(indices.memory, indexData.memory);
    connect(indices.kept, values.kept);
    connect(values.memory, valueData.memory);

    connect(scores.get, weighing.scores);
    connect(sequence.exponent_shift, weighing.exponent_shift);
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
    connect(divide.result, sequence.outcome);

    connect(collect.keys_kept, port.keys_kept);
    connect(collect.groups_histogram, port.groups_histogram);
    connect(sequence.load_cycles, port.load_cycles);
    connect(sequence.cycles, port.cycles);
    connect(sequence.stall_cycles, port.stall_cycles);
  },
});
