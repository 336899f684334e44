import { z } from 'zod';
import { bits, counter, type Interface, stream, wire } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure, type Source } from '../../dsl/structure.ts';
import { keyFillPayload, valueFillPayload } from '../fill-router/fill-router.ts';
import { fifo } from '../fifo/fifo.ts';
import { accumulatorBits, keepPayload, partialPayload, peakPayload, queryPayload, requestPayload, sumBits, weightBits } from '../payloads.ts';
import { queryKeyUnit } from '../query-key-unit/query-key-unit.ts';
import { scoreDepth, softmax } from '../softmax/softmax.ts';
import { sram } from '../sram/sram.ts';
import { tokenStore } from '../token-store/token-store.ts';
import { valueUnit } from '../value-unit/value-unit.ts';

export const coreletShape = {
  dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
  cellBits: integer({ description: 'key bits in the MSB buffer', unit: 'bits', min: 1, max: 8, default: 4 }),
  scoreBits: integer({ description: 'bits of a score', unit: 'bits', min: 4, max: 12, default: 12, source: 'SPRINT Fig. 7' }),
  contexts: powerOfTwo({ description: 'queries whose scores are held at once', unit: 'queries', min: 2, max: 16, default: 4, source: "implementer's choice" }),
  treeStep: integer({ description: 'adder levels between two registers', unit: 'levels', min: 1, max: 10, default: 2, source: "implementer's choice" }),
  lanes: integer({ description: 'elements of an output beat', min: 1, max: 1024, default: 16, source: "implementer's choice" }),
};

const parameters = z.strictObject({
  ...coreletShape,
  tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  localTokens: integer({ description: 'tokens of this CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  capacity: integer({ description: 'keys, and values, its buffers hold', unit: 'tokens', min: 1, max: 4096, default: 128 }),
});

/** A CORELET of SPRINT (Fig. 7): key and value buffers with their fetch control, query-key unit, softmax, value unit. */
export const corelet = defineStructure({
  name: 'corelet',
  summary: 'A CORELET: it recomputes the scores of its kept keys exactly, and accumulates their values, weighted.',
  parameters,
  ports: (p) => ({
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
    partial: output(stream(partialPayload(p.lanes, accumulatorBits(weightBits, p.tokens), sumBits(weightBits, p.tokens)))),
    keys_fetched: output(counter()),
    keys_reused: output(counter()),
    keys_kept: output(counter()),
    values_fetched: output(counter()),
    values_reused: output(counter()),
    keys_starved: output(counter(1)),
    values_starved: output(counter(1)),
  }),
  build: (p, { instance, connect, port }) => {
    const { dim, localTokens, capacity, cellBits } = p;
    const split = cellBits < 8;
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
    const valueKeep = instance('value_keep_queue', fifo(keepPayload(localTokens), p.contexts + 2));
    const values = instance('value_store', tokenStore({ role: 'value', dim, localTokens, capacity }));
    const valueData = instance('value_data', sram({ role: 'value', depth: capacity, width: 8 * dim }));
    const scoring = instance('scoring', queryKeyUnit({ dim, localTokens, cellBits, scoreBits: p.scoreBits, treeStep: p.treeStep }));
    const peakQueue = instance('peak_queue', fifo(peakPayload(p.scoreBits), p.contexts));
    const shape = { dim, localTokens, scoreBits: p.scoreBits, contexts: p.contexts };
    const weighing = instance('weighing', softmax(shape));
    const scores = instance('scores', sram({ role: 'score', depth: scoreDepth(shape), width: p.scoreBits }));
    const summing = instance('summing', valueUnit({ dim, tokens: p.tokens, weightBits, lanes: p.lanes }));

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
    connect(scoring.scores, weighing.scores);
    connect(weighing.peak, port.peak);
    // Peaks wait here, so that the scores of the next queries are not held up.
    connect(port.peaks, peakQueue.put);
    connect(peakQueue.get, weighing.peaks);
    connect(port.exponent_shift, weighing.exponent_shift);
    connect(weighing.memory, scores.memory);

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
