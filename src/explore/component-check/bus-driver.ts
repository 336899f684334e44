/** Drives an interface as its master, one command an item: how a slave is reached from a stream. */
import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Fields, type Interface, payload, stream } from '../../dsl/kinds.ts';
import { master, input, output } from '../../dsl/ports.ts';

/** Signals that last one cycle; the others hold until the next command. */
const isPulse = (name: string): boolean => /(^|_)(enable|evaluate)$/.test(name);

/** Verilog text of the driver; `{ {` is a concatenation, as two braces together would be the template's own. */
function template(bus: Interface, after: number): string {
  const signals = Object.entries(bus.signals);
  const driven = signals.filter(([, s]) => s.from === 'master').map(([name]) => name);
  const watched = signals.filter(([, s]) => s.from === 'slave').map(([name]) => name);
  const width = (name: string): string => {
    const { field } = bus.signals[name]!;
    const total = field.shape === 'vector' ? field.width * field.count : field.width;
    return total === 1 ? '' : `[${total - 1}:0] `;
  };
  return `  localparam [8:0] AFTER = 9'd${after};
  // A command is put on the bus for one cycle; AFTER cycles later the slave's outputs are the answer, if one is asked for.
  reg start;
  reg waiting;
  reg wanted;
  reg answering;
  reg [8:0] timer;
${driven.map((n) => `  reg ${width(n)}${n};`).join('\n')}
${watched.map((n) => `  reg ${width(n)}${n};`).join('\n')}
  wire accept = command_valid && command_ready;
  wire look = waiting && timer == 9'd0;
  assign command_ready = !start && !waiting && (!answering || answer_ready);

  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      start <= 1'b0;
      waiting <= 1'b0;
      wanted <= 1'b0;
      answering <= 1'b0;
      timer <= 9'd0;
    end else begin
      start <= accept;
      if (accept) wanted <= command_ask;
      if (start) timer <= AFTER - 9'd1;
      else if (timer != 9'd0) timer <= timer - 9'd1;
      if (start) waiting <= 1'b1;
      else if (look) waiting <= 1'b0;
      if (look) answering <= wanted;
      else if (answer_ready) answering <= 1'b0;
    end
  end

  always @(posedge clk) begin
    if (accept) begin
${driven.map((n) => `      ${n} <= command_${n};`).join('\n')}
    end
    if (look) begin
${watched.map((n) => `      ${n} <= bus_${n};`).join('\n')}
    end
  end

${driven.map((n) => `  assign bus_${n} = ${isPulse(n) ? 'start && ' : ''}${n};`).join('\n')}
  assign answer_valid = answering;
${watched.map((n) => `  assign answer_${n} = ${n};`).join('\n')}
`;
}

/** A master of `bus`. An item of `command` has a value for each signal that a master drives, and whether an answer is wanted. */
export const busDriver = (bus: Interface, answerAfter: number) => {
  const fields = (from: 'master' | 'slave'): Fields =>
    Object.fromEntries(
      Object.entries(bus.signals)
        .filter(([, s]) => s.from === from)
        .map(([name, s]) => [name, s.field]),
    );
  return defineComponent({
    name: `${bus.name}_driver`,
    summary: `Puts commands from a stream on a ${bus.name} interface, and the slave's answers on another.`,
    parameters: z.strictObject({}),
    ports: () => ({
      command: input(stream(payload('command', { ...fields('master'), ask: bits(1) } as Fields))),
      answer: output(stream(payload('answer', fields('slave')))),
      bus: master(bus),
    }),
    template: { text: template(bus, answerAfter) },
  })({});
};
