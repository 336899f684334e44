// How adders and multipliers become cells where area is what counts: ripple adders of full adders,
// and carry-save arrays with a ripple adder behind. Read by yosys' techmap. What has a constant
// operand is left to yosys' own rules, since most of it folds away; a second pass, when constants
// have spread, takes apart the full adders that have a constant input.

(* techmap_celltype = "$add" *)
module prunus_add (A, B, Y);
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

  // As wide as the wider operand at least: where only one reaches, it takes no full adder.
  wire _TECHMAP_FAIL_ = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ || Y_WIDTH < 3;
  wire [Y_WIDTH-1:0] a;
  wire [Y_WIDTH-1:0] b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_b (.A(B), .Y(b));

  wire [Y_WIDTH-1:0] carry;
  assign carry[0] = 1'b0;
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : gen_bit
      if (i == Y_WIDTH - 1) assign Y[i] = a[i] ^ b[i] ^ carry[i];
      else if (i == 0) HA half (.A(a[i]), .B(b[i]), .S(Y[i]), .CO(carry[i+1]));
      else if (!B_SIGNED && i >= B_WIDTH) HA half (.A(a[i]), .B(carry[i]), .S(Y[i]), .CO(carry[i+1]));
      else if (!A_SIGNED && i >= A_WIDTH) HA half (.A(b[i]), .B(carry[i]), .S(Y[i]), .CO(carry[i+1]));
      else FA full (.A(a[i]), .B(b[i]), .CI(carry[i]), .S(Y[i]), .CO(carry[i+1]));
    end
  endgenerate
endmodule

(* techmap_celltype = "$sub" *)
module prunus_sub (A, B, Y);
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

  wire _TECHMAP_FAIL_ = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ || Y_WIDTH < 3;
  wire [Y_WIDTH-1:0] a;
  wire [Y_WIDTH-1:0] b;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) wide_b (.A(B), .Y(b));

  // a - b = ~(~a + b)
  wire [Y_WIDTH-1:0] y;
  wire [Y_WIDTH-1:0] carry;
  assign carry[0] = 1'b0;
  assign Y = ~y;
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : gen_bit
      if (i == Y_WIDTH - 1) assign y[i] = ~a[i] ^ b[i] ^ carry[i];
      else if (i == 0) HA half (.A(~a[i]), .B(b[i]), .S(y[i]), .CO(carry[i+1]));
      else if (!B_SIGNED && i >= B_WIDTH) HA half (.A(~a[i]), .B(carry[i]), .S(y[i]), .CO(carry[i+1]));
      else FA full (.A(~a[i]), .B(b[i]), .CI(carry[i]), .S(y[i]), .CO(carry[i+1]));
    end
  endgenerate
endmodule

// Rows of partial products, each added to the rows before by carry-save, then a ripple adder. Two's
// complement after Baugh and Wooley: the partial products of one sign bit are inverted, and
// 2^(M-1) + 2^(N-1) + 2^(M+N-1) is added: the first two in places that are free in the second row,
// the last by inverting the top.
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

  wire _TECHMAP_FAIL_ = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ || A_WIDTH < 3
      || B_WIDTH < 3 || A_SIGNED != B_SIGNED;
  localparam SIGNED = A_SIGNED;
  localparam SWAP = A_WIDTH < B_WIDTH;
  localparam M = SWAP ? B_WIDTH : A_WIDTH;
  localparam N = SWAP ? A_WIDTH : B_WIDTH;
  wire [M-1:0] long = SWAP ? B : A;
  wire [N-1:0] short = SWAP ? A : B;

  wire [M+N-1:0] product;
  genvar i, j;
  generate
    for (j = 0; j < N; j = j + 1) begin : gen_row
      wire [M-1:0] term;
      wire [M-1:0] sum;    // of weight j + i
      wire [M-1:0] carry;  // of weight j + i + 1
      for (i = 0; i < M; i = i + 1) begin : gen_bit
        if (SIGNED && (i == M - 1) != (j == N - 1)) assign term[i] = ~(long[i] & short[j]);
        else assign term[i] = long[i] & short[j];
        if (j == 0) begin : gen_first
          assign sum[i] = term[i];
          assign carry[i] = 1'b0;
        end else if (j == 1 && i == M - 1) begin : gen_top
          // With M = N the two lower constants are one of weight M.
          assign sum[i] = term[i] ^ (SIGNED && M == N);
          assign carry[i] = term[i] && SIGNED && M == N;
        end else if (j == 1 && SIGNED && M != N && (i == M - 2 || i == N - 2)) begin : gen_one
          assign sum[i] = ~(term[i] ^ gen_row[0].sum[i+1]);
          assign carry[i] = term[i] | gen_row[0].sum[i+1];
        end else if (j == 1) begin : gen_second
          HA half (.A(term[i]), .B(gen_row[0].sum[i+1]), .S(sum[i]), .CO(carry[i]));
        end else if (i == M - 1) begin : gen_edge
          HA half (.A(term[i]), .B(gen_row[j-1].carry[i]), .S(sum[i]), .CO(carry[i]));
        end else begin : gen_inner
          FA full (.A(term[i]), .B(gen_row[j-1].sum[i+1]), .CI(gen_row[j-1].carry[i]),
              .S(sum[i]), .CO(carry[i]));
        end
      end
      assign product[j] = sum[0];
    end

    wire [M-1:0] ripple;
    for (i = 0; i < M; i = i + 1) begin : gen_high
      if (i == M - 1) assign product[N+i] = gen_row[N-1].carry[i] ^ ripple[i] ^ SIGNED;
      else if (i == 0) begin : gen_low
        HA half (.A(gen_row[N-1].sum[1]), .B(gen_row[N-1].carry[0]), .S(product[N]), .CO(ripple[1]));
      end else begin : gen_middle
        FA full (.A(gen_row[N-1].sum[i+1]), .B(gen_row[N-1].carry[i]), .CI(ripple[i]),
            .S(product[N+i]), .CO(ripple[i+1]));
      end
    end
  endgenerate

  \$pos #(.A_SIGNED(SIGNED), .A_WIDTH(M+N), .Y_WIDTH(Y_WIDTH)) wide (.A(product), .Y(Y));
endmodule

(* techmap_celltype = "FA" *)
module prunus_part_of_adder (A, B, CI, S, CO);
  input A;
  input B;
  input CI;
  output S;
  output CO;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_CI_ = 0;
  wire _TECHMAP_FAIL_ = !(_TECHMAP_CONSTMSK_A_ || _TECHMAP_CONSTMSK_B_ || _TECHMAP_CONSTMSK_CI_);
  assign S = A ^ B ^ CI;
  assign CO = (A & B) | (CI & (A | B));
endmodule

(* techmap_celltype = "HA" *)
module prunus_part_of_half (A, B, S, CO);
  input A;
  input B;
  output S;
  output CO;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  wire _TECHMAP_FAIL_ = !(_TECHMAP_CONSTMSK_A_ || _TECHMAP_CONSTMSK_B_);
  assign S = A ^ B;
  assign CO = A & B;
endmodule
