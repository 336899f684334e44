import { z } from 'zod';
import { bits, counter, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { predictedWidths } from '../codebook-drive/codebook-drive.ts';
import { survivorPayload } from '../dot-payloads.ts';
import { keptPayload } from '../index-queue/index-queue.ts';
import { indexBits } from '../payloads.ts';
import { relevanceShape } from '../relevance-payloads.ts';
import { rowCollect } from '../row-collect/row-collect.ts';
import { rowDot, rowDots } from '../row-dot/row-dot.ts';
import { cimUnits, gatherQueryPayload, rowGather } from '../row-gather/row-gather.ts';
import { writePayload } from '../sequencer/sequencer.ts';
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
  ports: (p) => ({
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    write: input(stream(writePayload(p.tokens, p.dim, 8, predictedWidths(1)))),
    kept: input(stream(keptPayload(p.tokens), 'packet')),
    queries: input(stream(gatherQueryPayload(p.dim))),
    survivors: output(stream(survivorPayload(rowDots(p)), 'packet')),
    starved: output(counter(1)),
    keys_kept: output(counter()),
  }),
  build: (p, { instance, array, connect, port }) => {
    const gather = instance('gather', rowGather(p));
    const data = instance('key_data', sram({ role: 'key', depth: p.tokens, width: 8 * p.dim }));
    const unit = array('unit', p.units, rowDot({ tokens: p.tokens, dim: p.dim }));
    const collect = instance('collect', rowCollect(p));
    connect(port.clear, gather.clear);
    connect(port.length, gather.length);
    connect(port.write, gather.write);
    connect(port.kept, gather.kept);
    connect(port.queries, gather.queries);
    connect(gather.memory, data.memory);
    connect(gather.rows, unit.row);
    connect(unit.outcome, collect.outcomes);
    connect(collect.survivors, port.survivors);
    connect(gather.starved, port.starved);
    connect(gather.keys_kept, port.keys_kept);
  },
});
