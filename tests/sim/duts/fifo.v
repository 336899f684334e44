// FIFO of four items: an index of 9 signed bits and 25 elements of 8 bits (a 200-bit bus); counts what went in.
`default_nettype none
module fifo (
  input  wire         clk,
  input  wire         rst_n,
  input  wire         in_valid,
  output wire         in_ready,
  input  wire [8:0]   in_index,
  input  wire [199:0] in_data,
  output wire         out_valid,
  input  wire         out_ready,
  output wire [8:0]   out_index,
  output wire [199:0] out_data,
  output reg  [31:0]  count
);
  reg [208:0] store [0:3];
  reg [2:0] head, tail;
  assign in_ready = (tail - head) != 3'd4;
  assign out_valid = tail != head;
  assign {out_index, out_data} = store[head[1:0]];
  wire push = in_valid && in_ready;
  wire pop = out_valid && out_ready;
  always @(posedge clk) if (push) store[tail[1:0]] <= {in_index, in_data};
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      head <= 3'd0;
      tail <= 3'd0;
      count <= 32'd0;
    end else begin
      if (push) begin
        tail <= tail + 3'd1;
        count <= count + 32'd1;
      end
      if (pop) head <= head + 3'd1;
    end
  end
endmodule
`default_nettype wire
