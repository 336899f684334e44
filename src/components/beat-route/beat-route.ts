import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { many, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { beatPayload, taggedBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';

/** What is read from memory goes where its tag says. */
export const beatRoute = defineComponent({
  name: 'beat_route',
  summary: 'Gives each transfer to the reader that its tag names; the transfers of all of them keep one order.',
  parameters: z.strictObject({
    bytes: beatBytes,
    ways: integer({ description: 'readers', min: 2, max: 8, default: 5 }),
  }),
  ports: (p) => ({
    from: input(stream(taggedBeatPayload(p.bytes))),
    to: output(many(p.ways, stream(beatPayload(p.bytes)))),
  }),
  template: { file: 'beat-route/beat-route.v.hbs' },
  view: (p) => ({ ways: p.ways }),
  *model(_, io): Process {
    for (;;) {
      const { data, tag } = yield* io.from.take();
      io.to[tag]!.put({ data });
    }
  },
});
