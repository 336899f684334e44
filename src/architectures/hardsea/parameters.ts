import { z } from 'zod';
import { arrayShape, arraySpread } from '../../components/codebook-array/codebook-array.ts';
import { keptAttentionShape, outputLanes } from '../../components/kept-attention/shape.ts';
import { valueWays, waysOf } from '../../components/kept-attention/ways.ts';
import { relevanceShape, subspaceRules } from '../../components/relevance-payloads.ts';
import { cimUnits } from '../../components/row-gather/row-gather.ts';
import type { Rule } from '../../dsl/component.ts';
import { group, integer } from '../../dsl/parameters.ts';
import { reramGroup } from '../../reram/settings.ts';
import { deviceRules } from '../device-rules.ts';

/** Everything there is to choose about HARDSEA. Little of it is published: each parameter says where its default comes from. */
export const hardseaParameters = z.strictObject({
  ...relevanceShape,
  ...arrayShape,
  units: cimUnits,
  wordQueue: integer({
    description: 'words of kept keys that wait for the row gather',
    unit: 'words',
    min: 2,
    max: 256,
    default: 16,
    source: "implementer's choice",
  }),
  rankers: integer({
    description:
      'units that select keys, each with a memory of relevances, among which the queries are dealt out: ranking a query takes several passes over its keys',
    min: 1,
    max: 8,
    default: 1,
    source: "implementer's choice",
  }),
  queriesAhead: integer({
    description: 'queries that the prediction may be ahead of the SRAM-CIM',
    unit: 'queries',
    min: 2,
    max: 16,
    default: 8,
    source: "implementer's choice",
  }),
  ...keptAttentionShape,
  valueWays,
  device: group(
    arraySpread,
    'spread of the ReRAM devices and of the winner-take-all, as the behavioural array sees it',
  ),
  reram: reramGroup,
});

export type HardseaParameters = z.output<typeof hardseaParameters>;
export type HardseaInput = z.input<typeof hardseaParameters>;

/** Elements of Q, K and V have 8 bits. */
export const elementBits = 8;

/** Sizes that follow from the parameters. */
export const hardseaShape = (p: HardseaParameters) => ({
  /** Elements of an output beat. */
  lanes: outputLanes(p),
  /** Ways of the values. */
  valueWays: waysOf(p),
});

/** Queries that wait at each unit that selects keys. */
export const soughtDepth = (p: Pick<HardseaParameters, 'queriesAhead' | 'rankers'>): number =>
  Math.max(2, Math.ceil(p.queriesAhead / p.rankers));

export const hardseaRules: Rule<HardseaParameters>[] = [
  ...subspaceRules,
  {
    path: 'outputBeats',
    holds: (p) => p.outputBeats <= p.dim,
    message: (p) =>
      `${p.outputBeats} beats are more than the ${p.dim} elements of an output vector; at most ${p.dim} make sense.`,
  },
  {
    path: 'dacBits',
    // What the coarse bias rows leave is up to half of what one of them is driven with; the fine row is driven with 1.
    holds: (p) => p.dacBits <= p.cellBits + 1,
    message: (p) =>
      `a word line's ${p.dacBits} bits leave steps of up to ${(2 ** p.dacBits - 2) / 2} between biases, and the fine bias row's cell holds ` +
      `${2 ** p.cellBits - 1}; at most cellBits + 1 = ${p.cellBits + 1} can be used.`,
  },
  ...deviceRules<HardseaParameters>('cellBits', (p) => p.cellBits),
  {
    path: 'reram.calibration',
    holds: (p) => !p.reram || p.reram.calibration === 'none',
    message: () => 'a winner-take-all ranks columns, so it has no threshold to scale; leave it at none.',
  },
  ...(['hysteresis', 'metastable'] as const).map((name) => ({
    path: `reram.comparator.${name}`,
    holds: (p: HardseaParameters) => !p.reram?.comparator[name],
    message: () => 'a winner-take-all compares times, and has none; device.jitterSigma is its spread.',
  })),
];
