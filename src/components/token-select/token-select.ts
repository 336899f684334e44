import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, payload, stream, vector, wire } from '../../dsl/kinds.ts';
import { integer, powerOfTwo } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { indexBits, keepPayload } from '../payloads.ts';
import { rowNumberPayload } from '../query-dispatch/query-dispatch.ts';

/** The pruning vector of a query: 1 = pruned (the paper's polarity). */
export const prunedPayload = (keys: number) => payload('pruned', { pruned: vector(keys, bits(1)) });

/** Tokens of each CORELET: adjacent tokens go to different CORELETs. */
export const localTokens = (tokens: number, corelets: number): number => Math.ceil(tokens / corelets);

/** Kept keys per query: those that were not pruned, are not padding, and are not in the future of a causal query. */
export const tokenSelect = defineComponent({
  name: 'token_select',
  summary:
    'Turns a pruning vector into the kept tokens of each CORELET: pruned tokens, padding and, in a causal head, later tokens are left out; token j belongs to CORELET j mod N.',
  parameters: z.strictObject({
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    corelets: powerOfTwo({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
  }),
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    causal: input(wire(bits(1))),
    prune: input(wire(bits(1))),
    row_numbers: input(stream(rowNumberPayload(p.tokens))),
    pruned: input(stream(prunedPayload(p.tokens))),
    keys: output(many(p.corelets, stream(keepPayload(localTokens(p.tokens, p.corelets))))),
    values: output(many(p.corelets, stream(keepPayload(localTokens(p.tokens, p.corelets))))),
  }),
  template: { file: 'token-select/token-select.v.hbs' },
  constants: (p) => ({
    TOKENS: p.tokens,
    COUNT: indexBits(p.tokens + 1),
    INDEX: indexBits(p.tokens),
    LOCAL: localTokens(p.tokens, p.corelets),
    CORELETS: p.corelets,
  }),
  view: (p) => {
    const local = localTokens(p.tokens, p.corelets);
    return {
      grow: indexBits(p.tokens + 1) - indexBits(p.tokens),
      ways: Array.from({ length: p.corelets }, (_, n) => ({
        n,
        members: Array.from({ length: local }, (_, l) => (local - 1 - l) * p.corelets + n).map((j) =>
          j >= p.tokens ? "1'b0" : `kept[${j}]`,
        ),
      })),
    };
  },
  *model(p, io): Process {
    const length = yield* io.length.read();
    const causal = yield* io.causal.read();
    const prune = yield* io.prune.read();
    for (;;) {
      const { row } = yield* io.row_numbers.take();
      const pruned = prune ? (yield* io.pruned.take()).pruned : undefined;
      const keep = io.keys.map(() => new Uint8Array(localTokens(p.tokens, p.corelets)));
      const end = causal ? Math.min(length, row + 1) : length;
      for (let j = 0; j < end; j++) {
        if (!pruned?.[j]) keep[j % p.corelets]![Math.floor(j / p.corelets)] = 1;
      }
      keep.forEach((bitsOfLane, n) => {
        io.keys[n]!.put({ keep: bitsOfLane });
        io.values[n]!.put({ keep: bitsOfLane });
      });
    }
  },
});
