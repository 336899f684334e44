import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { reciprocal as reciprocalOf } from '../../numerics/softmax.ts';
import { scalePayload, totalPayload } from '../payloads.ts';

/** Quotient bits below the leading one. */
export const reciprocalFraction = 16;

export const reciprocal = defineComponent({
  name: 'reciprocal',
  summary:
    'Gives floor(2^(z+15) / sum), z being the bit length of the sum: the sum is shifted until its top bit is 1, then divided into a power of two by a pipelined restoring divider.',
  parameters: z.strictObject({
    sumBits: integer({ description: 'bits of the sum', unit: 'bits', min: 2, max: 48, default: 24 }),
    bitsPerStage: integer({
      description: 'quotient bits between two registers',
      unit: 'bits',
      min: 1,
      max: 16,
      default: 2,
      source: "implementer's choice",
    }),
  }),
  ports: (p) => ({ total: input(stream(totalPayload(p.sumBits))), scale: output(stream(scalePayload())) }),
  template: { file: 'reciprocal/reciprocal.v.hbs' },
  constants: (p) => ({ SUM: p.sumBits }),
  view: (p) => {
    const count = Math.ceil(reciprocalFraction / p.bitsPerStage);
    // Shifts that bring the top one to the top: by 32, 16, ... 1, as far as the sum is wide.
    const shifts = [32, 16, 8, 4, 2, 1].filter((n) => n < p.sumBits);
    return {
      shifts: shifts.map((by, i) => ({ by, from: i, to: i + 1, top: p.sumBits - 1, bottom: p.sumBits - by })),
      shifted: shifts.length,
      stages: Array.from({ length: count }, (_, i) => {
        const steps = Math.min(p.bitsPerStage, reciprocalFraction - i * p.bitsPerStage);
        const isLast = i === count - 1;
        return {
          from: i,
          to: i + 1,
          isLast,
          steps: Array.from({ length: steps }, (__, j) => ({
            from: j,
            to: j + 1,
            unneeded: isLast && j === steps - 1,
          })),
          steps_in_stage: steps,
          quotient: i * p.bitsPerStage,
        };
      }),
      final: count,
      sum_bits: p.sumBits,
    };
  },
  *model(_, io): Process {
    for (;;) {
      const scale = reciprocalOf((yield* io.total.take()).sum);
      io.scale.put({ reciprocal: scale.r, exponent: scale.z });
    }
  },
});
