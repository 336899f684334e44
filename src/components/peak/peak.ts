import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { peakPayload } from '../payloads.ts';

/** The largest score over all CORELETs, told to each of them: the common reference that makes the merge exact. */
export const peak = defineComponent({
  name: 'peak',
  summary:
    "Finds the largest of the CORELETs' largest scores and tells it to each of them, so that all weights share one reference.",
  parameters: z.strictObject({
    ways: integer({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
    scoreBits: integer({ description: 'bits of a score', unit: 'bits', min: 4, max: 24, default: 12 }),
  }),
  ports: (p) => ({
    from: input(many(p.ways, stream(peakPayload(p.scoreBits)))),
    to: output(many(p.ways, stream(peakPayload(p.scoreBits)))),
  }),
  template: { file: 'peak/peak.v.hbs' },
  constants: (p) => ({ WAYS: p.ways, SCORE: p.scoreBits }),
  view: (p) => ({
    steps: Array.from({ length: p.ways - 1 }, (_, i) => ({ way: i + 1, before: i })),
    final: p.ways - 1,
  }),
  *model(_, io): Process {
    for (;;) {
      let best: number | undefined;
      for (const local of io.from) {
        const { score, empty } = yield* local.take();
        if (!empty && (best === undefined || score > best)) best = score;
      }
      for (const global of io.to) global.put({ score: best ?? 0, empty: best === undefined ? 1 : 0 });
    }
  },
});
