/**
 * How well HARDSEA's predictor finds the keys that matter: attention mass that its kept keys capture, as a share of what an oracle's do that keeps
 * as many, through the exact integers of the functional model. Codebooks come from other sets, where these are among those given:
 *
 *     npm run bench -- --only relevance --tensors use-lite-n384 --tensors use-lite-n128 --tensors stories260k-n128 --tensors stories260k-n512
 */
import { type HardseaFunctionalDesign, hardseaHead } from '../src/architectures/hardsea/functional.ts';
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
import { type CodebookOptions, trainCodebooks } from '../src/workload/codebook-training.ts';
import { prepareHead } from '../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import type { AttentionTensors, HeadTensors } from '../src/workload/tensors.ts';
import { integerThresholds, thresholdForKeep } from '../src/workload/thresholds.ts';
import type { Bench, Group, Layer } from './context.ts';
import type { Figure } from './figure.ts';

type Widths = Pick<HardseaFunctionalDesign, 'cellBits' | 'dacBits' | 'crossingBits' | 'relevance'>;
type Predictor = Pick<CodebookOptions, 'subspaces' | 'centroids' | 'mixing'> & Widths;

const inferred: Widths = { cellBits: 4, dacBits: 4, crossingBits: 8, relevance: 'asymmetric' };
const finer: Widths = { ...inferred, dacBits: 5, crossingBits: 10 };

/** What is tested on which tokens, with a codebook from which others. */
interface Trial {
  readonly test: string;
  readonly tested: string;
  readonly train: string;
  readonly from?: { readonly train?: Range; readonly test?: Range };
  readonly share: number | undefined;
  readonly chosen: Predictor;
  readonly others: readonly Predictor[];
}
type Range = readonly [first: number, end: number];

const wide: Predictor = { subspaces: 32, centroids: 32, mixing: 'balanced', ...finer };
const widest: Predictor = { ...wide, subspaces: 64 };
const narrow: Predictor = { subspaces: 8, centroids: 16, mixing: 'none', ...inferred };
const wideOthers: readonly Predictor[] = [
  { ...wide, relevance: 'table' },
  { ...wide, relevance: 'count' },
  { ...wide, mixing: 'none' },
  { ...wide, ...inferred },
  { ...wide, crossingBits: 8 },
  { ...wide, dacBits: 6 },
  { ...wide, subspaces: 8, centroids: 16, ...inferred },
  { ...wide, subspaces: 16, centroids: 16 },
  { ...wide, subspaces: 16, centroids: 64 },
  { ...wide, subspaces: 64, centroids: 16 },
  widest,
];
const narrowOthers: readonly Predictor[] = [
  { ...narrow, relevance: 'table' },
  { ...narrow, relevance: 'count' },
  { ...narrow, mixing: 'balanced' },
  { ...narrow, ...finer },
  { ...narrow, subspaces: 4, centroids: 16 },
  { ...narrow, subspaces: 4, centroids: 64 },
  { ...narrow, subspaces: 4, centroids: 64, ...finer },
];

/**
 * Sets overlap: the first 128 tokens of stories260k-n512 are stories260k-n128, in every layer, and use-lite-n128 is the same text as the
 * first 128 tokens of use-lite-n384, in layer 0 the same numbers. What is tested there was partly trained on. Trials without a target leave that out.
 */
const trials: readonly Trial[] = [
  { test: 'use-lite-n128', tested: '', train: 'use-lite-n384', share: 0.99, chosen: wide, others: wideOthers },
  {
    test: 'stories260k-n512',
    tested: '',
    train: 'stories260k-n128',
    share: 0.96,
    chosen: narrow,
    others: narrowOthers,
  },
  {
    test: 'use-lite-n128',
    tested: ', trained on tokens 128 and on',
    train: 'use-lite-n384',
    from: { train: [128, 384] },
    share: undefined,
    chosen: wide,
    others: [widest],
  },
  {
    test: 'use-lite',
    tested: ', another text',
    train: 'use-lite-n384',
    share: undefined,
    chosen: wide,
    others: [widest],
  },
  {
    test: 'stories260k-n512',
    tested: ', tokens 128 and on alone',
    train: 'stories260k-n128',
    from: { test: [128, 512] },
    share: undefined,
    chosen: narrow,
    others: [],
  },
];

const curve = [0.12, 0.2, 0.25, 0.33];
const aim = 0.33;

