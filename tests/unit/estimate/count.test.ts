/** What is counted in Verilog, by hand. */
import { describe, expect, test } from 'vitest';
import { type AmountName, amountNames } from '../../../src/estimate/amounts.ts';
import { countModule } from '../../../src/estimate/count.ts';

/** All amounts that are not 0. */
function counted(body: string, ports = 'input wire [7:0] a, input wire [7:0] b, input wire [2:0] i, input wire s') {
  const all = countModule(`module m (input wire clk, input wire rst_n, ${ports});\n${body}\nendmodule\n`);
  return Object.fromEntries(amountNames.filter((n) => all[n] !== 0).map((n) => [n, all[n]])) as Partial<
    Record<AmountName, number>
  >;
}

describe('registers', () => {
  test('with a reset and without, and what enables them', () => {
    const body = `  localparam W = 8;
  reg [W-1:0] x;
  reg y;
  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) y <= 1'b0;
    else y <= s;
  end
  always @(posedge clk) if (s) x <= a;`;
    expect(counted(body)).toEqual({ register: 8, resetRegister: 1, mux: 8 });
  });

  test('an array, its write and its read', () => {
    const body = `  reg [7:0] items [0:3];
  wire [7:0] out = items[i[1:0]];
  always @(posedge clk) if (s) items[i[1:0]] <= a;`;
    expect(counted(body)).toMatchObject({ array: 32, mux: 32, select: 24 });
  });

  test('a constant index chooses nothing', () => {
    expect(counted('  reg [7:0] items [0:3];\n  wire [7:0] out = items[2];')).toEqual({});
  });
});

describe('arithmetic', () => {
  test.each([
    ['wire [8:0] x = a + b;', { adder: 8 }],
    ["wire [7:0] x = a + 8'd1;", { increment: 8 }],
    ['wire [15:0] x = a * b;', { product: 64, productEdge: 16 }],
    ["wire [19:0] x = { 12'd0, a } * { 15'd0, b[4:0] };", { product: 40, productEdge: 13 }],
    ['wire [15:0] x = { {8{a[7]}}, a } + { {11{b[4]}}, b[4:0] };', { adder: 5, increment: 3 }],
    ['wire x = a == b;', { equal: 8 }],
    ['wire x = a < b;', { adder: 8 }],
    ["wire x = a == 8'd3;", { gate: 7 }],
    ['wire [7:0] x = a << i;', { shift: 24 }],
    ['wire [7:0] x = a << 3;', {}],
    ['wire [7:0] x = s ? a : b;', { mux: 8 }],
    ["wire [7:0] x = s ? a : 8'd0;", { gate: 8 }],
    ['wire x = a[i];', { select: 7 }],
    ['wire [7:0] x = a ^ b;', { xor: 8 }],
    ['wire x = &a;', { gate: 7 }],
    ["wire unused = &{ 1'b0, a * b };", {}],
  ] as const)('%s', (text, expected) => {
    expect(counted(`  ${text.replace(/^wire/, 'wire')}`)).toEqual(expected);
  });

  test('a function costs what it holds at every call, a loop its body every time', () => {
    const body = `  function [7:0] twice;
    input [7:0] x;
    integer n;
    begin
      twice = 8'd0;
      for (n = 0; n < 3; n = n + 1) twice = twice ^ x;
    end
  endfunction
  wire [7:0] p = twice(a);
  wire [7:0] q = twice(b);`;
    expect(counted(body)).toEqual({ xor: 2 * 3 * 8 });
  });

  test('of the arms of a case one is taken', () => {
    const body = `  reg [7:0] x;
  always @* begin
    case (i)
      3'd0: x = a;
      3'd1: x = b;
      default: x = 8'd7;
    endcase
  end`;
    expect(counted(body)).toEqual({ mux: 8, gate: 8 + 4 });
  });
});

test('what is not of this Verilog is named', () => {
  expect(() => counted('  initial x = 1;')).toThrow(
    expect.objectContaining({ code: 'PR0550', message: expect.stringContaining("m cannot be estimated: 'initial'") }),
  );
});
