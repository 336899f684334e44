/** Ways that the keys and values of a head are divided among, by the last bits of their numbers. */
import { powerOfTwo } from '../../dsl/parameters.ts';
import { bitSelect } from '../bit-select.ts';
import { indexBits } from '../payloads.ts';

/**
 * Kept keys of a query that go on in a cycle. Values are divided among the ways by their number, not copied: each has a softmax and a value
 * unit for its own, and the largest score and the sums are those of all ways, as with SPRINT's CORELETs.
 */
export const valueWays = powerOfTwo({
  description:
    'softmaxes and value units among which the keys and values of a head are divided: as many kept keys of a query can go on in a cycle; not more than there are tokens',
  min: 1,
  max: 4,
  default: 1,
  source: "implementer's choice; SPRINT divides tokens among its CORELETs so",
});

/** The ways of a design: not more than there are tokens. */
export const waysOf = (p: Divided): number => Math.min(p.valueWays, 2 ** Math.floor(Math.log2(p.tokens)));

/** What is divided. */
interface Divided {
  readonly tokens: number;
  readonly valueWays: number;
}

/** Keys of a head that a way has: those whose numbers give its own when divided by the number of ways. */
export const localTokens = (p: Divided): number => Math.ceil(p.tokens / p.valueWays);

/** Verilog: whether the token of a number belongs to a way; empty where there is one way only. */
export const belongs = (index: string, way: number, p: Divided): string => {
  const bits = Math.log2(p.valueWays);
  return bits === 0 ? '' : `${bitSelect(index, bits - 1, 0, indexBits(p.tokens))} == ${bits}'d${way}`;
};

/** Verilog: the number of a token among those of its way. */
export const numberInWay = (index: string, p: Divided): string => {
  const all = indexBits(p.tokens);
  const low = Math.log2(p.valueWays);
  return low < all ? bitSelect(index, all - 1, low, all) : "1'b0";
};
