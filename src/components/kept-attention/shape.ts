/** Sizes of attention over kept keys, which its parts share. */
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { bitSelect } from '../bit-select.ts';
import { indexBits } from '../payloads.ts';

/** Parameters that an accelerator passes on. */
export const keptAttentionShape = {
  scoreQueue: integer({
    description: 'kept keys that wait for the softmax',
    unit: 'keys',
    min: 2,
    max: 256,
    default: 16,
    source: "implementer's choice",
  }),
  scoreBits: integer({
    description: 'bits of a score',
    unit: 'bits',
    min: 4,
    max: 12,
    default: 12,
    source: 'SPRINT Fig. 7; not known of others',
  }),
  contexts: powerOfTwo({
    description: 'queries whose scores are held at once',
    unit: 'queries',
    min: 2,
    max: 16,
    default: 4,
    source: "implementer's choice",
  }),
  valuePaths: integer({
    description:
      'softmaxes and value units, each with a copy of the values, among which the queries are dealt out: a query waits for the one before it only at one path',
    min: 1,
    max: 4,
    default: 1,
    source: "implementer's choice",
  }),
  outputBeats: integer({
    description: 'cycles over which the elements of an output vector leave',
    unit: 'cycles',
    min: 1,
    max: 64,
    default: 4,
    source: "implementer's choice",
  }),
};

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

/** Keys of a head that a way has: those whose numbers give its own when divided by the number of ways. */
export const localTokens = (p: { readonly tokens: number; readonly valueWays: number }): number =>
  Math.ceil(p.tokens / p.valueWays);

/** Elements of an output beat. */
export const outputLanes = (p: { readonly dim: number; readonly outputBeats: number }): number =>
  Math.ceil(p.dim / p.outputBeats);

/** Verilog: whether the token of a number belongs to a way; empty where there is one way only. */
export const belongs = (
  index: string,
  way: number,
  p: { readonly tokens: number; readonly valueWays: number },
): string => {
  const bits = Math.log2(p.valueWays);
  return bits === 0 ? '' : `${bitSelect(index, bits - 1, 0, indexBits(p.tokens))} == ${bits}'d${way}`;
};

/** Verilog: the number of a token among those of its way. */
export const numberInWay = (index: string, p: { readonly tokens: number; readonly valueWays: number }): string => {
  const all = indexBits(p.tokens);
  const low = Math.log2(p.valueWays);
  return low < all ? bitSelect(index, all - 1, low, all) : "1'b0";
};