export const relevance: Group = async function* (bench) {
  let found = 0;
  for (const trial of trials) {
    const test = bench.sets.find((s) => s.name === trial.test);
    const train = bench.sets.find((s) => s.name === trial.train);
    if (!test || !train) continue;
    found++;
    for (const [n, layer] of test.layers.entries()) yield* layerFigures(bench, trial, layer, train.layers[n]!);
  }
  if (found === 0)
    throw new Error(
      `give with --tensors a set and what it is trained on, as ${trials[0]!.test} and ${trials[0]!.train}`,
    );
};

/** What mixing costs the exact attention: of the worst head, everything kept, float attention over its integers against the original. */
function worstCosine({ tensors, causal }: Layer, codebook: CodebookLayer): number {
  const { tokens, dim } = tensors;
  const mixed = mixedTensors(tensors, codebook);
  return Math.min(
    ...Array.from({ length: tensors.heads }, (_head, h) => {
      const { q, k, v, scoreScale, valueScale } = prepareHead(
        mixed.head(h),
        { tokens, dim, causal },
        codebookScheme(codebook),
      );
      const out = denseAttention({ q, k, v, tokens, dim, causal, scoreScale });
      const real = out.map((x, n) => x * valueScale[n % dim]!);
      return compareOutputs(real, denseAttention({ ...tensors.head(h), tokens, dim, causal }), dim).cosine;
    }),
  );
}

function* layerFigures({ quick }: Bench, trial: Trial, layer: Layer, training: Layer): Iterable<Figure> {
  const { share, from, chosen, others, tested } = trial;
  const part: Layer = { ...layer, tensors: slice(layer.tensors, from?.test) };
  for (const predictor of quick ? [chosen] : [chosen, ...others]) {
    const [codebook] = trainCodebooks(
      [{ name: training.name, tensors: slice(training.tensors, from?.train) }],
      predictor,
    ).layers;
    if (share !== undefined) {
      const name = `cosine to float ${layer.name}, quantised for ${nameOf(predictor)}`;
      yield { name, value: worstCosine(part, codebook!), unit: 'cosine' };
    }
    for (const fraction of predictor === chosen && !quick ? curve : [aim]) {
      for (const selection of ['threshold', 'top'] as const) {
        const found = qualities(part, codebook!, predictor, fraction, selection);
        const mean = (of: (q: RelevanceQuality) => number): number =>
          found.reduce((sum, q) => sum + of(q) / found.length, 0);
        const oracle = mean((q) => q.oracle.mass);
        yield {
          name: `captured mass ${layer.name}${tested}, ${nameOf(predictor)}, ${selection} ${fraction}`,
          value: mean((q) => q.predicted.mass) / oracle,
          unit: 'ratio',
          ...(share !== undefined && predictor === chosen && fraction === aim ? { target: { atLeast: share } } : {}),
          note:
            `of ${oracle.toFixed(4)}, kept ${mean((q) => q.keptFraction).toFixed(4)}, recall ${mean((q) => q.predicted.recall).toFixed(3)}, ` +
            `SPRINT ${(mean((q) => q.memory.mass) / oracle).toFixed(4)}`,
        };
      }
    }
  }
}

const nameOf = (p: Predictor): string =>
  `${p.relevance} ${p.subspaces}x${p.centroids} ${p.mixing === 'none' ? '' : `${p.mixing} `}${p.cellBits}/${p.dacBits}/${p.crossingBits}`;

/** Of every head. */
function qualities(
  { tensors, causal }: Layer,
  codebook: CodebookLayer,
  sizes: Predictor,
  fraction: number,
  selection: Selection,
): RelevanceQuality[] {
  const { tokens, dim } = tensors;
  const exact = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0 };
  const design: HardseaFunctionalDesign = { tokens, dim, scoreBits: 12, ...exact, ...sizes };
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

/** Some of the tokens, as a sequence of their own. */
function slice(tensors: AttentionTensors, range: Range | undefined): AttentionTensors {
  if (!range) return tensors;
  const { dim } = tensors;
  const tokens = range[1] - range[0];
  return {
    ...tensors,
    tokens,
    keyTokens: tokens,
    head(index) {
      const { kind, ...head } = tensors.head(index);
      const cut = (name: 'q' | 'k' | 'v') => head[name].subarray(range[0] * dim, range[1] * dim);
      return { kind, q: cut('q'), k: cut('k'), v: cut('v') } as HeadTensors;
    },
  };
}
