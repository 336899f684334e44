import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, wire } from '../../dsl/kinds.ts';
import { integer, toggle } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';

/** Several flags as one. */
export const flagGather = defineComponent({
  name: 'flag_gather',
  summary: 'Tells whether any of several flags is set, or whether all are.',
  parameters: z.strictObject({
    sources: integer({ description: 'flags', min: 1, max: 16, default: 2 }),
    all: toggle({ description: 'all of them rather than any', default: false }),
  }),
  variant: (p) => (p.all ? 'all' : ''),
  ports: (p) => ({ from: input(many(p.sources, wire(bits(1)))), any: output(wire(bits(1))) }),
  template: {
    text: `  assign any = {{#repeat sources}}{{#if @index}} {{operator}} {{/if}}from{{@index}}{{/repeat}};

  wire unused = &{ 1'b0, clk, rst_n };`,
  },
  view: (p) => ({ sources: p.sources, operator: p.all ? '&&' : '||' }),
});
