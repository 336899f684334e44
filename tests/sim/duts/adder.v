// Adds a wire and two signed 40-bit numbers, one item a cycle. `BUG` gives a wrong sum for one operand pair.
`default_nettype none
module adder (
  input  wire               clk,
  input  wire               rst_n,
  input  wire signed [11:0] offset,
  input  wire               pair_valid,
  output wire               pair_ready,
  input  wire signed [39:0] pair_a,
  input  wire signed [39:0] pair_b,
  output reg                sum_valid,
  input  wire               sum_ready,
  output reg  signed [41:0] sum_value,
  output reg  signed [41:0] largest
);
  assign pair_ready = !sum_valid || sum_ready;
  wire signed [41:0] sum = pair_a + pair_b + offset;
`ifdef BUG
  wire signed [41:0] shown = pair_a == -40'sd3 ? sum + 42'sd1 : sum;
`else
  wire signed [41:0] shown = sum;
`endif
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      sum_valid <= 1'b0;
      sum_value <= 42'd0;
      largest <= {1'b1, 41'd0};
    end else if (pair_ready) begin
      sum_valid <= pair_valid;
      if (pair_valid) sum_value <= shown;
      if (pair_valid && sum > largest) largest <= sum;
    end
  end
endmodule
`default_nettype wire
