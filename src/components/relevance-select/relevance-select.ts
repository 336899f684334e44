import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { bitSelect } from '../bit-select.ts';
import { oneHotToIndex } from '../find-first.ts';
import { indexBits } from '../payloads.ts';
import {
  keptWordPayload,
  keyWords,
  relevanceBits,
  relevancePayload,
  relevanceShape,
  soughtRelevancePayload,
} from '../relevance-payloads.ts';
import { memoryBus } from '../sram/sram.ts';

const { tokens, subspaces, crossingBits, lanes } = relevanceShape;
const parameters = z.strictObject({ tokens, subspaces, crossingBits, lanes });
type Parameters = z.output<typeof parameters>;

/** Bits that are counted in one pass. */
const digitBits = 4;

/** Digits of a relevance; all but the first, which may be shorter, have `digitBits`. */
export const relevanceDigits = (p: Pick<Parameters, 'crossingBits' | 'subspaces'>): number =>
  Math.ceil(relevanceBits(p) / digitBits);

/**
 * Decides which keys a query keeps. W words hold the keys that it may see; D = `relevanceDigits`.
 *
 * **Without ranking** (pruning is off, or `top_k` is 0 or not below the number of keys that the query may see) a word is compared in the
 * cycle in which it is taken: one a cycle, and the next query's first word follows the last. With pruning off the words are counted and no
 * relevances are read.
 *
 * **With ranking** the relevances are put in memory as they come, and counted by their most significant digit. Digit by digit that gives
 * the relevance of the last key which is kept: each of the other D - 1 digits is counted in a pass over the memory, among the keys that agree
 * with it so far. A last pass compares, and takes of the keys with just that relevance as many as are missing, the lowest first. From
 * the last word of one pass to the first of the next there are 3 cycles: to count, to find the digit, to read. With the
 * first word taken in cycle s, word w is compared in s + D (W + 2) + w, and the next query's first word is taken in s + D (W + 2) + W.
 * Only the last pass waits for what is behind it.
 *
 * **Behind the comparison** are three registers in a row, each of which takes a word when it is empty or its own moves on: compared, ranked
 * (which of equal keys are kept), and held. A word without kept keys is dropped from the second one, unless it is the query's last and nothing
 * is held. A held word can leave when it is known whether it is the query's last: at once if it is the last of the W,
 * otherwise as soon as the second register has one that keeps a key, or the last of the W. Compared in cycle c, a word is thus at
 * the output in c + 3, if it is the last of the W, or else 2 cycles after that other one was compared, which is c + 3 if it is
 * the next one.
 *
 * What is sought is taken in the cycle in which the query's last word is compared. The word of a query that keeps nothing is the last of the W.
 */
