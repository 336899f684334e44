/**
 * What device spreads cost HARDSEA's prediction: recall and captured mass at 33 % by rank, one kind of spread at a time and all at once.
 *
 *     npm run bench -- --only spread --tensors use-lite-n384 --tensors use-lite-n128
 */
import type { PredictorSpreads } from '../src/architectures/hardsea/predictor.ts';
import { trainCodebooks } from '../src/workload/codebook-training.ts';
import type { Group } from './context.ts';
import { qualities, sizedFor, usual } from './prediction.ts';

const kinds = [
  'programSigma',
  'readSigma',
  'comparatorSigma',
  'jitterSigma',
] as const satisfies (keyof PredictorSpreads)[];
const sizes = [0.005, 0.01, 0.02, 0.05, 0.1];

const spreads: Readonly<Record<string, Partial<PredictorSpreads>>> = {
  none: {},
  ...Object.fromEntries(kinds.flatMap((kind) => sizes.map((size) => [`${kind} ${size}`, { [kind]: size }]))),
  ...Object.fromEntries(sizes.map((size) => [`all ${size}`, Object.fromEntries(kinds.map((kind) => [kind, size]))])),
};

export const spread: Group = async function* ({ sets, quick }) {
  const find = (name: string) => sets.find((s) => s.name === name);
  const [train, test] = [find('use-lite-n384'), find('use-lite-n128')];
  if (!train || !test) throw new Error('give with --tensors use-lite-n384 and use-lite-n128');
  for (const [n, layer] of test.layers.entries()) {
    const predictor = sizedFor(layer, usual);
    const [codebook] = trainCodebooks([train.layers[n]!], predictor).layers;
    for (const [name, some] of Object.entries(spreads).slice(0, quick ? 2 : undefined)) {
      const all = { programSigma: 0, readSigma: 0, comparatorSigma: 0, jitterSigma: 0, ...some };
      const found = qualities(layer, codebook!, predictor, 0.33, 'top', all);
      const mean = (of: (q: (typeof found)[number]) => number) =>
        found.reduce((sum, q) => sum + of(q) / found.length, 0);
      yield {
        name: `captured mass ${layer.name}, spread ${name}`,
        value: mean((q) => q.predicted.mass) / mean((q) => q.oracle.mass),
        unit: 'ratio',
        note: `recall ${mean((q) => q.predicted.recall).toFixed(3)}`,
      };
    }
  }
};
