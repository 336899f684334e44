import type { HardseaInput } from './parameters.ts';

/**
 * The one configuration: its sizes are inferred, as the paper's are not published. The queues are what real, irregular kept sets need to keep
 * the SRAM-CIM busy (`npm run bench -- --only hardsea`), the widths those that predict best for their cost (docs/hardsea.md).
 */
export const hardseaPresets = {
  hardsea: { dacBits: 5, crossingBits: 10, contexts: 16, outputBeats: 2 },
} satisfies Record<string, HardseaInput>;
