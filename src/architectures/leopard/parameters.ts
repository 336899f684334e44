import { z } from 'zod';
import { dotShape, groupRules, widthRules, widthsOf } from '../../components/dot-payloads.ts';
import { accumulatorBits, resultBits, sumBits, weightBits } from '../../components/payloads.ts';
import type { Rule } from '../../dsl/component.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';

/** Everything there is to choose about LeOPArd. */
export const leopardParameters = z.strictObject({
  ...dotShape,
  outcomeQueue: integer({
    description: 'outcomes of a dot-product unit that wait for their turn, beside the one in its output register',
    unit: 'keys',
    min: 2,
    max: 64,
    default: 16,
    source: "implementer's choice",
  }),
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
    source: 'SPRINT Fig. 7; not known of LeOPArd',
  }),
  contexts: powerOfTwo({
    description: 'queries whose scores are held at once',
    unit: 'queries',
    min: 2,
    max: 16,
    default: 4,
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
});

export type LeopardParameters = z.output<typeof leopardParameters>;
export type LeopardInput = z.input<typeof leopardParameters>;

/** Sizes that follow from the parameters. */
export function leopardShape(p: LeopardParameters) {
  return {
    widths: widthsOf(p),
    /** Banks of the key memory: not more than there are keys. */
    banks: Math.min(p.banks, 2 ** Math.floor(Math.log2(p.tokens))),
    /** Elements of an output beat. */
    lanes: Math.ceil(p.dim / p.outputBeats),
    accumulator: accumulatorBits(weightBits, p.tokens, p.valueBits),
    sum: sumBits(weightBits, p.tokens),
    /** Of an output element, which is a mean of values in 16 bits. */
    fractionBits: resultBits - p.valueBits,
  };
}

export const leopardRules: Rule<LeopardParameters>[] = [
  ...widthRules,
  ...groupRules,
  {
    path: 'outputBeats',
    holds: (p) => p.outputBeats <= p.dim,
    message: (p) =>
      `${p.outputBeats} beats are more than the ${p.dim} elements of an output vector; at most ${p.dim} make sense.`,
  },
];

/**
 * The published configurations, area-efficient and high-performance, and what they are measured against: the same
 * tile with bit-parallel multipliers, one key a cycle, to be run with pruning off.
 */
export const leopardPresets = {
  'leopard-ae': { units: 6 },
  'leopard-hp': { units: 8 },
  'leopard-baseline': { units: 1, groupBits: 12 },
} satisfies Record<string, LeopardInput>;
