import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Interface, many, type Many, type Stream, stream, wire } from '../../dsl/kinds.ts';
import { type Directed, input, master, output } from '../../dsl/ports.ts';
import type { Process, Reader } from '../../dsl/process.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { adderTree } from '../adder-tree.ts';
import { bitSelect, elementOf } from '../bit-select.ts';
import { indexBits } from '../payloads.ts';
import {
  crossingPayload,
  idBits,
  keyWords,
  productsPayload,
  relevanceBits,
  relevancePayload,
  relevanceShape,
} from '../relevance-payloads.ts';
import { memoryBus } from '../sram/sram.ts';

const { tokens, subspaces, centroids, crossingBits, relevance: form, lanes } = relevanceShape;
const parameters = z.strictObject({ tokens, subspaces, centroids, crossingBits, relevance: form, lanes });
type Parameters = z.output<typeof parameters>;

/** Adder levels between two registers. */
const treeStep = 2;

/** Cycles from the one in which a query is taken to the first in which its first word is at the output. */
export const relevanceLatency = (p: Pick<Parameters, 'subspaces'>): number =>
  2 + Math.ceil(clog2(p.subspaces) / treeStep);

interface TablePorts {
  products: Directed<'in', Stream<ReturnType<typeof productsPayload>>>;
  product_memories: Directed<'out', Many<Interface<'memory'>>>;
}
/** Only a table of products has these ports: a row of all subspaces is read at once, so that each has a memory of its own. */
const tablePorts = (p: Parameters): TablePorts =>
  (p.relevance === 'table'
    ? {
        products: input(stream(productsPayload(p))),
        product_memories: master(many(p.subspaces, memoryBus(p.centroids, p.centroids * p.crossingBits))),
      }
    : {}) as never;

/**
 * Finds what keys are worth to a query: of `lanes` keys a cycle the sum over all subspaces of what their centroids are worth to it.
 * Key j is in word floor(j / lanes) of memory j mod lanes. A key is taken in any cycle; its centroids can be read in the next one, in which
 * it counts for `encoded`.
 *
 * A query is taken in the cycle in which its first word of keys is read, so that what centroids are worth to it is in registers (or
 * at the outputs of the memories of products) together with that word. Then a word a cycle is read, 0 to floor(row / lanes) of a causal head,
 * else all that hold keys; the next query is taken in the cycle after the last one. Read in cycle c, a word is at the output in c +
 * `relevanceLatency`: one cycle for the memory, one for what its centroids are worth, the rest for the sum. All stages, reading
 * included, move as a whole, and stand still while a word waits at the output.
 *
 * A table of products is taken a row a cycle, whenever it comes, and must be complete before the first query.
 */
