import { bitSelect } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Fields, many, payload, signed, stream, vector } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { memoryShape, readDataPayload } from '../main-memory/layout.ts';
import { indexBits, keyFields } from '../payloads.ts';
import { lowBits, routerParameters, storesOf, storesOfChannel, turnOrder } from '../request-router/request-router.ts';
import { localTokens } from '../token-select/token-select.ts';

const { dim, cellBits } = memoryShape;

const parameters = z.strictObject({ ...routerParameters.shape, dim, cellBits });

/** A vector on its way into a store's buffer; the fields of a key are the buffers it is split over. */
export const keyFillPayload = (localCount: number, dimension: number, cells: number) =>
  payload('fill', { index: bits(indexBits(localCount)), ...keyFields(dimension, cells) } as Fields);
export const valueFillPayload = (localCount: number, dimension: number) =>
  payload('fill', { index: bits(indexBits(localCount)), data: vector(dimension, signed(8)) } as Fields);

/** Takes what the channels give to the stores that asked; channels that have something for the same store take turns. */
export const fillRouter = defineComponent({
  name: 'fill_router',
  summary:
    'Takes the vectors that arrive from the memory channels to the stores that asked for them; channels with something for the same store take turns.',
  parameters,
  ports: (p) => {
    const local = localTokens(p.tokens, p.corelets);
    return {
      channels: input(many(p.channels, stream(readDataPayload(p.tokens, p.dim)))),
      keys: output(many(p.corelets, stream(keyFillPayload(local, p.dim, p.cellBits), 'packet'))),
      values: output(many(p.corelets, stream(valueFillPayload(local, p.dim), 'packet'))),
    };
  },
  template: { file: 'fill-router/fill-router.v.hbs' },
  constants: (p) => ({
    TOKEN: indexBits(p.tokens),
    INDEX: indexBits(localTokens(p.tokens, p.corelets)),
    VECTOR: 8 * p.dim,
    HIGH: p.cellBits * p.dim,
    LANE: indexBits(p.corelets),
  }),
  view: (p) => {
    const token = indexBits(p.tokens);
    const laneBits = Math.log2(p.corelets);
    const local = indexBits(localTokens(p.tokens, p.corelets));
    const channels = Array.from({ length: p.channels }, (_, c) => c);
    const stores = storesOf(p.corelets).map((s) => {
      const candidates = channels.filter((c) => storesOfChannel(c, p).some((o) => o.name === s.name));
      return {
        ...s,
        candidates: candidates.map((c, number) => ({
          c,
          number,
          // The store's own number of the token: without the lane's bits.
          index:
            token > laneBits
              ? token - laneBits >= local
                ? bitSelect(`channels${c}_token`, laneBits + local - 1, laneBits, token)
                : `{ ${local - token + laneBits}'d0, ${bitSelect(`channels${c}_token`, token - 1, laneBits, token)} }`
              : `${local}'d0`,
          here: `channels${c}_valid && ${s.value ? '' : '!'}channels${c}_value${
            laneBits ? ` && ${lowBits(`channels${c}_token`, laneBits, token)} == ${laneBits}'d${s.lane}` : ''
          }`,
        })),
        turnBits: indexBits(candidates.length),
        turns: turnOrder(candidates),
        last: candidates.length - 1,
        several: candidates.length > 1,
      };
    });
    return {
      stores,
      split: p.cellBits < 8,
      channels: channels.map((c) => ({
        c,
        stores: stores.filter((s) => s.candidates.some((x) => x.c === c)).map((s) => s.name),
      })),
    };
  },
  model(p, io): Process[] {
    return io.channels.map(function* (channel): Process {
      for (;;) {
        const { token, value, data } = yield* channel.take();
        const lane = token % p.corelets;
        const index = Math.floor(token / p.corelets);
        if (value) io.values[lane]!.put({ index, data: Int8Array.from(data) } as never);
        else io.keys[lane]!.put({ index, ...splitKey(data, p.dim, p.cellBits) } as never);
      }
    });
  },
});

/** Takes a key apart that came as a row of bytes: first the crossbars' bits of all elements, then the others. */
export function splitKey(bytes: ArrayLike<number>, dimension: number, cells: number): Record<string, Int32Array> {
  const take = (start: number, width: number, twosComplement: boolean): Int32Array =>
    Int32Array.from({ length: dimension }, (_, i) => {
      let value = 0;
      for (let b = 0; b < width; b++) {
        const at = start + i * width + b;
        value += ((bytes[at >> 3]! >> (at & 7)) & 1) * 2 ** b;
      }
      return twosComplement && value >= 2 ** (width - 1) ? value - 2 ** width : value;
    });
  return {
    msb: take(0, cells, true),
    ...(cells < 8 ? { lsb: take(dimension * cells, 8 - cells, false) } : {}),
  };
}
