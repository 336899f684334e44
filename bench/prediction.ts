/** A predictor over a layer's heads, through the exact integers of the functional model: what it keeps, and how good that is. */
import { type HardseaFunctionalDesign, hardseaHead } from '../src/architectures/hardsea/functional.ts';
import type { PredictorSpreads } from '../src/architectures/hardsea/predictor.ts';
import { codebookDefaults } from '../src/cli/codebook.ts';
import {
  type Masks,
  type RelevanceQuality,
  relevanceQuality,
  type Selection,
  topKForKeep,
} from '../src/explore/relevance.ts';
import { programCodebook, relevanceScore } from '../src/workload/codebook.ts';
import type { CodebookLayer } from '../src/workload/codebook-file.ts';
import { codebookScheme, mixedTensors } from '../src/workload/codebook-mix.ts';
import type { CodebookOptions } from '../src/workload/codebook-training.ts';
import { prepareHead } from '../src/workload/quantise.ts';
import { integerThresholds, thresholdForKeep } from '../src/workload/thresholds.ts';
import type { Layer } from './context.ts';

type Widths = Pick<HardseaFunctionalDesign, 'cellBits' | 'dacBits' | 'crossingBits' | 'relevance'>;
/** Sizes and mixing that are left out are those of `prunus learn --codebook`. */
export type Predictor = Partial<Pick<CodebookOptions, 'subspaces' | 'centroids' | 'mixing'>> & Widths;
export type SizedPredictor = Pick<CodebookOptions, 'subspaces' | 'centroids' | 'mixing'> & Widths;

export const inferred: Widths = { cellBits: 4, dacBits: 4, crossingBits: 8, relevance: 'asymmetric' };
export const finer: Widths = { ...inferred, dacBits: 5, crossingBits: 10 };

/** What `prunus learn --codebook` and `prunus run hardsea` do when nothing else is said. */
export const usual: Predictor = finer;

export const sizedFor = ({ tensors }: Layer, p: Predictor): SizedPredictor => ({
  ...codebookDefaults(tensors.dim),
  ...p,
});

const exact: PredictorSpreads = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0 };

export const nameOf = (p: SizedPredictor): string =>
  `${p.relevance} ${p.subspaces}x${p.centroids} ${p.mixing === 'none' ? '' : `${p.mixing} `}${p.cellBits}/${p.dacBits}/${p.crossingBits}`;

/** Of every head. */
export function qualities(
  { tensors, causal }: Layer,
  codebook: CodebookLayer,
  sizes: SizedPredictor,
  fraction: number,
  selection: Selection,
  spreads: PredictorSpreads = exact,
): RelevanceQuality[] {
  const { tokens, dim } = tensors;
  const design: HardseaFunctionalDesign = { tokens, dim, scoreBits: 12, ...spreads, ...sizes };
  const mixed = mixedTensors(tensors, codebook);
  const masks: Masks = { tokens, dim, length: tokens, causal };
  const noiseSeed = 1;
  return Array.from({ length: tensors.heads }, (_head, h) => {
    const quantised = prepareHead(mixed.head(h), { tokens, dim, causal }, codebookScheme(codebook));
    const programmed = programCodebook(design, codebook, h, quantised, tokens);
    const score = relevanceScore(design, programmed, noiseSeed);
    const counted = design.relevance === 'count';
    const scales = counted
      ? { scoreScale: new Float64Array(tokens).fill(1), scoreOffset: new Float64Array(tokens) }
      : quantised;
    const { threshold } = thresholdForKeep({ head: { ...quantised, ...scales }, score, fraction, causal });
    const { kept } = hardseaHead(design, {
      ...quantised,
      ...programmed,
      length: tokens,
      causal,
      prune: true,
      scoreShift: quantised.shift,
      noiseSeed,
      threshold: integerThresholds(score, { ...scales, threshold }),
      topK: selection === 'top' ? topKForKeep(fraction, tokens, causal) : 0,
      diagonal: false,
    });
    return relevanceQuality(tensors.head(h), masks, kept, selection);
  });
}
