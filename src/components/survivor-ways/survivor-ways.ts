import { z } from 'zod';
import { many, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { dotShape, keptDotPayload, survivorPayload, widthRules } from '../dot-payloads.ts';
import { emptyInsert } from '../empty-insert/empty-insert.ts';
import { fifo } from '../fifo/fifo.ts';
import { localTokens, valueWays } from '../kept-attention/ways.ts';
import { presencePayload } from '../relevance-payloads.ts';
import { survivorSplit } from '../survivor-split/survivor-split.ts';

const { tokens, dim, queryBits, keyBits } = dotShape;

/** Survivors of a way that wait while empty packets go before them: a way gets a key less often than once a cycle, and catches up. */
export const waitingSurvivors = 4;

/** Divides kept keys among ways, and gives each way the empty packets of queries that keep none. */
export const survivorWays = defineStructure({
  name: 'survivor_ways',
  summary:
    'Sends each kept key to the way that has its value; every query, whether it keeps a key or not, ends at every way.',
  parameters: z.strictObject({ tokens, dim, queryBits, keyBits, valueWays }),
  rules: widthRules,
  ports: (p) => ({
    survivors: input(stream(keptDotPayload(p), 'packet')),
    presence: input(many(p.valueWays, stream(presencePayload()))),
    ways: output(many(p.valueWays, stream(survivorPayload({ ...p, tokens: localTokens(p) }), 'packet'))),
  }),
  build: (p, { instance, array, connect, port }) => {
    const { valueWays: ways, ...widths } = p;
    const local = { ...widths, tokens: localTokens(p) };
    const split = instance('split', survivorSplit(p));
    const queue = array('queue', ways, fifo(survivorPayload(local), waitingSurvivors));
    const insert = array('insert', ways, emptyInsert(local));
    connect(port.survivors, split.survivors);
    connect(split.ways, queue.put);
    connect(queue.get, insert.from);
    connect(port.presence, insert.presence);
    connect(insert.to, port.ways);
  },
});
