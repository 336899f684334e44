/** Random designs, small, as each is built; anything that changes the control is varied. */
import type { Random } from '../src/explore/verify/random.ts';
import { zeroWait } from './context.ts';

export type Parameters = Readonly<Record<string, unknown>>;

export function sprintConfiguration(r: Random, isZeroWait: boolean): Parameters {
  const corelets = r.pick([1, 1, 2, 4, 8]);
  const tokens = r.integer(corelets, r.pick([16, 40, 72]));
  const dim = r.pick([4, 8, 8, 15, 16, 32]);
  const fits = Math.ceil(tokens / corelets);
  const waits = {
    tCL: r.integer(0, 20),
    tRCD: r.integer(0, 20),
    tRP: r.integer(0, 20),
    tBURST: r.integer(1, 6),
    tAxTh: r.integer(1, 12),
  };
  return {
    tokens,
    dim,
    corelets,
    bufferBytes: Math.max(64, dim * (r.chance(0.5) ? fits : r.integer(1, fits))),
    contexts: r.pick([2, 4, 8]),
    treeStep: r.integer(1, 4),
    outputBeats: r.integer(1, Math.min(dim, 8)),
    normalisation: r.pick(['deferred', 'deferred', 'probability']),
    tile: { rows: r.pick([4, 16, 64]), columns: r.pick([3, 16, 128]), cellBits: r.integer(1, 8), dacBits: 4 },
    memory: {
      channels: r.pick([1, 2, 4, 8]),
      banks: r.pick([1, 2, 4]),
      rowTokens: r.pick([1, 4, 16]),
      queue: r.integer(2, 6),
      ...(isZeroWait ? zeroWait.memory : waits),
    },
  };
}

export function leopardConfiguration(r: Random): Parameters {
  const keyBits = r.pick([4, 6, 8, 12]);
  const dim = r.pick([4, 8, 8, 15, 16]);
  return {
    tokens: r.integer(1, r.pick([8, 24, 60])),
    dim,
    keyBits,
    queryBits: r.integer(3, 12),
    valueBits: r.pick([8, 12, 16]),
    groupBits: Math.min(keyBits, r.pick([1, 2, 2, 3, 4, keyBits])),
    units: r.integer(1, 10),
    banks: r.pick([1, 2, 4, 8, 16]),
    outcomeQueue: r.integer(2, 16),
    valueWays: r.pick([1, 1, 2, 4]),
    scoreQueue: r.integer(2, 16),
    contexts: r.pick([2, 4, 8]),
    outputBeats: r.integer(1, Math.min(dim, 8)),
  };
}

export function hardseaConfiguration(r: Random): Parameters {
  const subspaces = r.pick([1, 2, 4, 5]);
  const dim = subspaces * r.integer(1, 4);
  const cellBits = r.integer(1, 6);
  return {
    tokens: r.integer(1, r.pick([8, 24, 60])),
    dim,
    subspaces,
    centroids: r.pick([2, 4, 16]),
    cellBits,
    dacBits: r.integer(1, cellBits + 1),
    crossingBits: r.integer(2, 9),
    relevance: r.pick(['asymmetric', 'asymmetric', 'table', 'count']),
    lanes: r.pick([1, 2, 8, 16, 32]),
    evaluation: r.integer(1, 12),
    units: r.integer(1, 8),
    wordQueue: r.integer(2, 16),
    queriesAhead: r.integer(2, 8),
    rankers: r.integer(1, 4),
    valueWays: r.pick([1, 2, 2, 4]),
    scoreQueue: r.integer(2, 16),
    contexts: r.pick([2, 4, 8]),
    outputBeats: r.integer(1, Math.min(dim, 8)),
  };
}
