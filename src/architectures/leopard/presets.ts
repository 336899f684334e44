import type { LeopardInput } from './parameters.ts';

/**
 * The published configurations, area-efficient and high-performance, and what they are measured against: the same
 * tile with bit-parallel multipliers, one key a cycle, to be run with pruning off.
 *
 * Published of HP are its eight units. Its two value ways are this implementation's: with one, a kept key a cycle, half of the pairs kept is all it can
 * follow, and then only with long queues of outcomes, whose registers take as much as the second way (docs/leopard.md).
 */
export const leopardPresets = {
  'leopard-ae': { units: 6 },
  'leopard-hp': { units: 8, valueWays: 2, outcomeQueue: 4 },
  'leopard-baseline': { units: 1, groupBits: 12 },
} satisfies Record<string, LeopardInput>;
