import { bitSelect } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { memoryShape, readPayload } from '../main-memory/layout.ts';
import { indexBits, requestPayload } from '../payloads.ts';
import { localTokens } from '../token-select/token-select.ts';

const { tokens, channels } = memoryShape;

export const routerParameters = z.strictObject({
  tokens,
  channels,
  corelets: powerOfTwo({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
});

/** A token store as the routers see it: lane, keys or values. */
interface Store {
  readonly name: string;
  readonly lane: number;
  readonly value: boolean;
}

/** All stores, keys first. */
export const storesOf = (corelets: number): Store[] =>
  [false, true].flatMap((value) =>
    Array.from({ length: corelets }, (_, lane) => ({ name: `${value ? 'values' : 'keys'}${lane}`, lane, value })),
  );

/** Stores that can have tokens in a channel: token j is in lane j mod corelets and in channel j mod channels. */
export const storesOfChannel = (channel: number, p: z.output<typeof routerParameters>): Store[] => {
  const common = Math.min(p.corelets, p.channels);
  return storesOf(p.corelets).filter((s) => s.lane % common === channel % common);
};

/** Names of a turn's candidates, first one first. */
export const turnOrder = <T>(items: readonly T[]): { turn: number; order: { item: T; number: number }[] }[] =>
  items.map((_, turn) => ({
    turn,
    order: items.map((__, i) => {
      const number = (turn + i) % items.length;
      return { item: items[number]!, number };
    }),
  }));

/** Takes the stores' requests to the channels that hold the tokens; stores that want the same channel take turns. */
export const requestRouter = defineComponent({
  name: 'request_router',
  summary:
    'Takes requests for keys and values to the memory channels that hold them; stores that want the same channel take turns.',
  parameters: routerParameters,
  ports: (p) => ({
    keys: input(many(p.corelets, stream(requestPayload(localTokens(p.tokens, p.corelets))))),
    values: input(many(p.corelets, stream(requestPayload(localTokens(p.tokens, p.corelets))))),
    channels: output(many(p.channels, stream(readPayload(p.tokens)))),
  }),
  template: { file: 'request-router/request-router.v.hbs' },
  constants: (p) => ({ TOKEN: indexBits(p.tokens) }),
  view: (p) => {
    const local = indexBits(localTokens(p.tokens, p.corelets));
    const laneBits = Math.log2(p.corelets);
    const token = indexBits(p.tokens);
    const channelBits = Math.log2(p.channels);
    const stores = storesOf(p.corelets);
    return {
      stores: stores.map((s) => ({
        ...s,
        // Token number: the store's own number above the lane's.
        token: tokenExpression(`${s.name}_index`, local, s.lane, laneBits, token),
        ready: Array.from({ length: p.channels }, (_, c) => c).filter((c) =>
          storesOfChannel(c, p).some((o) => o.name === s.name),
        ),
      })),
      channels: Array.from({ length: p.channels }, (_, c) => {
        const candidates = storesOfChannel(c, p);
        return {
          c,
          turnBits: indexBits(candidates.length),
          candidates: candidates.map((s, number) => ({
            ...s,
            number,
            // With more channels than lanes the token's low bits decide.
            here:
              channelBits > laneBits
                ? `${s.name}_valid && ${lowBits(`${s.name}_token`, channelBits, token)} == ${channelBits}'d${c}`
                : `${s.name}_valid`,
          })),
          turns: turnOrder(candidates),
          last: candidates.length - 1,
          several: candidates.length > 1,
        };
      }),
    };
  },
  model(p, io): Process[] {
    // In a design, the main memory's own model answers the stores; a channel sees its requests in the order of one store
    // after the other, which a check compares as a set.
    const forward = function* (lane: number, value: 0 | 1): Process {
      const source = (value ? io.values : io.keys)[lane]!;
      for (;;) {
        const token = (yield* source.take()).index * p.corelets + lane;
        io.channels[token % p.channels]!.put({ token, value });
      }
    };
    return storesOf(p.corelets).map((s) => forward(s.lane, s.value ? 1 : 0));
  },
});

/** `{ index, lane }` in `width` bits. */
function tokenExpression(name: string, local: number, lane: number, laneBits: number, width: number): string {
  const joined = laneBits ? `{ ${name}, ${laneBits}'d${lane} }` : name;
  const have = local + laneBits;
  // Fewer tokens than lanes: the number of a lane may have more bits than a token number needs.
  return have > width ? `${width}'d${lane}` : joined;
}

export function lowBits(name: string, count: number, width: number): string {
  if (count > width) return `{ ${count - width}'d0, ${name} }`;
  return bitSelect(name, count - 1, 0, width);
}
