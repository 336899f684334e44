import {
  type corelet,
  coreletWith,
  noExtension,
  partialBits,
  type ScoringExtension,
  type Wires,
} from '../../components/corelet/corelet.ts';
import { fifo } from '../../components/fifo/fifo.ts';
import { fork } from '../../components/fork/fork.ts';
import { mainMemory } from '../../components/main-memory/main-memory.ts';
import { merge } from '../../components/merge/merge.ts';
import { normaliser } from '../../components/normaliser/normaliser.ts';
import {
  mergedPayload,
  queryPayload,
  resultPayload,
  scalePayload,
  sumBits,
  weightBits,
} from '../../components/payloads.ts';
import { peak } from '../../components/peak/peak.ts';
import { queryDispatch, rowNumberPayload } from '../../components/query-dispatch/query-dispatch.ts';
import { reciprocal } from '../../components/reciprocal/reciprocal.ts';
import { saturate } from '../../components/saturate/saturate.ts';
import {
  configurePayload,
  loadPayload,
  requestedQueryPayload,
  sequencer,
} from '../../components/sequencer/sequencer.ts';
import { tokenSelect } from '../../components/token-select/token-select.ts';
import { totalMerge } from '../../components/total-merge/total-merge.ts';
import { counter, type Many, many, stream, type Wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure, type Kit, type Sink, type Source } from '../../dsl/structure.ts';
import { type SprintParameters, sprintParameters, sprintRules, sprintShape } from './parameters.ts';

/** Streams and counters of the whole accelerator. */
export const sprintPorts = (p: SprintParameters) => ({
  configure: input(stream(configurePayload(p.tokens))),
  load: input(stream(loadPayload(p.dim))),
  query: input(stream(requestedQueryPayload(p.dim))),
  result: output(stream(resultPayload(sprintShape(p).lanes))),
  load_cycles: output(counter()),
  cycles: output(counter()),
  stall_cycles: output(counter()),
  keys_kept: output(many(p.corelets, counter())),
  keys_fetched: output(many(p.corelets, counter())),
  keys_reused: output(many(p.corelets, counter())),
  values_fetched: output(many(p.corelets, counter())),
  values_reused: output(many(p.corelets, counter())),
});

/** Output beats that wait for their query's reciprocal. */
export const mergedQueue = (beats: number): number => Math.max(4, 4 * beats);

