import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, bus, type Interface } from '../../dsl/kinds.ts';
import { choice, integer } from '../../dsl/parameters.ts';
import { slave } from '../../dsl/ports.ts';
import { indexBits } from '../payloads.ts';

/**
 * One write and one read port. A read gives its word in the next cycle and holds it until the next read. Reading a word in the cycle
 * in which it is written gives the old word.
 */
export const memoryBus = (depth: number, width: number): Interface<'memory'> =>
  bus('memory', {
    write_enable: { field: bits(1), from: 'master' },
    write_address: { field: bits(indexBits(depth)), from: 'master' },
    write_data: { field: bits(width), from: 'master' },
    read_enable: { field: bits(1), from: 'master' },
    read_address: { field: bits(indexBits(depth)), from: 'master' },
    read_data: { field: bits(width), from: 'slave' },
  });

/** A memory: inferred as block RAM, or swapped for a macro of the same ports. It is private to its master's golden model. */
export const sram = defineComponent({
  name: 'memory',
  summary:
    'A memory of one write and one read port, with a registered read that holds its word; a read of a word that is being written gives the old word.',
  parameters: z.strictObject({
    role: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .default('data')
      .meta({ description: 'what it holds; part of the module name' }),
    technology: choice(['sram', 'reram'], { description: 'what the macro is made of', default: 'sram' }),
    depth: integer({ description: 'words', unit: 'words', min: 1, max: 1 << 20, default: 128 }),
    width: integer({ description: 'bits of a word', unit: 'bits', min: 1, max: 1 << 16, default: 64 }),
  }),
  variant: (p) => p.role,
  ports: (p) => ({ memory: slave(memoryBus(p.depth, p.width)) }),
  template: { file: 'sram/sram.v.hbs' },
  forms: { macro: { file: 'sram/macro.v.hbs' } },
  storage: (p) => ({ technology: p.technology, cells: p.depth * p.width }),
  constants: (p) => ({ DEPTH: p.depth, WIDTH: p.width }),
});
