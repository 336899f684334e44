import { elementOf } from '../bit-select.ts';
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { memoryLayout, memoryShape } from '../main-memory/layout.ts';
import { prunedPayload } from '../token-select/token-select.ts';

const { tokens, dim, channels, banks, rows, columns } = memoryShape;

/** Puts the channels' pruning bits back in token order. */
export const prunedJoin = defineComponent({
  name: 'pruned_join',
  summary: 'Puts the pruning vectors of the channels together, in token order.',
  parameters: z.strictObject({ tokens, dim, channels, banks, rows, columns }),
  ports: (p) => ({
    channels: input(many(p.channels, stream(prunedPayload(memoryLayout(p).bankTokens * p.banks)))),
    pruned: output(stream(prunedPayload(p.tokens))),
  }),
  template: { file: 'pruned-join/pruned-join.v.hbs' },
  constants: (p) => ({ TOKENS: p.tokens }),
  view: (p) => {
    const each = memoryLayout(p).bankTokens * p.banks;
    const bit = (j: number) => elementOf(`channels${j % p.channels}_pruned`, 1, Math.floor(j / p.channels), each);
    const spare = Array.from({ length: each * p.channels - p.tokens }, (_, i) => bit(p.tokens + i));
    return {
      ways: Array.from({ length: p.channels }, (_, i) => i),
      order: Array.from({ length: p.tokens }, (_, i) => bit(p.tokens - 1 - i)),
      spare,
    };
  },
  *model(p, io): Process {
    for (;;) {
      const parts: ArrayLike<number>[] = [];
      for (const channel of io.channels) parts.push((yield* channel.take()).pruned);
      io.pruned.put({
        pruned: Uint8Array.from({ length: p.tokens }, (_, j) => parts[j % p.channels]![Math.floor(j / p.channels)]!),
      });
    }
  },
});
