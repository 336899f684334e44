import type { LeopardInput } from './parameters.ts';

/**
 * The published configurations, area-efficient and high-performance, and what they are measured against: the same
 * tile with bit-parallel multipliers, one key a cycle, to be run with pruning off.
 */
export const leopardPresets = {
  'leopard-ae': { units: 6 },
  'leopard-hp': { units: 8, valueWays: 2, outcomeQueue: 4 },
  'leopard-baseline': { units: 1, groupBits: 12 },
} satisfies Record<string, LeopardInput>;
