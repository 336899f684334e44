// Multipliers of FPGAs without multipliers: rows of partial products, two bits of the shorter factor
// at a time, added one after the other by carry chains. Yosys' own way, carry-save adders made of
// look-up tables, takes about twice as many of these. Read by yosys' techmap.
(* techmap_celltype = "$mul" *)
module prunus_mul (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  wire _TECHMAP_FAIL_ = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ || A_WIDTH < 4
      || B_WIDTH < 4 || A_SIGNED != B_SIGNED;
  localparam SWAP = A_WIDTH < B_WIDTH;
  localparam M = SWAP ? B_WIDTH : A_WIDTH;
  localparam N = SWAP ? A_WIDTH : B_WIDTH;
  localparam ROWS = (N + 1) / 2;
  localparam W = M + 3;  // a row: from -2 to 3 times the longer factor
  wire [M-1:0] long = SWAP ? B : A;
  wire [N-1:0] short = SWAP ? A : B;
  wire sign = A_SIGNED && long[M-1];
  wire [2*ROWS-1:0] digits = { {2{A_SIGNED && short[N-1]}}, short };
  wire [W-1:0] once = { {3{sign}}, long };
  wire [W-1:0] twice = { {2{sign}}, long, 1'b0 };
  wire [W-1:0] thrice;
  wire [W-1:0] unused_x;
  wire [W-1:0] unused_co;
  \$alu #(.A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(W), .B_WIDTH(W), .Y_WIDTH(W)) add_thrice (
    .A(once), .B(twice), .CI(1'b0), .BI(1'b0), .Y(thrice), .X(unused_x),
    .CO(unused_co)
  );

  wire [2*ROWS+W-1:0] product;
  genvar j;
  generate
    for (j = 0; j < ROWS; j = j + 1) begin : gen_row
      wire [1:0] digit = digits[2*j+1:2*j];
      // The highest digit of a signed factor is 0, 1, -2 or -1.
      wire negative = A_SIGNED && j == ROWS - 1 && digit[1];
      wire [W-1:0] amount = negative ? (digit[0] ? once : twice)
          : digit[1] ? (digit[0] ? thrice : twice) : digit[0] ? once : {W{1'b0}};
      wire [W-1:0] sum;
      if (j == 0) assign sum = amount;
      else begin : gen_sum
        wire [W-1:0] x;
        wire [W-1:0] co;
        wire [W-1:0] above = { {2{gen_row[j-1].sum[W-1] && A_SIGNED}}, gen_row[j-1].sum[W-1:2] };
        \$alu #(.A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(W), .B_WIDTH(W), .Y_WIDTH(W)) add (
          .A(above), .B(amount), .CI(negative), .BI(negative), .Y(sum), .X(x),
          .CO(co)
        );
      end
      assign product[2*j+1:2*j] = sum[1:0];
    end
  endgenerate
  assign product[2*ROWS+W-1:2*ROWS] = { {2{gen_row[ROWS-1].sum[W-1] && A_SIGNED}}, gen_row[ROWS-1].sum[W-1:2] };
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(2*ROWS+W), .Y_WIDTH(Y_WIDTH)) wide (.A(product), .Y(Y));
endmodule
