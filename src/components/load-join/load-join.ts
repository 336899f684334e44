import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { containerBits, rowBytes, rowPayload } from '../axi.ts';
import { elementsOf, readElements } from '../row-elements.ts';
import { loadPayload } from '../sequencer/sequencer.ts';

/** A row of keys and a row of values make a token. */
export const loadJoin = defineComponent({
  name: 'load_join',
  summary: 'Makes a token of a row of the keys and a row of the values.',
  parameters: z.strictObject({
    dim: integer({ description: 'elements of a vector', min: 1, max: 1024, default: 64 }),
    keyBits: integer({ description: "bits of a key's element", unit: 'bits', min: 2, max: 16, default: 8 }),
    valueBits: integer({ description: "bits of a value's element", unit: 'bits', min: 2, max: 16, default: 8 }),
  }),
  ports: (p) => ({
    keys: input(stream(rowPayload(rowBytes(p.dim, p.keyBits)))),
    values: input(stream(rowPayload(rowBytes(p.dim, p.valueBits)))),
    load: output(stream(loadPayload(p.dim, { ...p, queryBits: 8, thresholdBits: 28 }))),
  }),
  template: { file: 'load-join/load-join.v.hbs' },
  view: (p) => ({
    keys: elementsOf('keys_data', p.dim, p.keyBits),
    values: elementsOf('values_data', p.dim, p.valueBits),
    spare: [
      p.keyBits < containerBits(p.keyBits) && 'keys_data',
      p.valueBits < containerBits(p.valueBits) && 'values_data',
    ]
      .filter(Boolean)
      .map(String),
  }),
  *model(p, io): Process {
    for (;;) {
      const key = readElements((yield* io.keys.take()).data, p.dim, p.keyBits);
      const value = readElements((yield* io.values.take()).data, p.dim, p.valueBits);
      io.load.put({ key, value });
    }
  },
});
