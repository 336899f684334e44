import { type HardseaFunctionalDesign, type HardseaHead, hardseaHead } from '../../architectures/hardsea/functional.ts';
import { type HardseaParameters, hardseaParameters } from '../../architectures/hardsea/parameters.ts';
import { HardseaTiming } from '../../architectures/hardsea/timing/timing.ts';
import type { AttentionHead } from '../../architectures/head.ts';
import { isPredicted } from '../predicted.ts';
import { loadedOnce } from '../counters.ts';
import { arrayDevices } from './devices.ts';
import type { Machine, MachineMaker } from './machine.ts';

/** What the functional model needs to know of HARDSEA's parameters. */
export const hardseaDesign = (p: HardseaParameters): HardseaFunctionalDesign => ({ ...p, ...p.device });

const predicted = (head: AttentionHead): HardseaHead => {
  if (isPredicted(head)) return head;
  throw new TypeError('a head for HARDSEA has a codebook');
};

const hardseaMachine = (p: HardseaParameters): Machine => ({
  predictionDesign: hardseaDesign(p),
  functional: (head) => hardseaHead(hardseaDesign(p), predicted(head)),
  predictor: () => {
    const timing = new HardseaTiming(p);
    return (head, { kept, keptCount }) => {
      const { length, causal, prune, topK } = predicted(head);
      return loadedOnce(timing.head({ length, causal, prune, topK, kept }), keptCount);
    };
  },
  wires: ({ keptCount }) => ({ keys_kept: keptCount }),
  scores: (head) => hardseaHead(hardseaDesign(p), predicted(head)).relevances,
  devices: arrayDevices(p, hardseaMachine),
});

export const machine: MachineMaker = (parameters) => hardseaMachine(hardseaParameters.parse(parameters));
