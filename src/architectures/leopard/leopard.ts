import { groupsOf, outcomePayload, roundPayload } from '../../components/dot-payloads.ts';
import { fifo } from '../../components/fifo/fifo.ts';
import { fork } from '../../components/fork/fork.ts';
import { bankDepth, keyDispatch, roundQueue } from '../../components/key-dispatch/key-dispatch.ts';
import { outcomeCollect } from '../../components/outcome-collect/outcome-collect.ts';
import { keptAttention } from '../../components/kept-attention/kept-attention.ts';
import { resultPayload } from '../../components/payloads.ts';
import {
  configurePayload,
  loadPayload,
  requestedQueryPayload,
  sequencer,
  writePayload,
} from '../../components/sequencer/sequencer.ts';
import { serialDot } from '../../components/serial-dot/serial-dot.ts';
import { sram } from '../../components/sram/sram.ts';
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

/**
 * LeOPArd (Li et al., ISCA 2022): bit-serial dot-product units that stop as soon as a key cannot reach the threshold any more feed one
 * softmax and one value unit, or those of `valueWays`, through a queue of scores and a queue of indices.
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
    const { widths, banks, valueWays, lanes } = leopardShape(p);
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
    const collect = instance('collect', outcomeCollect({ ...dots, groupBits, units, valueWays }));
    const attention = instance(
      'attention',
      keptAttention({
        ...dots,
        valueBits,
        scoreBits,
        contexts,
        scoreQueue: p.scoreQueue,
        valueWays,
        outputBeats: p.outputBeats,
      }),
    );

    connect(port.configure, sequence.configure);
    connect(port.load, sequence.load);
    connect(port.query, sequence.query);
    connect(sequence.result, port.result);

    connect(sequence.write, writes.from);
    connect(pick(writes.to, 0), dispatch.write);
    connect(pick(writes.to, 1), attention.write);
    // A token is in memory as soon as both have taken it.
    tie(1, sequence.loaded);
    connect(sequence.length, dispatch.length);
    connect(sequence.length, attention.length);
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
    connect(dispatch.multipliers, attention.multipliers);
    connect(collect.survivors, attention.survivors);
    connect(sequence.score_shift, attention.score_shift);
    connect(sequence.exponent_shift, attention.exponent_shift);
    connect(attention.result, sequence.outcome);

    connect(collect.keys_kept, port.keys_kept);
    connect(collect.groups_histogram, port.groups_histogram);
    connect(sequence.load_cycles, port.load_cycles);
    connect(sequence.cycles, port.cycles);
    connect(sequence.stall_cycles, port.stall_cycles);
  },
});