/** SPRINT with something of one's own between the query-key unit and the softmax of every CORELET. */
export const sprintWith = <W extends Wires>(extension: ScoringExtension<W>) =>
  defineStructure({
    name: 'sprint',
    summary:
      'SPRINT: prunes attention scores in ReRAM main memory, fetches the kept keys and values that are not on chip, and computes exact attention over them.',
    parameters: sprintParameters,
    rules: sprintRules,
    ports: (p) => ({ ...sprintPorts(p), ...extension.wires(p) }),
    build: (p, extended) => {
      const { instance, array, connect, pick, port } = extended as unknown as Kit<ReturnType<typeof sprintPorts>>;
      const { tokens, dim, corelets } = p;
      const { localTokens, capacity, lanes, memory } = sprintShape(p);
      const partial = partialBits(p);
      const sum = sumBits(weightBits, tokens);
      const sequence = instance(
        'sequencer',
        sequencer({ tokens, dim, cellBits: p.tile.cellBits, lanes, stores: 2 * corelets }),
      );
      const dispatch = instance('dispatch', queryDispatch({ tokens, dim, dacBits: p.tile.dacBits }));
      const main = instance('memory', mainMemory({ ...memory, corelets }));
      const select = instance('select', tokenSelect({ tokens, corelets }));
      const queue = instance('query_queue', fifo(queryPayload(dim), 4));
      const rows = instance('row_queue', fifo(rowNumberPayload(tokens), 4));
      const spread = instance('spread', fork(queryPayload(dim), corelets));
      const core = array(
        'corelet',
        corelets,
        (coreletWith(extension) as unknown as typeof corelet)({
          tokens,
          localTokens,
          capacity,
          dim,
          lanes,
          cellBits: p.tile.cellBits,
          scoreBits: p.scoreBits,
          contexts: p.contexts,
          treeStep: p.treeStep,
          normalisation: p.normalisation,
          probabilityRounding: p.probabilityRounding,
        }),
      );
      const top = instance('peak', peak({ ways: corelets, scoreBits: p.scoreBits }));
      const sums = instance(
        'merge',
        merge({ ways: corelets, lanes, accumulatorBits: partial.accumulator, sumBits: partial.sum }),
      );

      connect(port.configure, sequence.configure);
      connect(port.load, sequence.load);
      connect(port.query, sequence.query);
      connect(sequence.result, port.result);

      connect(sequence.write, main.write);
      connect(main.loaded, sequence.loaded);
      connect(sequence.clear, main.clear);
      connect(sequence.length, main.length);
      connect(sequence.noise_seed, main.noise_seed);

      connect(sequence.rows, dispatch.rows);
      connect(sequence.prune, dispatch.prune);
      connect(dispatch.lookup, main.lookup);
      connect(dispatch.queries, queue.put);
      connect(queue.get, spread.from);
      connect(dispatch.row_numbers, rows.put);
      connect(rows.get, select.row_numbers);
      connect(main.pruned, select.pruned);
      connect(sequence.length, select.length);
      connect(sequence.causal, select.causal);
      connect(sequence.prune, select.prune);

      connect(spread.to, core.query);
      connect(select.keys, core.key_keep);
      connect(select.values, core.value_keep);
      connect(core.key_request, main.key_requests);
      connect(core.value_request, main.value_requests);
      connect(main.key_fills, core.key_fill);
      connect(main.value_fills, core.value_fill);
      connect(sequence.clear, core.clear);
      connect(sequence.score_shift, core.score_shift);
      connect(sequence.exponent_shift, core.exponent_shift);
      connect(core.peak, top.from);
      connect(top.to, core.peaks);

      connect(core.partial, sums.partial);
      if (p.normalisation === 'deferred') {
        const waiting = instance(
          'merged_queue',
          fifo(mergedPayload(lanes, partial.accumulator), mergedQueue(Math.ceil(dim / lanes))),
        );
        const inverse = instance('reciprocal', reciprocal({ sumBits: sum }));
        const divide = instance('normalise', normaliser({ lanes, accumulatorBits: partial.accumulator, sumBits: sum }));
        connect(sums.merged, waiting.put);
        connect(sums.total, inverse.total);
        connect(waiting.get, divide.merged);
        connect(inverse.scale, divide.scale);
        connect(divide.result, sequence.outcome);
      } else {
        const total = instance(
          'total',
          totalMerge({ ways: corelets, localBits: sumBits(weightBits, localTokens), sumBits: sum }),
        );
        const inverse = instance('reciprocal', reciprocal({ sumBits: sum }));
        const scales = instance('scales', fork(scalePayload(), corelets));
        const limit = instance('limit', saturate({ lanes, accumulatorBits: partial.accumulator }));
        connect(core.local_total, total.from);
        connect(total.total, inverse.total);
        connect(inverse.scale, scales.from);
        connect(scales.to, core.scale);
        connect(sums.merged, limit.merged);
        connect(limit.result, sequence.outcome);
      }

      // What an extension is set to goes to all CORELETs alike.
      const end = (of: unknown, name: string) => (of as Readonly<Record<string, unknown>>)[name];
      for (const name of Object.keys(extension.wires(p))) {
        connect(end(port, name) as Source<Wire>, end(core, name) as Sink<Many<Wire>>);
      }

      for (let n = 0; n < corelets; n++) {
        const lane = core.at(n);
        // Key stores first, then value stores.
        connect(lane.keys_starved, pick(sequence.starved, n));
        connect(lane.values_starved, pick(sequence.starved, corelets + n));
      }
      connect(core.keys_kept, port.keys_kept);
      connect(core.keys_fetched, port.keys_fetched);
      connect(core.keys_reused, port.keys_reused);
      connect(core.values_fetched, port.values_fetched);
      connect(core.values_reused, port.values_reused);
      connect(sequence.load_cycles, port.load_cycles);
      connect(sequence.cycles, port.cycles);
      connect(sequence.stall_cycles, port.stall_cycles);
    },
  });

/**
 * SPRINT (Yazdanbakhsh et al., MICRO 2022): in-memory thresholding in ReRAM, exact recomputation of what is kept in N CORELETs,
 * fetching only kept keys and values that are not on chip.
 */
export const sprint = sprintWith(noExtension);