export const relevance = defineComponent({
  name: 'relevance',
  summary:
    'Keeps the centroids of all keys of a head, and gives for each query the relevance of its keys, several a cycle: the sum of what the centroid of the key is worth to the query in each subspace.',
  parameters,
  ports: (p) => ({
    clear: input(wire(bits(1))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    causal: input(wire(bits(1))),
    prune: input(wire(bits(1))),
    crossings: input(stream(crossingPayload(p))),
    ...tablePorts(p),
    relevances: output(stream(relevancePayload(p), 'packet')),
    memories: master(many(p.lanes, memoryBus(keyWords(p), p.subspaces * idBits(p)))),
    encoded: output(wire(bits(1))),
  }),
  template: { file: 'relevance/relevance.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    COUNT: indexBits(p.tokens + 1),
    OPERATION: indexBits(2 * p.tokens),
    WORD: indexBits(keyWords(p)),
    LANES: p.lanes,
    IDS: p.subspaces * idBits(p),
    CODES: p.subspaces * p.centroids * p.crossingBits,
    WORTH: worthBits(p),
    RELEVANCE: relevanceBits(p),
  }),
  view: (p) => {
    const index = indexBits(p.tokens);
    const count = indexBits(p.tokens + 1);
    const operation = indexBits(2 * p.tokens);
    const laneBits = clog2(p.lanes);
    const places = clog2(p.centroids * p.crossingBits);
    const wordOf = (key: string): string => (keyWords(p) > 1 ? bitSelect(key, index - 1, laneBits, index) : "1'b0");
    const trees = Array.from({ length: p.lanes }, (_, n) => laneTree(p, n));
    const stages = relevanceLatency(p);
    const severalWords = keyWords(p) > 1;
    const spare = [
      ...(p.relevance === 'asymmetric' ? [] : ['crossings_codes']),
      ...(p.relevance === 'table' && p.subspaces === 1 ? ['products_subspace'] : []),
      ...(severalWords ? [] : ['causal']),
      ...(p.tokens === 1 && p.lanes === 1 ? ['key'] : []),
      ...(severalWords && operation > index ? [`query_number[${operation - 1}]`] : []),
      ...(severalWords && laneBits > 0 ? [`end_key[${laneBits - 1}:0]`] : []),
    ];
    return {
      table: p.relevance === 'table',
      asymmetric: p.relevance === 'asymmetric',
      counts: p.relevance === 'count',
      tokens: p.tokens,
      rowBits: p.centroids * p.crossingBits,
      key: bitSelect('crossings_operation', index - 1, 0, operation),
      row: bitSelect('query_number', index - 1, 0, operation),
      lengthKey: bitSelect('length', index - 1, 0, count),
      lanes: trees.map((tree, n) => ({
        ...tree,
        n,
        // Lanes beyond the last token have no key.
        hasKeys: n < p.tokens,
        lane: laneBits > 0 ? bitSelect('key', Math.min(laneBits, index) - 1, 0, index) : '',
        laneBits: Math.min(laneBits, index),
      })),
      sums: trees.map(({ sum }) => sum).toReversed(),
      wordOfKey: wordOf('key'),
      wordOfEnd: wordOf('end_key'),
      severalWords,
      spare,
      subspaces: Array.from({ length: p.subspaces }, (_, m) => ({
        m,
        given: elementOf('crossings_winners', idBits(p), m, p.subspaces),
        codes: elementOf('codes', p.centroids * p.crossingBits, m, p.subspaces),
      })),
      several: p.subspaces > 1,
      subspaceBits: indexBits(p.subspaces),
      places,
      placesPad: `${places - idBits(p)}'d0`,
      stages: Array.from({ length: stages }, (_, i) => ({ i, before: i - 1 })),
      end: stages - 1,
    };
  },
  *model(p, io): Process {
    if (!(yield* io.prune.read())) {
      io.encoded.set(1);
      return;
    }
    const length = yield* io.length.read();
    const causal = yield* io.causal.read();
    const keys: number[][] = [];
    while (keys.length < length) keys.push(Array.from((yield* io.crossings.take()).winners));
    io.encoded.set(1);
    const products = p.relevance === 'table' ? yield* takeProducts(p, io.products) : [];
    for (;;) {
      const { codes, winners, operation } = yield* io.crossings.take();
      const worth = (m: number, centroid: number): number => {
        if (p.relevance === 'count') return centroid === winners[m] ? 1 : 0;
        return p.relevance === 'table' ? products[m]![winners[m]!]![centroid]! : codes[m * p.centroids + centroid]!;
      };
      const sight = causal ? operation - p.tokens + 1 : length;
      const relevances = keys.slice(0, sight).map((key) => key.reduce((sum, id, m) => sum + worth(m, id), 0));
      const count = Math.ceil(sight / p.lanes);
      for (let word = 0; word < count; word++) {
        const some = relevances.slice(word * p.lanes, (word + 1) * p.lanes);
        const filled = Array.from({ length: p.lanes }, (_, lane) => some[lane] ?? 0);
        io.relevances.put({ word, relevances: filled, last: word === count - 1 ? 1 : 0 });
      }
    }
  },
});

/** Bits of what a centroid is worth to a query. */
const worthBits = (p: Pick<Parameters, 'relevance' | 'crossingBits'>): number =>
  p.relevance === 'count' ? 1 : p.crossingBits;

/** The sum of a lane's key over all subspaces, as Verilog: what is added, the adders, the sum and the sign that it does not have. */
function laneTree(p: Parameters, lane: number) {
  const own = (text: string): string => text.replaceAll(/\b(?=(?:worth|sum)\d)/g, `lane${lane}_`);
  const operands = Array.from({ length: p.subspaces }, (_, m) => `worth${m}`);
  const { nodes, root } = adderTree(operands, worthBits(p) + 1, treeStep);
  const named = nodes.map((n) => ({ ...n, name: own(n.name), expression: own(n.expression) }));
  const sumBits = root.width - 1;
  const zeros = relevanceBits(p) - sumBits;
  const sum = `${own(root.name)}[${sumBits - 1}:0]`;
  return {
    worths: operands.map((name, m) => ({
      name: own(name),
      m,
      id: elementOf(`memories${lane}_read_data`, idBits(p), m, p.subspaces),
      winner: elementOf('winners', idBits(p), m, p.subspaces),
    })),
    wires: named.filter((n) => !n.registered),
    registers: named.filter((n) => n.registered),
    sum: zeros > 0 ? `{ ${zeros}'d0, ${sum} }` : sum,
    sign: `${own(root.name)}[${sumBits}]`,
  };
}

/** A whole table, in any order: `[subspace, centroid of the query, centroid of the key]`. */
function* takeProducts(
  p: Parameters,
  from: Reader<ReturnType<typeof productsPayload>>,
): Generator<void, ArrayLike<number>[][], void> {
  const table: ArrayLike<number>[][] = Array.from({ length: p.subspaces }, () => []);
  for (let n = 0; n < p.subspaces * p.centroids; n++) {
    const { subspace, column, products } = yield* from.take();
    table[subspace]![column] = products;
  }
  return table;
}
