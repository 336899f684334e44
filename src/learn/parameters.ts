/** Everything there is to choose about learning thresholds. Equations: LeOPArd (ISCA 2022), as `docs/learn.md` has them. */
import { z } from 'zod';
import { choice, integer, real } from '../dsl/parameters.ts';

const ours = "implementer's choice";

export const learnParameters = z.strictObject({
  sharpness: real({
    description: 's of the soft threshold: how steep tanh(s (x - Th)) is',
    min: 0.1,
    max: 1000,
    default: 10,
    source: 's = 10 in a third party’s code for LeOPArd',
  }),
  depth: real({
    description: 'c of the soft threshold: pruned scores become about -c',
    min: 10,
    max: 100000,
    default: 1000,
    source: 'c = 1000 in a third party’s code for LeOPArd',
  }),
  countSharpness: real({
    description: 'k of the count of kept pairs, sigmoid(k (y + c - alpha))',
    min: 0.01,
    max: 10000,
    default: 100,
    source: 'k = 100, recollected; not found in print',
  }),
  countOffset: real({
    description: 'alpha of the count of kept pairs',
    min: 0,
    max: 100,
    default: 1,
    source: 'alpha = 1, recollected; not found in print',
  }),
  countReaches: choice(['thresholds', 'all'], {
    description: 'what the gradient of that count reaches: thresholds only, or the weights that make the scores, too',
    default: 'all',
    source: 'the paper: all',
  }),
  lambda: real({
    description: 'weight of the kept fraction in the loss, beside the cross entropy',
    min: 0,
    max: 1000,
    default: 40,
    source: 'a regulariser in the loss: the paper; its weight: ours',
  }),
  pruning: real({
    description:
      'pruned fraction from which on the regulariser is content: lambda max(0, kept - (1 - pruning)); 1 for the plain one',
    min: 0,
    max: 1,
    default: 0.75,
    source: ours,
  }),
  distil: real({
    description:
      'weight of the squared distance between the embedding of a text and the one that the network gave it without pruning, before pruning began',
    min: 0,
    max: 1e6,
    default: 10,
    source: `${ours}: distillation, not in the paper`,
  }),
  distilStates: real({
    description:
      'weight of the squared distance between what each layer gives and what it gave without pruning, before pruning began, in parts of the square of the latter',
    min: 0,
    max: 1e6,
    default: 30,
    source: `${ours}: distillation of hidden states, as TinyBERT (arXiv 1909.10351) has it; not in the paper`,
  }),
  held: choice(['training', 'recombined'], {
    description:
      'texts on which a pruned network is held to the unpruned one: those to train on, with their labels, or recombined ones, the beginning of one and the end of another, without labels',
    default: 'training',
    source: `${ours}: distillation on made-up texts, as TinyBERT has it; not in the paper`,
  }),
  granularity: choice(['layer', 'head'], {
    description: 'thresholds that are learned: one a layer or one a head',
    default: 'head',
    source:
      'the paper has one a layer; the accelerator takes one a head, and heads differ in the range of their scores',
  }),
  start: real({
    description: 'pruned fraction at which the thresholds start: this quantile of the scores',
    min: 0,
    max: 0.99,
    default: 0.73,
    source: `${ours}; a third party’s code starts at a threshold of 0`,
  }),
  startFrom: choice(['network', 'layer', 'head'], {
    description: 'whose scores that quantile is of: one number for the whole network, one a layer, or one a head',
    default: 'head',
    source: `${ours}: heads differ in the range of their scores`,
  }),
  thresholdRate: real({
    description: 'learning rate of the thresholds (Adam)',
    min: 0,
    max: 10,
    default: 0.05,
    source: `${ours}; 0.01 in the same laboratory’s STAR-KV`,
  }),
  weightRate: real({
    description: 'learning rate of the weights (Adam) while nothing is pruned',
    min: 0,
    max: 1,
    default: 5e-5,
    source: `${ours}; 0.00002 in the same laboratory’s STAR-KV, on a much larger model`,
  }),
  pruneRate: real({
    description:
      'learning rate of the weights (Adam) while keys are pruned softly and thresholds learn; 0: thresholds first',
    min: 0,
    max: 1,
    default: 5e-5,
    source: `${ours}: the rate of the phase before; a fifth of it made no difference`,
  }),
  settleRate: real({
    description: 'learning rate of the weights (Adam) on frozen thresholds',
    min: 0,
    max: 1,
    default: 5e-5,
    source: `${ours}: that of the other phases`,
  }),
  method: choice(['none', 'thresholds', 'both'], {
    description: 'what the second phase trains: weights without pruning, thresholds alone, or thresholds and weights',
    default: 'both',
    source: 'the paper trains both',
  }),
  tuneEpochs: integer({
    description: 'epochs of the first phase: weights, no pruning',
    unit: 'epochs',
    min: 0,
    max: 100,
    default: 5,
    source: ours,
  }),
  epochs: integer({
    description: 'epochs of the second phase, with pruning',
    unit: 'epochs',
    min: 0,
    max: 100,
    default: 3,
    source: 'a few, by the paper',
  }),
  settleEpochs: integer({
    description:
      'epochs of the third phase: weights, with the thresholds frozen and compared hard; where weights were trained with them',
    unit: 'epochs',
    min: 0,
    max: 100,
    default: 2,
    source: ours,
  }),
  batch: integer({ description: 'examples a step', unit: 'examples', min: 1, max: 1024, default: 32, source: ours }),
  headSteps: integer({
    description: 'steps that fit the classifier to the embeddings of the unchanged model, all examples at once',
    unit: 'steps',
    min: 0,
    max: 10000,
    default: 100,
    source: ours,
  }),
  headRate: real({
    description: 'learning rate of these steps (Adam)',
    min: 0,
    max: 10,
    default: 0.05,
    source: ours,
  }),
  tokens: integer({
    description: 'tokens of a text that are used, from its beginning',
    unit: 'tokens',
    min: 1,
    max: 128,
    default: 64,
    source: `${ours}; the model takes up to 128`,
  }),
  fold: integer({
    description:
      'the fold that is the test part, 1 to 5, of the texts that are not to choose with, cut into five; 0 for a third of all texts as the test part, half to train on',
    min: 0,
    max: 5,
    default: 0,
    source: ours,
  }),
  trainExamples: integer({
    description: 'examples to train on, at most',
    unit: 'examples',
    min: 1,
    max: 1000000,
    default: 1500,
    source: ours,
  }),
  validationExamples: integer({
    description: 'examples to choose with, at most',
    unit: 'examples',
    min: 1,
    max: 1000000,
    default: 500,
    source: ours,
  }),
  testExamples: integer({
    description: 'examples for the final figures, at most',
    unit: 'examples',
    min: 1,
    max: 1000000,
    default: 1000,
    source: ours,
  }),
  divergence: real({
    description: 'a loss this many times that of the first step of its phase, or that of guessing, stops the run',
    min: 1,
    max: 1e9,
    default: 20,
    source: ours,
  }),
});

export type LearnParameters = z.output<typeof learnParameters>;
export type LearnInput = z.input<typeof learnParameters>;