export const relevanceSelect = defineComponent({
  name: 'relevance_select',
  summary:
    "Keeps the keys whose relevance reaches a query's threshold, or those of the largest relevances by counting selection, and tells which, word by word.",
  parameters,
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    causal: input(wire(bits(1))),
    prune: input(wire(bits(1))),
    top_k: input(wire(bits(indexBits(p.tokens + 1)))),
    diagonal: input(wire(bits(1))),
    sought: input(stream(soughtRelevancePayload(p))),
    relevances: input(stream(relevancePayload(p), 'packet')),
    words: output(stream(keptWordPayload(p), 'packet')),
    memory: master(memoryBus(keyWords(p), p.lanes * relevanceBits(p))),
  }),
  template: { file: 'relevance-select/relevance-select.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    COUNT: indexBits(p.tokens + 1),
    WORD: indexBits(keyWords(p)),
    LANES: p.lanes,
    SOME: indexBits(p.lanes + 1),
    WIDE: Math.max(indexBits(p.tokens + 1), indexBits(p.lanes + 1)),
    RELEVANCE: relevanceBits(p),
    DIGITS: relevanceDigits(p),
  }),
  view: (p) => {
    const index = indexBits(p.tokens);
    const count = indexBits(p.tokens + 1);
    const laneBits = clog2(p.lanes);
    const some = indexBits(p.lanes + 1);
    const wide = Math.max(count, some);
    const wordOf = (key: string): string => (keyWords(p) > 1 ? bitSelect(key, index - 1, laneBits, index) : "1'b0");
    // Lanes beyond the last token have no key.
    const laneOf = (key: string): string =>
      laneBits > index ? pad(key, index, laneBits) : bitSelect(key, laneBits - 1, 0, index);
    const prefix = prefixCounts(p.lanes, some);
    return {
      row: pad('sought_row', index, count),
      lengthKey: bitSelect('length', index - 1, 0, count),
      several: p.lanes > 1,
      endWord: wordOf('end_key'),
      endLane: laneOf('end_key'),
      ownWord: wordOf('sought_row'),
      ownLane: laneOf('sought_row'),
      laneBits,
      lanes: Array.from({ length: p.lanes }, (_, l) => ({
        l,
        high: relevanceBits(p) * (l + 1) - 1,
        low: relevanceBits(p) * l,
      })),
      digits: digitsOf(p),
      severalDigits: relevanceDigits(p) > 1,
      levels: Array.from({ length: 2 ** digitBits - 1 }, (_, i) => ({ d: i + 1, next: i + 2, isLast: i === 14 })),
      ones: Array.from({ length: p.lanes }, (_, i) => {
        const bit = p.lanes > 1 ? `set[${i}]` : 'set';
        return pad(bit, 1, some);
      }),
      digitOf: oneHotToIndex('digit_of', 2 ** digitBits, digitBits),
      onesBefore: wide > some ? `{ ${wide - some}'d0, ` : '',
      onesAfter: wide > some ? ' }' : '',
      sums: prefix.sums,
      ranks: prefix.counts.map((name) => pad(name, some, wide)).toReversed(),
      all: pad(prefix.counts.at(-1)!, some, wide),
      topK: pad('top_k', count, wide),
      oneKey: keyWords(p) * p.lanes === 1,
      spareFound: relevanceBits(p) < digitBits ? relevanceBits(p) : 0,
    };
  },
  *model(p, io): Process {
    const length = yield* io.length.read();
    const causal = yield* io.causal.read();
    const prune = yield* io.prune.read();
    const topK = yield* io.top_k.read();
    const diagonal = yield* io.diagonal.read();
    for (;;) {
      const { row, threshold } = yield* io.sought.take();
      const visible = causal ? row + 1 : length;
      const relevances: number[] = [];
      for (let last = prune ? 0 : 1; !last; ) {
        const item = yield* io.relevances.take();
        relevances.push(...Array.from(item.relevances));
        last = item.last;
      }
      let kept = Array.from({ length: visible }, (_, key) => key);
      if (prune && topK > 0) {
        kept = kept.toSorted((a, b) => relevances[b]! - relevances[a]! || a - b).slice(0, topK);
      } else if (prune) {
        kept = kept.filter((key) => relevances[key]! >= threshold);
      }
      if (diagonal) kept.push(row);
      const words = Array.from({ length: Math.ceil(visible / p.lanes) }, (_, word) => ({
        word,
        keep: Array.from({ length: p.lanes }, (__, lane) => (kept.includes(word * p.lanes + lane) ? 1 : 0)),
      }));
      const some = words.filter(({ keep }) => keep.includes(1));
      if (some.length === 0) some.push(words.at(-1)!);
      some.forEach((word, n) => io.words.put({ ...word, last: n === some.length - 1 ? 1 : 0 }));
    }
  },
});

/** An expression of `from` bits with zeros in front of it, `to` bits. */
const pad = (expression: string, from: number, to: number): string =>
  to > from ? `{ ${to - from}'d0, ${expression} }` : expression;

/** The digits of a relevance, most significant first. */
function digitsOf(p: Parameters): { i: number; before: number; high: number; low: number; pad: string }[] {
  const count = relevanceDigits(p);
  const top = relevanceBits(p) - 1;
  return Array.from({ length: count }, (_, i) => {
    const low = digitBits * (count - 1 - i);
    const high = Math.min(top, low + digitBits - 1);
    const spare = digitBits - (high - low + 1);
    return { i, before: i - 1, high, low, pad: spare > 0 ? `${spare}'d0, ` : '' };
  });
}

/** Adders that count the ties of the lanes 0 to l, for every l, in as few levels as that takes; the names of these counts. */
function prefixCounts(count: number, width: number) {
  const sums: { name: string; expression: string }[] = [];
  let counts = Array.from({ length: count }, (_, l) => {
    const bit = count > 1 ? `ties[${l}]` : 'ties';
    sums.push({ name: `tie${l}`, expression: pad(bit, 1, width) });
    return `tie${l}`;
  });
  for (let span = 1; span < count; span *= 2) {
    counts = counts.map((name, l) => {
      if (l < span) return name;
      sums.push({ name: `ties${l}within${2 * span}`, expression: `${counts[l - span]!} + ${name}` });
      return `ties${l}within${2 * span}`;
    });
  }
  return { sums, counts };
}
