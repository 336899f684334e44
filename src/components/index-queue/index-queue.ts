import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, flag, payload, stream } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, master, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { dotShape } from '../dot-payloads.ts';
import { indexBits, scorePayload } from '../payloads.ts';
import { memoryBus } from '../sram/sram.ts';

/** A kept key, whose value is wanted; `empty`: the query keeps none. */
export const keptPayload = (tokens: number) =>
  payload('kept', { index: bits(indexBits(tokens)), empty: flag(), last: flag() });

/**
 * Indices that can wait. One query's at least, or the design locks up: values are weighted only when all of the query's scores are
 * known. Another query's come in meanwhile, and a few more.
 */
export const waitingIndices = (tokens: number): number => 2 * tokens + 8;
/** Bits of a waiting index: itself, `empty` and `last`. */
export const waitingIndexBits = (tokens: number): number => indexBits(tokens) + 2;

/** The index queue of LeOPArd: the numbers of kept keys wait in memory until their weights can be had. */
export const indexQueue = defineComponent({
  name: 'index_queue',
  summary: 'A queue in memory of the kept keys of several queries, in the order in which their scores came.',
  parameters: z.strictObject({
    tokens: dotShape.tokens,
    scoreBits: integer({
      description: 'bits of a score',
      unit: 'bits',
      min: 4,
      max: 24,
      default: 12,
      source: 'SPRINT Fig. 7',
    }),
  }),
  ports: (p) => ({
    scores: input(stream(scorePayload(p.tokens, p.scoreBits), 'packet')),
    kept: output(stream(keptPayload(p.tokens), 'packet')),
    memory: master(memoryBus(waitingIndices(p.tokens), waitingIndexBits(p.tokens))),
  }),
  template: { file: 'index-queue/index-queue.v.hbs' },
  constants: (p) => ({
    INDEX: indexBits(p.tokens),
    DEPTH: waitingIndices(p.tokens),
    ADDRESS: indexBits(waitingIndices(p.tokens)),
    COUNT: indexBits(waitingIndices(p.tokens) + 1),
  }),
  view: (p) => ({ end: waitingIndices(p.tokens) - 1 }),
  *model(_, io): Process {
    for (;;) {
      const { index, empty, last } = yield* io.scores.take();
      io.kept.put({ index, empty, last });
    }
  },
});
