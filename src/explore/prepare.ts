/** From a user's tensors and threshold to the heads that a design is run with. */
import type { AttentionHead, Integers } from '../architectures/head.ts';
import { type Problem, ProblemsError } from '../errors.ts';
import { mix } from '../numerics/random.ts';
import { defaultScheme, prepareHead, type QuantisedHead } from '../workload/quantise.ts';
import type { AttentionTensors } from '../workload/tensors.ts';
import { integerThresholds, thresholdForKeep } from '../workload/thresholds.ts';
import type { HeadDesign } from './head-design.ts';
import { checkPrediction, predictionFor } from './prediction.ts';
import type { AttentionSetting } from './setting.ts';

export interface PreparedHead {
  readonly head: AttentionHead;
  readonly quantised: QuantisedHead;
  /** In units of the real score; undefined with pruning off. */
  readonly threshold: number | ArrayLike<number> | undefined;
  /** How much of the real score one unit of what thresholds are compared with stands for, a query. */
  readonly scoreUnits: Float64Array;
}

/** Throws PR0601 when the tensors do not fit the design. */
export function checkSizes(design: HeadDesign, tensors: AttentionTensors, validLength: number): void {
  const problems: Problem[] = [];
  if (tensors.dim !== design.dim) {
    const message = `the tensors have head dimension ${tensors.dim}, the design has ${design.dim}.`;
    problems.push({ code: 'PR0601', path: 'dim', message, fix: `set dim to ${tensors.dim}, or leave it to be sized.` });
  }
  if (validLength > design.tokens) {
    const message = `the tensors have ${validLength} tokens, the design holds at most ${design.tokens}.`;
    const fix = `set tokens to ${validLength} or more, or leave it to be sized.`;
    problems.push({ code: 'PR0601', path: 'tokens', message, fix });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** The noise seed of a head. */
export const headSeed = (seed: number, head: number): number => mix((seed ^ mix(head + 1)) >>> 0);

/**
 * Quantises a head and finds its integer thresholds. Throws PR0603 for a design that predicts relevance without a codebook, and for
 * settings that only such a design takes.
 */
export function prepare(
  design: HeadDesign,
  tensors: AttentionTensors,
  index: number,
  setting: AttentionSetting,
): PreparedHead {
  checkPrediction(design, setting);
  const { causal, validLength, pruning } = setting;
  const { tokens, dim } = tensors;
  const shape = { tokens, dim, validLength, causal };
  const quantised = prepareHead(tensors.head(index), shape, setting.scheme ?? defaultScheme, design.widths);
  const noiseSeed = headSeed(setting.seed, index);
  const prediction = design.codebook && predictionFor(design, quantised, index, setting);
  const score = prediction ? prediction.score(noiseSeed) : design.score;
  const scales = prediction?.scales ?? quantised;
  const threshold =
    pruning.kind === 'threshold'
      ? pruning.perHead[index]
      : pruning.kind === 'keep'
        ? thresholdForKeep({
            score,
            head: { ...quantised, ...scales },
            validLength,
            causal,
            fraction: pruning.fraction,
          }).threshold
        : undefined;
  const limits =
    threshold === undefined ? new Float64Array(tokens) : integerThresholds(score, { ...scales, threshold });
  const rows = (x: Integers) => x.subarray(0, validLength * dim);
  return {
    quantised,
    threshold,
    scoreUnits: Float64Array.from(scales.scoreScale.subarray(0, validLength), (scale) => scale * score.unit),
    head: {
      length: validLength,
      causal,
      prune: pruning.kind !== 'off',
      scoreShift: quantised.shift,
      expShift: quantised.expShift,
      noiseSeed,
      q: rows(quantised.q),
      k: rows(quantised.k),
      v: rows(quantised.v),
      multiplier: quantised.multiplier.subarray(0, validLength),
      threshold: limits.subarray(0, validLength),
      ...(setting.measured ? { measured: setting.measured(index, validLength) } : {}),
      ...prediction?.settings,
    },
  };
}
