import { z } from 'zod';
import { addressBits } from '../components/layer-fetch/layer-fetch.ts';
import { choice, powerOfTwo } from '../dsl/parameters.ts';

export const systemKinds = ['stream', 'memory'] as const;

/** What there is to choose about the system around a design. */
export const systemShape = {
  kind: choice(systemKinds, {
    description:
      'how tensors come and go: over AXI4-Stream, or fetched from memory and written to it by an AXI4 master',
    default: 'memory',
  }),
  dataBits: powerOfTwo({
    description: 'bits of a transfer of tensors, on AXI4 and on each AXI4-Stream',
    unit: 'bits',
    min: 32,
    max: 512,
    default: 256,
    source: "implementer's choice: SPRINT takes 51 bytes of keys and values a cycle",
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
export type SystemOptions = z.output<typeof systemParameters>;
