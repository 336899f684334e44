/** The designs that the estimator is calibrated with, and those it is measured on: random, of sizes that are mapped within a minute. */
import type { ArchitectureName } from '../src/architectures/names.ts';
import { Random } from '../src/explore/verify/random.ts';
import {
  hardseaConfiguration,
  leopardConfiguration,
  type Parameters,
  sprintConfiguration,
} from './random-configurations.ts';

export interface EstimatedDesign {
  readonly architecture: ArchitectureName;
  readonly parameters: Parameters;
}

/** The two sets have no seed in common. */
export const seeds = { calibration: 18, heldOut: 45 };
/** Of each architecture, that `npm run calibrate` maps where nothing else is said. */
export const calibrationDesigns = 5;
const [mostTokens, mostDim] = [24, 8];

const makers: readonly (readonly [ArchitectureName, (r: Random) => Parameters])[] = [
  ['sprint', (r) => small(sprintConfiguration(r, false))],
  ['leopard', (r) => small(leopardConfiguration(r))],
  ['hardsea', hardseaConfiguration],
];

/** Designs 0 to `count` - 1 of each architecture. */
export const estimatedDesigns = (seed: number, count: number): EstimatedDesign[] =>
  Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    makers.map(([architecture, make]) => ({ architecture, parameters: make(new Random(seed, i)) })),
  );

const small = (p: Parameters): Parameters => ({
  ...p,
  tokens: Math.min(p['tokens'] as number, mostTokens),
  dim: Math.min(p['dim'] as number, mostDim),
});
