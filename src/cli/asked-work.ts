/** What `estimate` and `power` have a design do: heads that are given, or random ones of its own sizes. */
import { z } from 'zod';

import { type Problem, ProblemsError } from '../errors.ts';
import { needHeads } from '../explore/attention.ts';
import { headDesign, type HeadDesign } from '../explore/head-design.ts';
import { normalTensors } from '../workload/synthetic.ts';
import { type AttentionTensors, loadAttention } from '../workload/tensors.ts';
import { hasCodebook } from './codebook.ts';
import type { Design } from './designs.ts';
import { realNumber, wholeNumber } from './options.ts';
import type { SettingOptions } from './run.ts';

const file = z.string('a file is needed').min(1).optional();
export const workOptions = {
  q: file,
  k: file,
  v: file,
  keep: realNumber(0, 1).optional(),
  dense: z.boolean().default(false),
  codebook: z.string().min(1).optional(),
  causal: z.boolean().default(false),
  seed: wholeNumber(0, 2 ** 32 - 1),
};
type WorkOptions = z.output<z.ZodObject<typeof workOptions>> & { readonly heads?: number | undefined };

/** Throws PR0708 for options that do not go together. */
export function checkWork(o: WorkOptions): void {
  const tensors = (['q', 'k', 'v'] as const).filter((name) => o[name] !== undefined);
  const problems: Problem[] = [];
  const add = (path: string, message: string, fix: string) => problems.push({ code: 'PR0708', path, message, fix });
  if (tensors.length === 1 || tensors.length === 2) {
    add(`--${tensors[0]}`, 'goes with the two others of --q, --k and --v.', 'give all three, or none of them.');
  }
  if (tensors.length > 0 && o.heads !== undefined) add('--heads', 'is what the tensors say.', 'leave it out.');
  if (o.dense && o.keep !== undefined) add('--keep', 'cannot be used together with --dense.', 'leave one of them out.');
  if (problems.length > 0) throw new ProblemsError(problems);
}

export interface Work {
  readonly sizes: HeadDesign;
  readonly tensors: AttentionTensors;
  readonly settings: SettingOptions;
  /** In words. */
  readonly text: string;
}

/** Throws PR0602 for a design that is no attention accelerator. */
export function workOf(design: Design, options: WorkOptions): Work {
  const { q, k, v, heads = 1, seed, causal, dense, keep = 0.25 } = options;
  const sizes = needHeads(headDesign(design.part, design.name, design.machine), design.label);
  const given = q !== undefined && k !== undefined && v !== undefined;
  const tensors = given ? loadAttention({ q, k, v }) : normalTensors(heads, sizes.tokens, sizes.dim, seed);
  const codebook = options.codebook ?? (hasCodebook(design) && !dense ? 'self' : undefined);
  const whose = given ? 'the tensors' : `${heads} random ${heads === 1 ? 'head' : 'heads'}, seed ${seed}`;
  return {
    sizes,
    tensors,
    settings: {
      ...(dense ? { dense } : { keep }),
      // Of random heads nothing says that other sizes would do better.
      ...(given ? {} : { sizes: sizes.codebook }),
      causal,
      seed,
      codebook,
      scheme: 'best',
      validLength: undefined,
    },
    text: `${whose}, ${dense ? 'nothing pruned' : `${100 * keep} % kept`}`,
  };
}
