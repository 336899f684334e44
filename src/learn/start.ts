/** Where training starts: a classifier fitted to the model as it is, thresholds at a quantile of its scores. */
import { type Example, inOrder, makeBatch } from './batches.ts';
import type { Network } from './network.ts';
import type { LearnParameters } from './parameters.ts';
import { collectScores, quantileThresholds } from './quantile.ts';

/** Examples whose scores the thresholds start from. */
const thresholdSample = 256;

/** A quantile of the scores. One threshold a layer takes the mean of its heads' quantiles. */
export function startThresholds(network: Network, examples: readonly Example[], p: LearnParameters): void {
  const scores = collectScores(network, examples.slice(0, thresholdSample), p.batch);
  const found = quantileThresholds(scores, p.start, p.startFrom);
  const mean = (layer: readonly number[]) => layer.reduce((a, b) => a + b) / layer.length;
  network.setThresholds(p.granularity === 'head' ? found : found.map((layer) => [mean(layer)]));
}

/** Fits the classifier to the embeddings of the model as it is. */
export function fitHead(network: Network, examples: readonly Example[], p: LearnParameters): void {
  if (p.headSteps === 0) return;
  const { tf, encoder } = network;
  const ordered = inOrder(examples, p.batch);
  const labels = Int32Array.from(ordered.flat(), (e) => e.label);
  const embeddings = tf.concat2d(
    ordered.map((part) => tf.tidy(() => network.run(makeBatch(encoder, part), 'dense').embedding as never)),
    0,
  );
  const optimiser = tf.train.adam(p.headRate);
  const variables = ['head.kernel', 'head.bias'].map((name) => network.weights.get(name)!);
  for (let step = 0; step < p.headSteps; step++) {
    optimiser.minimize(() => network.crossEntropy(network.logits(embeddings), labels), false, variables);
  }
  optimiser.dispose();
  embeddings.dispose();
}
