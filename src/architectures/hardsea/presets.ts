import type { HardseaInput } from './parameters.ts';

/**
 * The one configuration: its sizes are inferred, as the paper's are not published. The codebook is the smallest that keeps what docs/hardsea.md asks
 * for. Queues, rankers and value ways are what real, irregular kept sets need to keep the SRAM-CIM busy from 12 % kept on
 * (`npm run bench -- --only hardsea`).
 */
export const hardseaPresets = {
  hardsea: {
    subspaces: 32,
    centroids: 32,
    dacBits: 5,
    crossingBits: 10,
    rankers: 3,
    queriesAhead: 16,
    contexts: 8,
    valueWays: 2,
    outputBeats: 2,
  },
} satisfies Record<string, HardseaInput>;
