/** The experiments: what is learned, and what it is compared with. */
import { collectScores, quantileThresholds } from '../../src/learn/quantile.ts';
import type { Laboratory, Weights } from './laboratory.ts';

/** Of the quantile curve. */
const fractions = [0.6, 0.7, 0.8, 0.9];
/** The one that is looked at in hardware arithmetic, too. */
const shown = 0.7;
/** Texts whose scores the quantiles are of. */
const quantileTexts = 128;

/** Thresholds and weights together. */
async function both(lab: Laboratory, unpruned: Weights): Promise<void> {
  await lab.branch('both', unpruned, { method: 'both', tuneEpochs: 0 });
  lab.look('both', 'hard', true);
  lab.keepWeights();
}

/** What learning both is compared with: quantiles without any training, and thresholds by themselves. */
async function baselines(lab: Laboratory, unpruned: Weights): Promise<void> {
  const { network, task, p } = lab;
  const scores = collectScores(network, task.train.slice(0, quantileTexts), p.batch);
  for (const sharing of ['network', 'head'] as const) {
    for (const fraction of fractions) {
      network.setThresholds(quantileThresholds(scores, fraction, sharing));
      lab.look(`quantile ${fraction}${sharing === 'head' ? ' a head' : ''}`, 'hard', fraction === shown);
    }
  }
  await lab.branch('thresholds', unpruned, { method: 'thresholds', tuneEpochs: 0, epochs: 1 });
  lab.look('thresholds', 'hard', true);
}

/** What an experiment is made of, by the last row that each part leaves in its result. */
export const parts = { thresholds: baselines, both };

export const rateName = (pruning: number): string => `thresholds ${pruning}`;

/** Thresholds by themselves, for each of these values of `pruning`. */
export async function rates(lab: Laboratory, unpruned: Weights, values: readonly number[]): Promise<void> {
  for (const pruning of values) {
    const name = rateName(pruning);
    const start = pruning - 0.02;
    // oxlint-disable-next-line no-await-in-loop -- one network
    await lab.branch(name, unpruned, { method: 'thresholds', tuneEpochs: 0, epochs: 1, pruning, start });
    lab.look(name, 'hard', true);
  }
}
