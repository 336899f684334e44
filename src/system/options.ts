import { z } from 'zod';
import { addressBits } from '../components/layer-fetch/layer-fetch.ts';
import type { AttentionCore } from './core.ts';
import { choice, optionalPowerOfTwo, powerOfTwo } from '../dsl/parameters.ts';

/** AXI4's widest data bus. */
const widest = 1024;

export const systemKinds = ['stream', 'memory'] as const;

/** What there is to choose about the system around a design. */
export const systemShape = {
  kind: choice(systemKinds, {
    description:
      'how tensors come and go: over AXI4-Stream, or fetched from memory and written to it by an AXI4 master',
    default: 'memory',
  }),
  dataBits: optionalPowerOfTwo({
    description: 'bits of a transfer of tensors, on AXI4 and on each AXI4-Stream',
    unit: 'bits',
    min: 32,
    max: widest,
    absent: 'what a row of keys or of values takes',
    source: "implementer's choice: narrower, and a design waits for its rows; wider, and the rest is padding",
  }),
  addressBits,
  readQueue: powerOfTwo({
    description: 'transfers that are read ahead of their use (memory only)',
    min: 8,
    max: 1024,
    default: 64,
    source: "implementer's choice",
  }),
};

export const systemParameters = z.strictObject(systemShape);
/** What was chosen. */
export type SystemChoice = z.output<typeof systemParameters>;

/** The same with everything settled. */
export const settledParameters = systemParameters.required({ dataBits: true });
export type SystemOptions = z.output<typeof settledParameters>;

export const settled = (chosen: SystemChoice, { bytes }: Pick<AttentionCore, 'bytes'>): SystemOptions => {
  const row = 2 ** Math.ceil(Math.log2(8 * Math.max(bytes.key, bytes.value)));
  return { ...chosen, dataBits: chosen.dataBits ?? Math.min(Math.max(row, 32), widest) };
};
