import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, stream, wire } from '../../dsl/kinds.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { wideAdder } from '../adder-tree.ts';
import { bitSelect, elementOf } from '../bit-select.ts';
import {
  dotShape,
  keyPayload,
  multiplierPayload,
  queriesUnderWay,
  reachBits,
  reachOf,
  roundPayload,
  signMagnitude,
  soughtPayload,
  widthRules,
  widthsOf,
} from '../dot-payloads.ts';
import { indexBits } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';
import { rowPayload, writePayload } from '../sequencer/sequencer.ts';

const { tokens, dim, queryBits, keyBits, valueBits, units, banks } = dotShape;
const parameters = z.strictObject({ tokens, dim, queryBits, keyBits, valueBits, units, banks });
type Parameters = z.output<typeof parameters>;

/** Words of a bank of the key memory. */
export const bankDepth = (p: Pick<Parameters, 'tokens' | 'banks'>): number => Math.ceil(p.tokens / p.banks);

/** Keys that are read at a time: a half of the banks, or the only one. */
const partKeys = (p: Pick<Parameters, 'banks'>): number => Math.max(1, p.banks / 2);

/**
 * Rounds that wait between this part and the collection of outcomes. Together with the one at this part's output that is as many
 * queries as their numbers tell apart.
 */
export const roundQueue = queriesUnderWay - 1;

/**
 * Hands the keys of one query after the other to the dot-product units. Key j is in bank j mod `banks`, so that a row of banks has as
 * many keys in token order. Each unit has one key waiting at its input; whichever of these places is empty, or about to be,
 * takes the next key. A half of the banks reads its keys of the next row in the cycle in which its last one of this row goes, while those of the
 * other half are handed out: a row's end holds no unit up. There is no barrier between queries: the keys of the next one follow in the next cycle.
 *
 * The query itself stays at the input until all of its keys are handed out and no unit waits to copy it; keys of the next query may be
 * waiting at other units by then. A key says whether it is the unit's first of its query (`fresh`).
 */
export const keyDispatch = defineComponent({
  name: 'key_dispatch',
  summary:
    'Keeps the keys of a head in banks, in sign and magnitude, and hands those that each query may see to the dot-product units, to whichever is free, several a cycle, and without a pause from one query to the next.',
  parameters,
  rules: [
    ...widthRules,
    {
      path: 'banks',
      holds: (p) => p.banks <= p.tokens,
      message: (p) => `${p.banks} banks are more than the ${p.tokens} keys; at most ${p.tokens} make sense.`,
    },
  ],
  ports: (p) => ({
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    causal: input(wire(bits(1))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    query: input(stream(rowPayload(p.tokens, p.dim, widthsOf(p)))),
    memories: master(many(p.banks, memoryBus(bankDepth(p), p.keyBits * p.dim))),
    rounds: output(stream(roundPayload(p.tokens))),
    multipliers: output(stream(multiplierPayload())),
    queries: output(many(p.units, stream(soughtPayload(p)))),
    keys: output(many(p.units, stream(keyPayload(p)))),
  }),
  template: { file: 'key-dispatch/key-dispatch.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    COUNT: indexBits(p.tokens + 1),
    ADDRESS: indexBits(bankDepth(p)),
    OFFSET: clog2(p.banks) + 1,
    HALF: partKeys(p),
    // Of a single row there are two halves, and none is left.
    PARTS: Math.max(p.banks > 1 ? 2 : 1, indexBits(p.tokens) - clog2(partKeys(p))),
    KEY: p.keyBits * p.dim,
    CODE: p.keyBits,
    UNITS: p.units,
    QUERY: p.queryBits,
    REACH: reachBits(p),
  }),
  view: (p) => {
    const bankBits = clog2(p.banks);
    const halfBits = clog2(partKeys(p));
    const width = indexBits(p.tokens);
    // A memory of one row has an address of one bit all the same.
    const rows = width > bankBits;
    const address = (index: string): string => (rows ? bitSelect(index, width - 1, bankBits, width) : "1'b0");
    const bankOf = (index: string): string => bitSelect(index, bankBits - 1, 0, width);
    const positive = Array.from({ length: p.dim }, (_, i) => `positive${i}`);
    const tree = wideAdder(positive, p.queryBits);
    return {
      positives: positive.map((name, i) => ({ name, query: elementOf('query_data', p.queryBits, i, p.dim) })),
      sums: tree.nodes,
      reach: tree.root.name,
      units: Array.from({ length: p.units }, (_, n) => ({
        n,
        index: bankBits === 0 ? 'row' : `{ ${rows ? `row${n}, ` : ''}offset${n}[${bankBits - 1}:0] }`,
        next: n + 1,
      })),
      several: p.banks > 1,
      oneRow: !rows && bankBits > 0,
      rows: rows && bankBits > 0,
      banks: Array.from({ length: p.banks }, (_, b) => ({
        b,
        isLast: b === p.banks - 1,
        half: Math.floor(b / partKeys(p)),
      })),
      halves: Array.from({ length: Math.min(2, p.banks) }, (_, h) => ({ h })),
      bankBits,
      writeBank: bankOf('write_index'),
      writeAddress: address('write_index'),
      finalPart: `${!rows && bankBits > 0 ? "1'b0, " : ''}${bitSelect('final_key', width - 1, halfBits, width)}`,
      firstKeys: `{ 1'b0, ${bankOf('final_key')} } + ${bankBits + 1}'d1`,
      tailKeys:
        halfBits === 0 ? "1'b1" : `{ 1'b0, ${bitSelect('final_key', halfBits - 1, 0, width)} } + ${halfBits + 1}'d1`,
      fetchQuery: bitSelect('fetch_query', width - 1, 0, indexBits(p.tokens + 1)),
      lengthKey: bitSelect('length', width - 1, 0, indexBits(p.tokens + 1)),
      elements: Array.from({ length: p.dim }, (_, i) => ({
        i,
        given: elementOf('write_msb', p.keyBits, i, p.dim),
      })),
      codes: Array.from({ length: p.dim }, (_, i) => `code${p.dim - 1 - i}`).join(', '),
    };
  },
  *model(p, io): Process {
    const length = yield* io.length.read();
    const causal = yield* io.causal.read();
    const keys: number[][] = [];
    while (keys.length < length) {
      const { index, msb } = yield* io.write.take();
      keys[index] = Array.from(msb, (k) => signMagnitude(k, p.keyBits));
    }
    // Which unit a key goes to does not matter for the result; the collection of outcomes counts on the same order.
    let turn = 0;
    for (let row = 0; row < length; row++) {
      const { data, threshold, multiplier } = yield* io.query.take();
      const count = causal ? row + 1 : length;
      io.rounds.put({ keys: count });
      io.multipliers.put({ multiplier });
      const knows = new Set<number>();
      for (let index = 0; index < count; index++, turn++) {
        const unit = turn % p.units;
        const fresh = knows.has(unit) ? 0 : 1;
        if (fresh) io.queries[unit]!.put({ data, reach: reachOf(data), threshold });
        knows.add(unit);
        io.keys[unit]!.put({ data: keys[index]!, index, number: row % queriesUnderWay, fresh });
      }
    }
  },
});
