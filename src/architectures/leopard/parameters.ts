import { z } from 'zod';
import { dotShape, groupRules, widthRules, widthsOf } from '../../components/dot-payloads.ts';
import { keptAttentionShape, outputLanes } from '../../components/kept-attention/shape.ts';
import { valueWays } from '../../components/kept-attention/ways.ts';
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
  /** The largest power of two that is not more than there are keys. */
  const most = 2 ** Math.floor(Math.log2(p.tokens));
  return {
    widths: widthsOf(p),
    /** Banks of the key memory, and ways of the values. */
    banks: Math.min(p.banks, most),
    valueWays: Math.min(p.valueWays, most),
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
