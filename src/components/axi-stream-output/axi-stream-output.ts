import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { input, master, output } from '../../dsl/ports.ts';
import { axiStream, resultBeatPayload } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';

/** A stream of results as an AXI4-Stream: a packet a head; TUSER tells that a row kept no key. */
export const axiStreamOutput = defineComponent({
  name: 'axi_stream_output',
  summary: 'Gives results as an AXI4-Stream, and tells when the last transfer of a head has left.',
  parameters: z.strictObject({ bytes: beatBytes }),
  ports: (p) => ({
    beats: input(stream(resultBeatPayload(p.bytes))),
    axis: master(axiStream(p.bytes, 1)),
    head_ended: output(wire(bits(1))),
  }),
  template: {
    text: `  assign axis_tvalid = beats_valid;
  assign beats_ready = axis_tready;
  assign axis_tdata = beats_data;
  assign axis_tkeep = beats_keep;
  assign axis_tlast = beats_last;
  assign axis_tuser = beats_none;
  assign head_ended = axis_tvalid && axis_tready && axis_tlast;

  wire unused = &{ 1'b0, clk, rst_n, beats_row_end };`,
  },
});
