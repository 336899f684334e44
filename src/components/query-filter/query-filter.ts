import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { stream } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { gatherQueryPayload, presencePayload, relevanceShape } from '../relevance-payloads.ts';

const { dim } = relevanceShape;

/** Drops the queries that keep no key, one a cycle. */
export const queryFilter = defineComponent({
  name: 'query_filter',
  summary: 'Passes on the queries that keep some key, and drops the others.',
  parameters: z.strictObject({ dim }),
  ports: (p) => ({
    presence: input(stream(presencePayload())),
    queries: input(stream(gatherQueryPayload(p.dim))),
    kept: output(stream(gatherQueryPayload(p.dim))),
  }),
  template: { file: 'query-filter/query-filter.v.hbs' },
  *model(_, io): Process {
    for (;;) {
      const { keeps } = yield* io.presence.take();
      const query = yield* io.queries.take();
      if (keeps) io.kept.put(query);
    }
  },
});
