import { z } from 'zod';
import { dotShape, groupRules, widthRules, widthsOf } from '../../components/dot-payloads.ts';
import { keptAttentionShape, outputLanes } from '../../components/kept-attention/shape.ts';
import { valueWays, waysOf } from '../../components/kept-attention/ways.ts';
import type { Rule } from '../../dsl/component.ts';
import { integer } from '../../dsl/parameters.ts';

/** Everything there is to choose about LeOPArd. */
export const leopardParameters = z.strictObject({
  ...dotShape,
  outcomeQueue: integer({
    description: 'outcomes of a dot-product unit that wait for their turn, beside the one in its output register',
    unit: 'keys',
    min: 2,
    max: 512,
    default: 16,
    source: "implementer's choice",
  }),
  ...keptAttentionShape,
  valueWays,
});

export type LeopardParameters = z.output<typeof leopardParameters>;
export type LeopardInput = z.input<typeof leopardParameters>;

/** Sizes that follow from the parameters. */
export function leopardShape(p: LeopardParameters) {
  return {
    widths: widthsOf(p),
    /** Banks of the key memory: not more than there are keys. */
    banks: Math.min(p.banks, 2 ** Math.floor(Math.log2(p.tokens))),
    /** Ways of the values. */
    valueWays: waysOf(p),
    /** Elements of an output beat. */
    lanes: outputLanes(p),
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
