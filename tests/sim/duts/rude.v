// Passes bytes through and breaks the ready/valid rules as `mode` says:
// 0 not at all, 1 drops valid, 2 changes its payload, 3 valid waits for ready, 4 hangs after three items,
// 5 delivers each fifth item twice, 6 shows an unknown payload.
`default_nettype none
module rude (
  input  wire       clk,
  input  wire       rst_n,
  input  wire [2:0] mode,
  input  wire       in_valid,
  output wire       in_ready,
  input  wire [7:0] in_byte,
  output wire       out_valid,
  input  wire       out_ready,
  output wire [7:0] out_byte
);
  reg full, again;
  reg [7:0] held;
  reg [3:0] waited, passed;
  assign out_valid = full && !(mode == 3'd1 && waited == 4'd2) && !(mode == 3'd3 && !out_ready);
  assign out_byte = mode == 3'd6 ? 8'bx : mode == 3'd2 && waited == 4'd1 ? ~held : held;
  wire pop = out_valid && out_ready;
  wire twice = mode == 3'd5 && passed == 4'd4 && !again;
  assign in_ready = !full && !(mode == 3'd4 && passed == 4'd3);
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      full <= 1'b0;
      again <= 1'b0;
      held <= 8'd0;
      waited <= 4'd0;
      passed <= 4'd0;
    end else begin
      waited <= full && !pop ? waited + 4'd1 : 4'd0;
      if (pop) begin
        full <= twice;
        again <= twice;
        if (!twice) passed <= passed + 4'd1;
      end
      if (in_valid && in_ready) begin
        full <= 1'b1;
        held <= in_byte;
      end
    end
  end
endmodule
`default_nettype wire
