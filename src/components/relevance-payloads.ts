/** What the parts of a product-quantised relevance predictor tell each other: codebooks, crossings, relevances, kept sets. */
import type { z } from 'zod';
import { bits, flag, payload, signed, vector } from '../dsl/kinds.ts';
import type { Rule } from '../dsl/component.ts';
import { choice, integer, powerOfTwo } from '../dsl/parameters.ts';
import { clog2 } from '../numerics/fixed.ts';
import { indexBits } from './payloads.ts';

/** Parameters that several parts share. */
export const relevanceShape = {
  tokens: integer({
    description: 'most tokens of a head',
    unit: 'tokens',
    min: 1,
    max: 4096,
    default: 512,
    source: "implementer's choice",
  }),
  dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
  subspaces: integer({
    description: 'parts that a vector is cut into, each quantised by itself',
    min: 1,
    max: 64,
    default: 8,
    source: 'not published; inferred',
  }),
  centroids: powerOfTwo({
    description: 'centroids of a subspace, each a column of its crossbar',
    min: 2,
    max: 256,
    default: 16,
    source: 'not published; inferred',
  }),
  cellBits: integer({
    description: 'bits of a cell; two cells of opposite sign hold an element of a centroid',
    unit: 'bits',
    min: 1,
    max: 7,
    default: 4,
    source: 'not published; inferred',
  }),
  dacBits: integer({
    description: "bits of a vector's element that drive a word line",
    unit: 'bits',
    min: 1,
    max: 8,
    default: 4,
    source: 'not published; inferred',
  }),
  crossingBits: integer({
    description: 'bits that a crossing time is told in: columns closer than that are alike to the winner-take-all',
    unit: 'bits',
    min: 2,
    max: 12,
    default: 8,
    source: 'not published; inferred',
  }),
  relevance: choice(['asymmetric', 'table', 'count'], {
    description:
      'what a key is worth to a query: the sum over subspaces of the query with the centroid of the key, of the centroids of both (a table), or the number of subspaces in which both have the same centroid',
    default: 'asymmetric',
    source: 'not published; chosen by what it predicts: docs/hardsea.md',
  }),
  lanes: powerOfTwo({
    description: 'keys whose relevance is found in a cycle',
    unit: 'keys',
    min: 1,
    max: 64,
    default: 32,
    source: "implementer's choice: prediction keeps ahead of the queries that keep few keys",
  }),
};

export type RelevanceShape = { [K in keyof typeof relevanceShape]: z.output<(typeof relevanceShape)[K]> };
type Pick1<K extends keyof RelevanceShape> = Pick<RelevanceShape, K>;

/** Elements of a vector that belong to a subspace. */
export const subspaceDim = (p: Pick1<'dim' | 'subspaces'>): number => p.dim / p.subspaces;

/** Bits of a centroid's number. */
export const idBits = (p: Pick1<'centroids'>): number => clog2(p.centroids);

/** Bits of a relevance: a sum of crossing codes. */
export const relevanceBits = (p: Pick1<'crossingBits' | 'subspaces'>): number => p.crossingBits + clog2(p.subspaces);

/** Word lines beside those of the vector, which add -|c|^2/2: as many at full drive as that can take, and one at the least drive. */
export const biasRows = (p: Pick1<'dim' | 'subspaces'>): number => Math.ceil(subspaceDim(p) / 2) + 1;

/** Word lines of a crossbar. */
export const codebookRows = (p: Pick1<'dim' | 'subspaces'>): number => subspaceDim(p) + biasRows(p);

/** Words of `lanes` keys. */
export const keyWords = (p: Pick1<'tokens' | 'lanes'>): number => Math.ceil(p.tokens / p.lanes);

export const subspaceRules: Rule<Pick1<'dim' | 'subspaces'>>[] = [
  {
    path: 'subspaces',
    holds: (p) => p.dim % p.subspaces === 0,
    message: (p) => {
      const even = Array.from({ length: p.dim }, (_, n) => n + 1).filter((n) => p.dim % n === 0);
      return `${p.subspaces} subspaces do not divide a vector of ${p.dim} elements evenly; ${even.join(', ')} do.`;
    },
  },
];

