/** What the parts of a bit-serial attention front end tell each other: keys, outcomes, survivors. */
import type { z } from 'zod';
import { bits, flag, payload, signed, vector } from '../dsl/kinds.ts';
import type { Rule } from '../dsl/component.ts';
import { integer, powerOfTwo } from '../dsl/parameters.ts';
import { clog2 } from '../numerics/fixed.ts';
import { indexBits } from './payloads.ts';
import type { ElementWidths } from './sequencer/sequencer.ts';

/** Parameters that several parts share. */
export const dotShape = {
  tokens: integer({
    description: 'most tokens of a head',
    unit: 'tokens',
    min: 1,
    max: 4096,
    default: 512,
    source: 'LeOPArd: 48 KB of keys and 64 KB of values are 512 tokens of 64 elements',
  }),
  dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
  queryBits: integer({
    description: "bits of a query's element, two's complement",
    unit: 'bits',
    min: 2,
    max: 16,
    default: 12,
    source: "implementer's choice",
  }),
  keyBits: integer({
    description: "bits of a key's element, sign and magnitude",
    unit: 'bits',
    min: 2,
    max: 16,
    default: 12,
    source: 'LeOPArd: 48 KB of keys hold 512 x 64 elements of 12 bits',
  }),
  valueBits: integer({
    description: "bits of a value's element, two's complement",
    unit: 'bits',
    min: 8,
    max: 16,
    default: 16,
    source: 'LeOPArd: 64 KB of values hold 512 x 64 elements of 16 bits',
  }),
  groupBits: integer({
    description: 'bits of a key that a unit takes in a cycle; as many as a key has make it bit-parallel',
    unit: 'bits',
    min: 1,
    max: 16,
    default: 2,
    source: 'derived from the bound; LeOPArd, bit-serial early termination',
  }),
  units: integer({ description: 'dot-product units', min: 1, max: 16, default: 6, source: 'LeOPArd: 6 (AE), 8 (HP)' }),
  banks: powerOfTwo({
    description: 'banks of the key memory: keys that can be read in a cycle',
    min: 1,
    max: 16,
    default: 16,
    source: "implementer's choice; with 4, units that end keys early wait for the next ones",
  }),
};

type Shape = { [K in keyof typeof dotShape]: z.output<(typeof dotShape)[K]> };

/** Cycles that a key takes when nothing ends it early. */
export const groupsOf = (p: Pick<Shape, 'keyBits' | 'groupBits'>): number => Math.ceil(p.keyBits / p.groupBits);

/** Bits of a key that are still to come after group `t`. */
export const bitsLeft = (p: Pick<Shape, 'keyBits' | 'groupBits'>, t: number): number =>
  Math.max(0, p.keyBits - p.groupBits * (t + 1));

/** Bits of a dot product: at most dim * 2^(queryBits-1) * (2^(keyBits-1) - 1) in magnitude. */
export const dotBits = (p: Pick<Shape, 'dim' | 'queryBits' | 'keyBits'>): number =>
  p.queryBits + p.keyBits - 1 + clog2(p.dim);

/** The widths of what is loaded; a threshold is in the units of the dot product. */
export const widthsOf = (p: Pick<Shape, 'dim' | 'queryBits' | 'keyBits' | 'valueBits'>): ElementWidths => ({
  queryBits: p.queryBits,
  keyBits: p.keyBits,
  valueBits: p.valueBits,
  thresholdBits: dotBits(p),
});

/** Widest dot product: times a multiplier of 16 bits it stays exact in a double, and in the scaling. */
export const mostDotBits = 36;

export const widthRules: Rule<Pick<Shape, 'dim' | 'queryBits' | 'keyBits'>>[] = [
  {
    path: 'dim',
    holds: (p) => dotBits(p) <= mostDotBits,
    message: (p) =>
      `dim = ${p.dim} with queryBits = ${p.queryBits} and keyBits = ${p.keyBits} makes dot products of ${dotBits(p)} bits (queryBits + keyBits - 1 + log2 dim); at most ${mostDotBits} are supported.`,
  },
];

export const groupRules: Rule<Pick<Shape, 'keyBits' | 'groupBits'>>[] = [
  {
    path: 'groupBits',
    holds: (p) => p.groupBits <= p.keyBits,
    message: (p) =>
      `${p.groupBits} bits a cycle are more than the ${p.keyBits} bits of a key; at most ${p.keyBits} make sense.`,
  },
];

/** Queries that may be under way between the key dispatch and the collection of outcomes; their numbers count modulo this. */
export const queriesUnderWay = 4;
/** Bits of such a number. */
export const numberBits = clog2(queriesUnderWay);

/** Bits of the sum of a query's positive elements. */
export const reachBits = (p: Pick<Shape, 'dim' | 'queryBits'>): number => p.queryBits - 1 + clog2(p.dim);

/** A query as a dot-product unit takes it: keys of which q.k is below the threshold are pruned. `reach`: the sum of its positive elements. */
export const soughtPayload = (p: Pick<Shape, 'dim' | 'queryBits' | 'keyBits'>) =>
  payload('sought', {
    data: vector(p.dim, signed(p.queryBits)),
    reach: bits(reachBits(p)),
    threshold: signed(dotBits(p)),
  });

export const reachOf = (query: ArrayLike<number>): number =>
  Array.from(query).reduce((sum, q) => sum + Math.max(0, q), 0);

/** A key for a dot-product unit, its elements in sign and magnitude. `fresh`: the unit takes the next query first. */
export const keyPayload = (p: Pick<Shape, 'tokens' | 'dim' | 'keyBits'>) =>
  payload('key', {
    data: vector(p.dim, bits(p.keyBits)),
    index: bits(indexBits(p.tokens)),
    number: bits(numberBits),
    fresh: flag(),
  });

/** What became of a key: the group that decided, whether it is kept, and the dot product of the bits seen, all of them if kept. */
export const outcomePayload = (p: Pick<Shape, 'tokens' | 'dim' | 'queryBits' | 'keyBits' | 'groupBits'>) =>
  payload('outcome', {
    index: bits(indexBits(p.tokens)),
    number: bits(numberBits),
    group: bits(indexBits(groupsOf(p))),
    dot: signed(dotBits(p)),
    keep: flag(),
  });

/** How many keys a query has. */
export const roundPayload = (tokens: number) => payload('round', { keys: bits(indexBits(tokens + 1)) });

/** A kept key with its exact dot product; `empty`: the query keeps none; `last` ends the query's packet. */
export const survivorPayload = (p: Pick<Shape, 'tokens' | 'dim' | 'queryBits' | 'keyBits'>) =>
  payload('survivor', { index: bits(indexBits(p.tokens)), dot: signed(dotBits(p)), empty: flag(), last: flag() });

/** A kept key of a query that keeps one at least, with its exact dot product; `last` ends the query's packet. */
export const keptDotPayload = (p: Pick<Shape, 'tokens' | 'dim' | 'queryBits' | 'keyBits'>) =>
  payload('kept_dot', { index: bits(indexBits(p.tokens)), dot: signed(dotBits(p)), last: flag() });

/** What turns a query's dot products into scores. */
export const multiplierPayload = () => payload('multiplier', { multiplier: bits(16) });

/** Sign and magnitude of a two's complement number; the one number too small for it becomes the smallest. */
export const signMagnitude = (value: number, width: number): number => {
  const sign = 2 ** (width - 1);
  return value < 0 ? sign + Math.min(sign - 1, -value) : value;
};
