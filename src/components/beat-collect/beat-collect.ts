import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { beatPayload, rowPayload } from '../axi.ts';
import { indexBits } from '../payloads.ts';

/** Bytes of a transfer, as every adapter has them. */
export const beatBytes = powerOfTwo({
  description: 'bytes of a transfer',
  unit: 'bytes',
  min: 4,
  max: 128,
  default: 16,
});

/** Puts the transfers of a row together. A row begins with a transfer; what its last one holds besides is dropped. */
export const beatCollect = defineComponent({
  name: 'beat_collect',
  summary: 'Gathers the transfers of a row into one item. The next row begins in the cycle in which this one leaves.',
  parameters: z.strictObject({
    bytes: beatBytes,
    rowBytes: integer({ description: 'bytes of a row', unit: 'bytes', min: 1, max: 4096, default: 64 }),
  }),
  ports: (p) => ({ beats: input(stream(beatPayload(p.bytes))), row: output(stream(rowPayload(p.rowBytes))) }),
  template: { file: 'beat-collect/beat-collect.v.hbs' },
  constants: (p) => {
    const beats = Math.ceil(p.rowBytes / p.bytes);
    return { BEAT: 8 * p.bytes, ALL: 8 * p.bytes * beats, ROW: 8 * p.rowBytes, COUNT: indexBits(beats) };
  },
  view: (p) => {
    const beats = Math.ceil(p.rowBytes / p.bytes);
    return { several: beats > 1, lastBeat: beats - 1, spare: beats * p.bytes > p.rowBytes };
  },
  *model(p, io): Process {
    for (;;) {
      const all: number[] = [];
      while (all.length < p.rowBytes) all.push(...Array.from((yield* io.beats.take()).data));
      io.row.put({ data: all.slice(0, p.rowBytes) });
    }
  },
});
