import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { resultBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { indexBits, resultBits, resultPayload } from '../payloads.ts';

/** Cuts a row of results, which a design gives in beats of its own, into transfers. */
export const resultPack = defineComponent({
  name: 'result_pack',
  summary:
    'Gathers a row of results, 16 bits an element with the low byte first, and gives it as transfers; the next row is gathered meanwhile.',
  parameters: z.strictObject({
    bytes: beatBytes,
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    dim: integer({ description: 'elements of a row', min: 1, max: 1024, default: 64 }),
    lanes: integer({ description: 'elements of a beat of results', min: 1, max: 1024, default: 16 }),
  }),
  ports: (p) => ({
    result: input(stream(resultPayload(p.lanes))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    launch: input(wire(bits(1))),
    beats: output(stream(resultBeatPayload(p.bytes))),
    rows_empty: output(counter()),
  }),
  template: { file: 'result-pack/result-pack.v.hbs' },
  constants: (p) => {
    const transfers = Math.ceil((2 * p.dim) / p.bytes);
    return {
      PART: resultBits * p.lanes,
      ROW: resultBits * p.dim,
      GATHERED: resultBits * p.lanes * Math.ceil(p.dim / p.lanes),
      BEAT: 8 * p.bytes,
      ALL: 8 * p.bytes * transfers,
      BYTES: p.bytes,
      PLACE: indexBits(transfers),
      COUNT: indexBits(p.tokens + 1),
    };
  },
  view: (p) => {
    const transfers = Math.ceil((2 * p.dim) / p.bytes);
    const parts = Math.ceil(p.dim / p.lanes);
    return {
      gathers: parts > 1,
      several: transfers > 1,
      lastPlace: transfers - 1,
      fill: 8 * p.bytes * transfers - resultBits * p.dim,
      spare: parts * p.lanes > p.dim,
      bytes: p.bytes,
      tail: Array.from({ length: p.bytes }, (_, i) => ((transfers - 1) * p.bytes + i < 2 * p.dim ? '1' : '0'))
        .toReversed()
        .join(''),
    };
  },
  *model(p, io): Process {
    const length = yield* io.length.read();
    yield* io.launch.read();
    const transfers = Math.ceil((2 * p.dim) / p.bytes);
    for (let row = 0; ; row = row + 1 === length ? 0 : row + 1) {
      const elements: number[] = [];
      for (;;) {
        const { data, none, last } = yield* io.result.take();
        elements.push(...Array.from(data));
        if (!last) continue;
        const all = elements.slice(0, p.dim).flatMap((x) => [x & 255, (x >> 8) & 255]);
        for (let t = 0; t < transfers; t++) {
          const part = Array.from({ length: p.bytes }, (_, i) => all[t * p.bytes + i]);
          const end = t === transfers - 1;
          io.beats.put({
            data: part.map((b) => b ?? 0),
            keep: part.map((b) => (b === undefined ? 0 : 1)),
            none,
            row_end: end ? 1 : 0,
            last: end && row + 1 === length ? 1 : 0,
          });
        }
        break;
      }
    }
  },
});
