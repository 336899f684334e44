/** Sizes of attention over kept keys, which its parts share. */
import { integer, powerOfTwo } from '../../dsl/parameters.ts';

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
  outputBeats: integer({
    description: 'cycles over which the elements of an output vector leave',
    unit: 'cycles',
    min: 1,
    max: 64,
    default: 4,
    source: "implementer's choice",
  }),
};

/** Elements of an output beat. */
export const outputLanes = (p: { readonly dim: number; readonly outputBeats: number }): number =>
  Math.ceil(p.dim / p.outputBeats);
