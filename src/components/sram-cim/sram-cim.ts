import { z } from 'zod';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { collect } from '../collect/collect.ts';
import { deal } from '../deal/deal.ts';
import { keptDotPayload } from '../dot-payloads.ts';
import { fifo } from '../fifo/fifo.ts';
import { queryFilter } from '../query-filter/query-filter.ts';
import { gatherQueryPayload, presencePayload, relevanceShape } from '../relevance-payloads.ts';
import { rowDot, rowDots } from '../row-dot/row-dot.ts';
import { cimUnits, gatheredPayload, gatherPorts, rowGather } from '../row-gather/row-gather.ts';
import { sram } from '../sram/sram.ts';

const { tokens, dim } = relevanceShape;

/** Queries that keep some key and wait for their rows: the next one is here when the last row of one has been met. */
export const metQueries = 2;

/**
 * A digital SRAM-CIM macro that computes on the boundary of its memory (HARDSEA; how it is cut is inferred: docs/hardsea.md): a row of
 * keys a cycle is read, in any pattern, and met by the query at one of several bit-serial units. Queries that keep no key are dropped
 * before the macro: they cost it nothing.
 */
export const sramCim = defineStructure({
  name: 'sram_cim',
  summary:
    'Keeps the keys of a head in SRAM, and multiplies the rows that each query keeps by it, bit-serially at the boundary.',
  parameters: z.strictObject({ tokens, dim, units: cimUnits }),
  ports: (p) => ({
    ...gatherPorts(p),
    presence: input(stream(presencePayload())),
    survivors: output(stream(keptDotPayload(rowDots(p)), 'packet')),
  }),
  build: (p, { instance, array, connect, port }) => {
    const gather = instance('gather', rowGather({ tokens: p.tokens, dim: p.dim }));
    const filter = instance('filter', queryFilter({ dim: p.dim }));
    const met = instance('met_queries', fifo(gatherQueryPayload(p.dim), metQueries));
    const data = instance('key_data', sram({ role: 'key', depth: p.tokens, width: 8 * p.dim }));
    const dealt = instance('deal', deal(gatheredPayload(p), p.units, 'item'));
    const unit = array('unit', p.units, rowDot({ tokens: p.tokens, dim: p.dim }));
    const collected = instance('collect', collect(keptDotPayload(rowDots(p)), p.units, 'item'));
    connect(port.clear, gather.clear);
    connect(port.length, gather.length);
    connect(port.write, gather.write);
    connect(port.kept, gather.kept);
    connect(port.queries, filter.queries);
    connect(port.presence, filter.presence);
    connect(filter.kept, met.put);
    connect(met.get, gather.queries);
    connect(gather.memory, data.memory);
    connect(port.clear, dealt.clear);
    connect(gather.row, dealt.from);
    connect(dealt.to, unit.row);
    connect(port.clear, collected.clear);
    connect(unit.outcome, collected.from);
    connect(collected.to, port.survivors);
    connect(gather.starved, port.starved);
    connect(gather.keys_kept, port.keys_kept);
  },
});
