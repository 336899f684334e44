import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, many, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import {
  dotBits,
  dotShape,
  groupRules,
  groupsOf,
  numberBits,
  outcomePayload,
  queriesUnderWay,
  roundPayload,
  survivorPayload,
  widthRules,
} from '../dot-payloads.ts';
import { belongs, localTokens, numberInWay, valueWays } from '../kept-attention/ways.ts';
import { indexBits } from '../payloads.ts';

const { tokens, dim, queryBits, keyBits, groupBits, units: unitCount } = dotShape;
const parameters = z.strictObject({ tokens, dim, queryBits, keyBits, groupBits, units: unitCount, valueWays });

/** Bits of a count of outcomes: of all of a query, and of those that come in one cycle. */
const countBits = (p: z.output<typeof parameters>): number => Math.max(indexBits(p.tokens + 1), indexBits(p.units + 1));

/** What to write before and after a name to have it wider by some zeros. */
const padding = (before: string, after: string, zeros: number): Record<string, string> => ({
  [before]: zeros > 0 ? `{ ${zeros}'d0, ` : '',
  [after]: zeros > 0 ? ' }' : '',
});

/**
 * Collects what the dot-product units say. A pruned key is only counted, any number of them a cycle. A kept one becomes a survivor of its
 * way, one a cycle and way, the units in turn; those of the next query wait at their units until the present query has ended. That is known
 * exactly: as many outcomes as the query has keys have come. A survivor is held until another one follows it or the query
 * has ended, so that the last one can say so, and none of these steps costs a cycle. Ways end a query each in its own time, and begin the
 * next one together.
 */
export const outcomeCollect = defineComponent({
  name: 'outcome_collect',
  summary:
    'Takes the outcomes of the dot-product units as they come, passes on the kept keys of one query after the other, marks the last of each, and counts where keys ended.',
  parameters,
  rules: [...widthRules, ...groupRules],
  ports: (p) => ({
    clear: input(wire(bits(1))),
    rounds: input(stream(roundPayload(p.tokens))),
    outcomes: input(many(p.units, stream(outcomePayload(p)))),
    survivors: output(many(p.valueWays, stream(survivorPayload({ ...p, tokens: localTokens(p) }), 'packet'))),
    keys_kept: output(counter()),
    groups_histogram: output(many(groupsOf(p), counter())),
  }),
  template: { file: 'outcome-collect/outcome-collect.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(localTokens(p)),
    WIDE: countBits(p),
    GROUP: indexBits(groupsOf(p)),
    DOT: dotBits(p),
    UNITS: p.units,
    SOME: indexBits(p.units + 1),
  }),
  view: (p) => {
    const groups = groupsOf(p);
    const spare = indexBits(p.units + 1) - 1;
    const pad = spare > 0 ? `${spare}'d0, ` : '';
    const units = Array.from({ length: p.units }, (_, n) => n);
    return {
      units,
      several: p.units > 1,
      severalWays: p.valueWays > 1,
      ways: Array.from({ length: p.valueWays }, (_, way) => {
        const offers = units.map((n) => {
          const here = belongs(`outcomes${n}_index`, way, p);
          return { n, here: here && ` && ${here}`, index: numberInWay(`outcomes${n}_index`, p) };
        });
        return { way, offers, highestFirst: offers.toReversed() };
      }),
      numbers: Array.from({ length: queriesUnderWay }, (_, q) => ({
        q,
        pad,
        comes: units.map((n) => `comes${n} && outcomes${n}_number == ${numberBits}'d${q}`),
      })),
      groups: Array.from({ length: groups }, (_, t) => ({
        t,
        pad,
        comes: units.map((n) => `comes${n}${groups > 1 ? ` && outcomes${n}_group == ${indexBits(groups)}'d${t}` : ''}`),
      })),
      unused: groups === 1,
      ...padding('padCount', 'padCountEnd', countBits(p) - indexBits(p.tokens + 1)),
      ...padding('padSome', 'padEnd', countBits(p) - indexBits(p.units + 1)),
    };
  },
  *model(p, io): Process {
    // In the order in which the model of the key dispatch hands keys out.
    let turn = 0;
    for (;;) {
      const { keys } = yield* io.rounds.take();
      const held = new Map<number, { index: number; dot: number }>();
      for (let n = 0; n < keys; n++, turn++) {
        const { index, dot, keep } = yield* io.outcomes[turn % p.units]!.take();
        if (!keep) continue;
        const way = index % p.valueWays;
        const before = held.get(way);
        if (before) io.survivors[way]!.put({ ...before, empty: 0, last: 0 });
        held.set(way, { index: Math.floor(index / p.valueWays), dot });
      }
      for (const [way, survivors] of io.survivors.entries()) {
        const last = held.get(way);
        survivors.put({ ...(last ?? { index: 0, dot: 0 }), empty: last ? 0 : 1, last: 1 });
      }
    }
  },
});