/**
 * A column of a codebook. `cells`: the centroid's elements and then the bias rows, each the difference of a pair of cells,
 * -(2^cellBits - 1) to 2^cellBits - 1. `products` (of the `table` form only): what each centroid of the subspace is worth to a query of this
 * one, in units of a crossing code.
 */
export const codebookPayload = (
  p: Pick1<'dim' | 'subspaces' | 'centroids' | 'cellBits' | 'relevance' | 'crossingBits'>,
) =>
  payload('codebook', {
    subspace: bits(indexBits(p.subspaces)),
    column: bits(idBits(p)),
    cells: vector(codebookRows(p), signed(p.cellBits + 1)),
    ...(p.relevance === 'table' ? { products: vector(p.centroids, bits(p.crossingBits)) } : {}),
  });

/** A row of the table of products: what each centroid of the subspace is worth to a query of this one. */
export const productsPayload = (p: Pick1<'subspaces' | 'centroids' | 'crossingBits'>) =>
  payload('products', {
    subspace: bits(indexBits(p.subspaces)),
    column: bits(idBits(p)),
    products: vector(p.centroids, bits(p.crossingBits)),
  });

/**
 * A vector on the word lines, an element x driving the level 2x+1. `bias`: the bias rows are driven too, as for finding the nearest centroid.
 * `ramp`: the reference falls by 2^ramp units of current in a step of time. `operation` numbers what is driven in a head:
 * key j is j, query i is tokens + i.
 */
export const drivePayload = (p: Pick1<'tokens' | 'dim' | 'dacBits'>) =>
  payload('drive', {
    levels: vector(p.dim, signed(p.dacBits)),
    bias: flag(),
    ramp: bits(5),
    operation: bits(indexBits(2 * p.tokens)),
  });

/** The crossing code of every column, subspace by subspace, and the first column of each with the largest. */
export const crossingPayload = (p: Pick1<'tokens' | 'subspaces' | 'centroids' | 'crossingBits'>) =>
  payload('crossing', {
    codes: vector(p.subspaces * p.centroids, bits(p.crossingBits)),
    winners: vector(p.subspaces, bits(idBits(p))),
    operation: bits(indexBits(2 * p.tokens)),
  });

/** What is to be found for a query: in order of rows. `threshold`: the least relevance that is kept. */
export const soughtRelevancePayload = (p: Pick1<'tokens' | 'crossingBits' | 'subspaces'>) =>
  payload('sought_relevance', { row: bits(indexBits(p.tokens)), threshold: signed(relevanceBits(p) + 2) });

/**
 * The relevances of keys word * lanes to word * lanes + lanes - 1, unspecified past the head's length (or the causal mask). `last` ends the
 * packet of a query: its words are all that hold a key which the query may see, in order.
 */
export const relevancePayload = (p: Pick1<'tokens' | 'lanes' | 'crossingBits' | 'subspaces'>) =>
  payload('relevance', {
    word: bits(indexBits(keyWords(p))),
    relevances: vector(p.lanes, bits(relevanceBits(p))),
    last: flag(),
  });

/**
 * Which of a word's keys are kept. Words without any are left out, but where a query keeps no key at all: then there is one, with
 * an empty mask. `last` ends the packet of a query.
 */
export const keptWordPayload = (p: Pick1<'tokens' | 'lanes'>) =>
  payload('kept_word', { word: bits(indexBits(keyWords(p))), keep: vector(p.lanes, bits(1)), last: flag() });

/** Whether a query keeps any key, in order of queries. */
export const presencePayload = () => payload('presence', { keeps: flag() });

/** A kept key; `last` ends the packet of a query, which has one at least. */
export const keptKeyPayload = (tokens: number) => payload('kept_key', { index: bits(indexBits(tokens)), last: flag() });

/** A query as the SRAM-CIM takes it. */
export const gatherQueryPayload = (dimension: number) =>
  payload('gather_query', { data: vector(dimension, signed(8)) });
