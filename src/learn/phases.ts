/** The phases of a run: weights without pruning, thresholds and weights with soft pruning, weights on the hard comparison. */
import type { Mode } from './network.ts';
import type { LearnParameters } from './parameters.ts';

/** What is trained, and how attention is pruned meanwhile. */
export interface Phase {
  readonly name: string;
  readonly epochs: number;
  readonly mode: Mode;
  readonly weights: boolean;
  readonly thresholds: boolean;
}

export const tuning = ({ tuneEpochs }: LearnParameters): Phase => ({
  name: 'tune',
  epochs: tuneEpochs,
  mode: 'dense',
  weights: true,
  thresholds: false,
});

export const pruning = ({ epochs, method }: LearnParameters): Phase => ({
  name: method === 'none' ? 'tune on' : 'prune',
  epochs,
  mode: method === 'none' ? 'dense' : 'soft',
  weights: method !== 'thresholds',
  thresholds: method !== 'none',
});

/** Weights get used to the hard comparison; without pruning they get as many epochs. */
export const settling = ({ settleEpochs, method }: LearnParameters): Phase => ({
  name: method === 'none' ? 'tune on' : 'settle',
  epochs: method === 'thresholds' ? 0 : settleEpochs,
  mode: method === 'none' ? 'dense' : 'hard',
  weights: true,
  thresholds: false,
});

/** All phases of a run. */
export const phasesOf = (p: LearnParameters): Phase[] => [tuning(p), pruning(p), settling(p)];
