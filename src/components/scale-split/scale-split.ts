import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, payload, signed, stream, wire } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { queryScaleBytes, rowPayload } from '../axi.ts';
import { indexBits } from '../payloads.ts';

/** A query's multiplier and threshold. */
export const queryScalePayload = (thresholdBits: number) =>
  payload('query_scale', { multiplier: bits(16), threshold: signed(thresholdBits) });

export const scaleShape = {
  tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  thresholdBits: integer({ description: 'bits of a threshold', unit: 'bits', min: 2, max: 48, default: 28 }),
};

/** Value of a record: 48 bits of threshold, 16 of multiplier, low byte first. */
function readScale(bytes: ArrayLike<number>, at: number, thresholdBits: number) {
  let threshold = 0n;
  for (let n = 5; n >= 0; n--) threshold = (threshold << 8n) | BigInt(bytes[at + n]!);
  const multiplier = bytes[at + 6]! + 256 * bytes[at + 7]!;
  return { multiplier, threshold: Number(BigInt.asIntN(thresholdBits, threshold)) };
}

/** Takes the records of several queries out of one transfer; those behind the last query of a head are dropped. */
export const scaleSplit = defineComponent({
  name: 'scale_split',
  summary:
    "Gives a query's multiplier and threshold one after the other out of words of several; what is left of a word when the head ends is dropped.",
  parameters: z.strictObject({
    bytes: powerOfTwo({ description: 'bytes of a word', unit: 'bytes', min: 8, max: 128, default: 16 }),
    ...scaleShape,
  }),
  ports: (p) => ({
    words: input(stream(rowPayload(p.bytes))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    scale: output(stream(queryScalePayload(p.thresholdBits))),
  }),
  template: { file: 'scale-split/scale-split.v.hbs' },
  constants: (p) => ({
    ALL: 8 * p.bytes,
    PLACE: indexBits(p.bytes / queryScaleBytes),
    COUNT: indexBits(p.tokens + 1),
    THRESHOLD: p.thresholdBits,
  }),
  view: (p) => ({ several: p.bytes > queryScaleBytes, lastPlace: p.bytes / queryScaleBytes - 1 }),
  *model(p, io): Process {
    const length = yield* io.length.read();
    for (;;) {
      for (let row = 0; row < length; ) {
        const { data } = yield* io.words.take();
        for (let at = 0; at < p.bytes && row < length; at += queryScaleBytes, row++)
          io.scale.put(readScale(data, at, p.thresholdBits));
      }
      if (length === 0) yield;
    }
  },
});
