import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, counter, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import { indexBits } from '../payloads.ts';

/** Cycles that a soft reset lasts. */
export const resetCycles = 4;

/** Starts and ends runs, and resets what computes. */
export const runControl = defineComponent({
  name: 'run_control',
  summary:
    'Starts a run of one head or more, tells when it has ended, and carries out a soft reset: first nothing new is begun on the bus, then what is under way ends, then all that computes is reset.',
  parameters: z.strictObject({
    tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  }),
  ports: (p) => ({
    start: input(wire(bits(1))),
    soft_reset: input(wire(bits(1))),
    heads: input(wire(bits(16))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    aligned: input(wire(bits(1))),
    head_ended: input(wire(bits(1))),
    quiet: input(wire(bits(1))),
    bus_failed: input(wire(bits(1))),
    launch: output(wire(bits(1))),
    busy: output(wire(bits(1))),
    resetting: output(wire(bits(1))),
    locked: output(wire(bits(1))),
    flush: output(wire(bits(1))),
    core_reset: output(wire(bits(1))),
    heads_done: output(wire(bits(16))),
    finished: output(wire(bits(1))),
    error_busy: output(wire(bits(1))),
    error_size: output(wire(bits(1))),
    error_alignment: output(wire(bits(1))),
    failed: output(wire(bits(1))),
    busy_cycles: output(counter()),
  }),
  template: { file: 'run-control/run-control.v.hbs' },
  constants: (p) => ({ COUNT: indexBits(p.tokens + 1), TOKENS: p.tokens, LAST: resetCycles - 1 }),
  view: (p) => ({ bounded: p.tokens < 2 ** indexBits(p.tokens + 1) - 1 }),
});
