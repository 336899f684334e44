/**
 * How well HARDSEA's predictor finds the keys that matter: attention mass that its kept keys capture, as a share of what an oracle's do that keeps
 * as many. Codebooks come from other sets, where these are among those given:
 *
 *     npm run bench -- --only relevance --tensors use-lite-n384 --tensors use-lite-n128 --tensors stories260k-n128 --tensors stories260k-n512 --tensors use-lite-mails
 */
import type { RelevanceQuality } from '../src/explore/relevance.ts';
import type { CodebookLayer } from '../src/workload/codebook-file.ts';
import { codebookScheme, mixedTensors } from '../src/workload/codebook-mix.ts';
import { trainCodebooks } from '../src/workload/codebook-training.ts';
import { prepareHead } from '../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import type { AttentionTensors, HeadTensors } from '../src/workload/tensors.ts';
import type { Bench, Group, Layer } from './context.ts';
import type { Figure } from './figure.ts';
import { finer, inferred, nameOf, type Predictor, qualities, sizedFor, usual } from './prediction.ts';

/** What is tested on which tokens, with a codebook from which others. */
interface Trial {
  readonly test: string;
  readonly tested: string;
  readonly train: string;
  readonly from?: { readonly train?: Range; readonly test?: Range };
  /** What the usual predictor reaches at 33 % by rank. */
  readonly share: number | undefined;
  /** Beside the usual one. */
  readonly others: readonly Predictor[];
}
type Range = readonly [first: number, end: number];

const wide: Predictor = { ...usual, subspaces: 32, centroids: 32 };
const narrow: Predictor = { ...usual, subspaces: 8, centroids: 16, mixing: 'none', ...inferred };
const wideOthers: readonly Predictor[] = [
  wide,
  { ...usual, relevance: 'table' },
  { ...usual, relevance: 'count' },
  { ...usual, mixing: 'none' },
  { ...usual, ...inferred },
  { ...usual, crossingBits: 8 },
  { ...usual, dacBits: 6 },
  { ...wide, subspaces: 8, centroids: 16 },
  { ...wide, subspaces: 16, centroids: 16 },
  { ...wide, subspaces: 16, centroids: 64 },
  { ...wide, subspaces: 64, centroids: 16 },
  { ...wide, subspaces: 64 },
];
const narrowOthers: readonly Predictor[] = [
  { ...usual, mixing: 'balanced' },
  { ...usual, subspaces: 4 },
  narrow,
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
 * first 128 tokens of use-lite-n384, in layer 0 the same numbers. What is tested there was partly trained on. The trials after them leave that out; `use-lite-mails` is made by `npx tsx scripts/record-use-lite.ts --task spam`.
 */
const trials: readonly Trial[] = [
  { test: 'use-lite-n128', tested: '', train: 'use-lite-n384', share: 0.99, others: wideOthers },
  { test: 'stories260k-n512', tested: '', train: 'stories260k-n128', share: 0.96, others: narrowOthers },
  { test: 'use-lite-n128', tested: ', trained on mails', train: 'use-lite-mails', share: 0.99, others: [wide] },
  { test: 'use-lite', tested: ', trained on mails', train: 'use-lite-mails', share: 0.99, others: [wide] },
  {
    test: 'use-lite-n128',
    tested: ', trained on tokens 128 and on',
    train: 'use-lite-n384',
    from: { train: [128, 384] },
    share: undefined,
    others: [],
  },
  { test: 'use-lite', tested: ', another text', train: 'use-lite-n384', share: undefined, others: [] },
  {
    test: 'stories260k-n512',
    tested: ', tokens 128 and on alone',
    train: 'stories260k-n128',
    from: { test: [128, 512] },
    share: undefined,
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
  const { share, from, others, tested } = trial;
  const part: Layer = { ...layer, tensors: slice(layer.tensors, from?.test) };
  for (const any of quick ? [usual] : [usual, ...others]) {
    const predictor = sizedFor(part, any);
    const [codebook] = trainCodebooks(
      [{ name: training.name, tensors: slice(training.tensors, from?.train) }],
      predictor,
    ).layers;
    if (share !== undefined && any === usual) {
      const name = `cosine to float ${layer.name}, quantised for ${nameOf(predictor)}`;
      yield { name, value: worstCosine(part, codebook!), unit: 'cosine' };
    }
    for (const fraction of any === usual && !quick ? curve : [aim]) {
      for (const selection of ['threshold', 'top'] as const) {
        const found = qualities(part, codebook!, predictor, fraction, selection);
        const mean = (of: (q: RelevanceQuality) => number): number =>
          found.reduce((sum, q) => sum + of(q) / found.length, 0);
        const oracle = mean((q) => q.oracle.mass);
        yield {
          name: `captured mass ${layer.name}${tested}, ${nameOf(predictor)}, ${selection} ${fraction}`,
          value: mean((q) => q.predicted.mass) / oracle,
          unit: 'ratio',
          ...(share !== undefined && any === usual && fraction === aim && selection === 'top'
            ? { target: { atLeast: share } }
            : {}),
          note:
            `of ${oracle.toFixed(4)}, kept ${mean((q) => q.keptFraction).toFixed(4)}, recall ${mean((q) => q.predicted.recall).toFixed(3)}, ` +
            `SPRINT ${(mean((q) => q.memory.mass) / oracle).toFixed(4)}`,
        };
      }
    }
  }
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
