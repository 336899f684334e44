import { z } from 'zod';
import { stream } from '../../dsl/kinds.ts';
import { output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { collect } from '../collect/collect.ts';
import { deal } from '../deal/deal.ts';
import { survivorPayload } from '../dot-payloads.ts';
import { relevanceShape } from '../relevance-payloads.ts';
import { rowDot, rowDots } from '../row-dot/row-dot.ts';
import { cimUnits, gatheredPayload, gatherPorts, rowGather } from '../row-gather/row-gather.ts';
import { sram } from '../sram/sram.ts';

const { tokens, dim } = relevanceShape;

/**
 * A digital SRAM-CIM macro that computes on the boundary of its memory (HARDSEA; how it is cut is inferred: docs/hardsea.md): a row of
 * keys a cycle is read, in any pattern, and met by the query at one of several bit-serial units.
 */
export const sramCim = defineStructure({
  name: 'sram_cim',
  summary:
    'Keeps the keys of a head in SRAM, and multiplies the rows that each query keeps by it, bit-serially at the boundary.',
  parameters: z.strictObject({ tokens, dim, units: cimUnits }),
  ports: (p) => ({ ...gatherPorts(p), survivors: output(stream(survivorPayload(rowDots(p)), 'packet')) }),
  build: (p, { instance, array, connect, port }) => {
    const gather = instance('gather', rowGather({ tokens: p.tokens, dim: p.dim }));
    const data = instance('key_data', sram({ role: 'key', depth: p.tokens, width: 8 * p.dim }));
    const dealt = instance('deal', deal(gatheredPayload(p), p.units, 'item'));
    const unit = array('unit', p.units, rowDot({ tokens: p.tokens, dim: p.dim }));
    const collected = instance('collect', collect(survivorPayload(rowDots(p)), p.units, 'item'));
    connect(port.clear, gather.clear);
    connect(port.length, gather.length);
    connect(port.write, gather.write);
    connect(port.kept, gather.kept);
    connect(port.queries, gather.queries);
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
