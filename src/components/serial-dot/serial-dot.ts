import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { type AdderTree, signExtend, wideAdder } from '../adder-tree.ts';
import { bitSelect, elementOf } from '../bit-select.ts';
import {
  bitsLeft,
  dotBits,
  dotShape,
  groupRules,
  groupsOf,
  keyPayload,
  outcomePayload,
  reachBits,
  soughtPayload,
  widthRules,
} from '../dot-payloads.ts';
import { indexBits } from '../payloads.ts';

const { tokens, dim, queryBits, keyBits, groupBits } = dotShape;
const parameters = z.strictObject({ tokens, dim, queryBits, keyBits, groupBits });
type Parameters = z.output<typeof parameters>;

/**
 * A bit-serial dot-product unit with early termination (LeOPArd). A key in sign and magnitude goes by in groups of `groupBits` bits, most
 * significant first; the first group holds the sign. After each group, with r bits of the magnitudes left,
 *
 *     partial = sum over i of q_i * s_i * floor(|k_i| / 2^r) * 2^r
 *     margin  = (2^r - 1) * C,   C = sum of |q_i| where q_i * s_i > 0
 *
 * partial + margin is the largest dot product that any key with these first bits can have, as only terms of that sign can
 * still add to it. When it is below the threshold, the key is pruned at once: what is given up is never above the threshold,
 * so no result changes.
 *
 * The hardware multiplies by no sign. With n_i = 1 for a negative key element, and u_i a bit of its magnitude, inverted where n_i is 1,
 *
 *     s_i * bit = u_i - n_i,   so  sum of q_i * s_i * bit = (sum of q_i where u_i) - B,   B = sum of q_i where n_i
 *     C = (sum of q_i where q_i > 0) - B
 *
 * so that an element takes an exclusive or, and for every bit of a group an AND and its part of an adder tree. In the first group
 * the sign is in the place of a bit, and that bit's tree gives B; the sum of the positive elements comes with the query.
 *
 * One group a cycle, decided in that cycle, so that the next key begins in the cycle that follows, whichever group was
 * the last. (To cut the path from the adder tree to the decision one would work on two keys in turn; that doubles the registers
 * of a unit and gives the same number of keys a cycle.) The unit has its own copy of the query: slow units still work on the last query
 * while others have begun with the next.
 */
export const serialDot = defineComponent({
  name: 'serial_dot',
  summary:
    "Multiplies a query by one key, a few bits of each of the key's elements a cycle, most significant first, and drops the key as soon as the bits to come cannot bring the dot product to the threshold any more.",
  parameters,
  rules: [...widthRules, ...groupRules],
  ports: (p) => ({
    prune: input(wire(bits(1))),
    query: input(stream(soughtPayload(p))),
    keys: input(stream(keyPayload(p))),
    outcome: output(stream(outcomePayload(p))),
    stalled: output(counter(1)),
  }),
  template: { file: 'serial-dot/serial-dot.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    GROUP: indexBits(groupsOf(p)),
    DOT: dotBits(p),
    QUERY: p.queryBits,
    BITS: p.groupBits,
    WORD: groupsOf(p) * p.groupBits,
    PRODUCT: p.queryBits + p.keyBits - 1,
    CODE: p.keyBits,
    REACH: reachBits(p),
    SUM: planeTree(p, 0).root.width,
  }),
  view: (p) => {
    const groups = groupsOf(p);
    const padding = groups * p.groupBits - p.keyBits;
    const planes = Array.from({ length: p.groupBits }, (_, b) => {
      const { nodes, root } = planeTree(p, b);
      return { b, weight: p.groupBits - 1 - b, place: groups * p.groupBits - 1 - b, sums: nodes, root: root.name };
    });
    const products = wideAdder(taps(p, 'product'), p.queryBits + p.keyBits - 1);
    return {
      taps: Array.from({ length: p.dim }, (_, i) => ({
        i,
        query: elementOf('query_data', p.queryBits, i, p.dim),
        sign: bitSelect('keys_data', p.keyBits * (i + 1) - 1, p.keyBits * (i + 1) - 1, p.keyBits * p.dim),
        magnitude: bitSelect('keys_data', p.keyBits * (i + 1) - 2, p.keyBits * i, p.keyBits * p.dim),
      })),
      padding,
      planes,
      planesSum: planes.map(({ b, weight }) => (weight ? `(wide${b} <<< ${weight})` : `wide${b}`)).join(' + '),
      signs: planes[0]!.root,
      wideSigns: signExtend('negative_now', planeTree(p, 0).root.width, dotBits(p)),
      wideSum: signExtend('group_sum', planeTree(p, 0).root.width + p.groupBits, dotBits(p)),
      products: products.nodes,
      whole: products.root.name,
      serial: groups > 1,
      groups: Array.from({ length: groups }, (_, t) => {
        const left = p.keyBits - p.groupBits * (t + 1);
        return { t, left: bitsLeft(p, t), back: Math.max(0, -left), isLast: t === groups - 1 };
      }),
      lastGroup: groups - 1,
    };
  },
  *model(p, io): Process {
    const prune = yield* io.prune.read();
    let query: { data: ArrayLike<number>; threshold: number } | undefined;
    for (;;) {
      const { data, index, number, fresh } = yield* io.keys.take();
      if (fresh) query = yield* io.query.take();
      const { group, dot, keep } = decide(p, query!.data, data, prune ? query!.threshold : -Infinity);
      io.outcome.put({ index, number, group, dot, keep });
    }
  },
});

/** What becomes of a key (its codes), from the formulas. */
function decide(
  p: Parameters,
  query: ArrayLike<number>,
  key: ArrayLike<number>,
  threshold: number,
): { group: number; dot: number; keep: number } {
  const top = 2 ** (p.keyBits - 1);
  const taps = Array.from(query, (q, i) => ({ turned: key[i]! >= top ? -q : q, magnitude: key[i]! % top }));
  const concordant = taps.reduce((sum, { turned }) => sum + Math.max(0, turned), 0);
  for (let group = 0; ; group++) {
    const unit = 2 ** bitsLeft(p, group);
    const dot = taps.reduce((sum, t) => sum + t.turned * Math.floor(t.magnitude / unit) * unit, 0);
    const below = dot + (unit - 1) * concordant < threshold;
    if (below || unit === 1) return { group, dot, keep: below ? 0 : 1 };
  }
}

const taps = (p: Parameters, name: string): string[] => Array.from({ length: p.dim }, (_, i) => `${name}${i}`);

/** The sum of the query's elements whose key has a 1 in place `b` of the group, most significant first. */
const planeTree = (p: Parameters, b: number): AdderTree => wideAdder(taps(p, `met${b}n`), p.queryBits, `plane${b}sum`);
