import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { dotBits, dotShape, multiplierPayload, survivorPayload, widthRules } from '../dot-payloads.ts';
import { indexBits, scorePayload } from '../payloads.ts';

const { tokens, dim, queryBits, keyBits } = dotShape;

/** Scales exact dot products to scores, as SPRINT's query-key unit does: score = saturate((dot * multiplier + half) >> shift). */
export const scoreScale = defineComponent({
  name: 'score_scale',
  summary:
    'Scales the exact dot products of kept keys: score = saturate((dot * multiplier + half) >> shift), with a multiplier for each query.',
  parameters: z.strictObject({
    tokens,
    dim,
    queryBits,
    keyBits,
    scoreBits: integer({
      description: 'bits of a score',
      unit: 'bits',
      min: 4,
      max: 24,
      default: 12,
      source: 'SPRINT Fig. 7',
    }),
  }),
  rules: widthRules,
  ports: (p) => ({
    score_shift: input(wire(bits(6))),
    multipliers: input(stream(multiplierPayload())),
    survivors: input(stream(survivorPayload(p), 'packet')),
    scores: output(stream(scorePayload(p.tokens, p.scoreBits), 'packet')),
  }),
  template: { file: 'score-scale/score-scale.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    SCORE: p.scoreBits,
    PRODUCT: dotBits(p) + 17,
    SCALED: Math.max(p.scoreBits, dotBits(p) + 18) + 1,
  }),
  *model(p, io): Process {
    const shift = yield* io.score_shift.read();
    const half = shift === 0 ? 0 : 2 ** (shift - 1);
    const limit = 2 ** (p.scoreBits - 1);
    for (;;) {
      const { multiplier } = yield* io.multipliers.take();
      for (;;) {
        const { index, dot, empty, last } = yield* io.survivors.take();
        const scaled = Math.floor((dot * multiplier + half) / 2 ** shift);
        io.scores.put({ index, score: empty ? 0 : Math.min(limit - 1, Math.max(-limit, scaled)), empty, last });
        if (last) break;
      }
    }
  },
});
