/** What a design that predicts relevance needs besides its quantised head: the codebook as programmed, and how many keys are kept. */
import type { HardseaHead } from '../architectures/hardsea/functional.ts';
import type { AttentionHead } from '../architectures/head.ts';
import { PrunusError } from '../errors.ts';
import { programCodebook, relevanceScore } from '../workload/codebook.ts';
import type { QuantisedHead } from '../workload/quantise.ts';
import type { PruningScore } from '../workload/thresholds.ts';
import type { HeadDesign } from './head-design.ts';
import type { AttentionSetting } from './setting.ts';

export interface HeadPrediction {
  readonly settings: Omit<HardseaHead, keyof AttentionHead>;
  /** What thresholds are compared with, on devices of a seed. */
  readonly score: (noiseSeed: number) => PruningScore;
  /** Of a real score; counts of equal centroids are none. */
  readonly scales: Pick<QuantisedHead, 'scoreScale' | 'scoreOffset'>;
}

/** Throws PR0603. */
export function checkPrediction(
  design: HeadDesign,
  { pruning, codebook, diagonal, validLength }: AttentionSetting,
): void {
  const refuse = (message: string, fix: string): never => {
    throw new PrunusError('PR0603', message, fix);
  };
  if (design.codebook) {
    if (pruning.kind === 'top' && pruning.keys > validLength) {
      refuse(
        `${pruning.keys} keys a query are to be kept of ${validLength} tokens`,
        `keep 1 to ${validLength}, or prune nothing.`,
      );
    }
    if (pruning.kind === 'off' || codebook) return;
    refuse('this design predicts relevance from a codebook, and there is none', 'give --codebook, or prune nothing.');
  }
  const fix = 'HARDSEA has them.';
  if (codebook) refuse('a codebook is for designs that predict relevance from one', fix);
  if (pruning.kind === 'top') refuse('a number of keys a query is for designs that rank relevances', fix);
  if (diagonal) refuse("each query's own key can be kept in designs that predict relevance", fix);
}

/** Of head `index`. Throws PR0458 for a codebook of other sizes than the design. */
export function predictionFor(
  design: HeadDesign,
  quantised: QuantisedHead,
  index: number,
  { pruning, validLength, codebook, diagonal = false }: AttentionSetting,
): HeadPrediction {
  const device = design.machine?.predictionDesign;
  if (!device) {
    const message = 'this design is not known well enough to program a codebook for it';
    throw new PrunusError('PR0603', message, 'use a preset, or a .json file.');
  }
  const topK = pruning.kind === 'top' ? pruning.keys : 0;
  const programmed =
    codebook && pruning.kind !== 'off' ? programCodebook(device, codebook, index, quantised, validLength) : undefined;
  const counted = device.relevance === 'count';
  const { length } = quantised.scoreScale;
  return {
    settings: {
      codebook: programmed?.codebook ?? null,
      keyRamp: programmed?.keyRamp ?? 0,
      queryRamp: programmed?.queryRamp ?? 0,
      topK,
      diagonal,
    },
    score: (noiseSeed) => (programmed ? relevanceScore(device, programmed, noiseSeed) : design.score),
    scales: counted
      ? { scoreScale: new Float64Array(length).fill(1), scoreOffset: new Float64Array(length) }
      : quantised,
  };
}
