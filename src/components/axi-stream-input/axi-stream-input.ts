import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, output, slave } from '../../dsl/ports.ts';
import { axiStream, framedBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';

/** The signals of an AXI4-Stream as a stream of ours; a queue behind it keeps ready a register's. */
export const axiStreamInput = defineComponent({
  name: 'axi_stream_input',
  summary: 'Takes an AXI4-Stream; what comes while `open` is 0 is dropped.',
  parameters: z.strictObject({ bytes: beatBytes }),
  ports: (p) => ({
    axis: slave(axiStream(p.bytes)),
    open: input(wire(bits(1))),
    packets: output(stream(framedBeatPayload(p.bytes))),
  }),
  template: {
    text: `  assign packets_valid = axis_tvalid && open;
  assign axis_tready = packets_ready || !open;
  assign packets_data = axis_tdata;
  assign packets_keep = axis_tkeep;
  assign packets_last = axis_tlast;

  wire unused = &{ 1'b0, clk, rst_n };`,
  },
});
