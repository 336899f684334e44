/** Memories made of OpenRAM's and fakeram's macros against the inferable one: the same word in every cycle, whatever is read and written. */
import { describe, expect, test } from 'vitest';

import { sram } from '../../src/components/sram/sram.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { flowChoice, flowOutputs } from '../../src/cli/flow-outputs.ts';
import { designFiles, readTemplate } from '../../src/sim/design-files.ts';
import { folderWith, run } from './flow-design.ts';

/** As OpenRAM's own models behave: inputs at the rising edge, reading and writing at the falling one, unknown in between and when both meet. */
const openram = (name: string, address: number, width: number): string => `
module ${name} (input clk0, input csb0, input [${address - 1}:0] addr0, input [${width - 1}:0] din0,
  input clk1, input csb1, input [${address - 1}:0] addr1, output reg [${width - 1}:0] dout1);
  reg [${width - 1}:0] mem [0:${2 ** address - 1}];
  reg write, read, both; reg [${address - 1}:0] waddr, raddr; reg [${width - 1}:0] data;
  always @(posedge clk0) begin
    write = !csb0; waddr = addr0; data = din0; read = !csb1; raddr = addr1;
    both = !csb0 && !csb1 && addr0 == addr1;
    #1 dout1 = ${width}'bx;
  end
  always @(negedge clk0) begin
    if (read) dout1 <= #1 both ? ${width}'bx : mem[raddr];
    if (write) mem[waddr] = both ? ${width}'bx : data;
  end
endmodule
`;

/** As fakeram's: one port, unknown after a cycle without a read, everything lost by an unknown address. */
const fakeram = (name: string, address: number, width: number): string => `
module ${name} (output reg [${width - 1}:0] rd_out, input [${address - 1}:0] addr_in, input we_in,
  input [${width - 1}:0] wd_in, input [${width - 1}:0] w_mask_in, input clk, input ce_in);
  reg [${width - 1}:0] mem [0:${2 ** address - 1}];
  integer j;
  always @(posedge clk) begin
    if (ce_in !== 1'b0 && ((^we_in === 1'bx) || (^addr_in === 1'bx) || ce_in === 1'bx)) begin
      for (j = 0; j < ${2 ** address}; j = j + 1) mem[j] <= ${width}'bx;
    end else if (ce_in && we_in) mem[addr_in] <= (wd_in & w_mask_in) | (mem[addr_in] & ~w_mask_in);
    rd_out <= #1 (ce_in && !we_in) ? mem[addr_in] : ${width}'bx;
  end
endmodule
`;

/** Writes every word, then does both at random, often to the same word; prints how many words of how many differ. */
const bench = (depth: number, width: number, seed: number): string => `\`timescale 1ns / 1ps
module bench;
  localparam ADDRESS = ${Math.max(1, Math.ceil(Math.log2(depth)))};
  reg clk = 0, rst_n = 0, write = 0, read = 0, known = 0;
  reg [ADDRESS-1:0] to = 0, from = 0;
  reg [${width - 1}:0] data = 0;
  wire [${width - 1}:0] want, got;
  integer seed = ${seed}, n, wrong = 0, checked = 0, j;
  always #5 clk = !clk;
  right r (.clk(clk), .rst_n(rst_n), .memory_write_enable(write), .memory_write_address(to), .memory_write_data(data),
    .memory_read_enable(read), .memory_read_address(from), .memory_read_data(want));
  dut d (.clk(clk), .rst_n(rst_n), .memory_write_enable(write), .memory_write_address(to), .memory_write_data(data),
    .memory_read_enable(read), .memory_read_address(from), .memory_read_data(got));
  initial begin
    #12 rst_n = 1;
    for (n = 0; n < ${depth} + 600; n = n + 1) begin
      @(posedge clk);
      if (known) begin
        checked = checked + 1;
        if (got !== want) wrong = wrong + 1;
      end
      if (read) known = 1;
      #2;
      for (j = 0; j < ${width}; j = j + 1) data[j] = $random(seed);
      write = n < ${depth} || $random(seed);
      to = n < ${depth} ? n : $unsigned($random(seed)) % ${depth};
      read = n >= ${depth} && $random(seed);
      from = $random(seed) & 1 ? to : $unsigned($random(seed)) % ${depth};
    end
    $display("%0d of %0d", wrong, checked);
    $finish;
  end
endmodule
`;

/** What the bench says of a memory; `change` alters the body first. */
async function compared(
  compiler: 'openram' | 'fakeram',
  [depth, width]: readonly [number, number],
  change = (text: string) => text,
) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { netlist } = elaborate(sram({ depth, width }), 'dut');
  const files = designFiles(netlist);
  const { settings } = flowChoice(undefined, undefined, ['macroWidth=32', 'macroDepth=16', 'smallestMacro=0']);
  const design = { label: 'dut', netlist, files, settings, read: readTemplate };
  const made = (await flowOutputs(['memories'], design)).get('memories')!;
  const body = made.find((f) => f.path === `memories/${compiler}/dut.v`)!.text;
  const { memories } = JSON.parse(made[0]!.text) as {
    memories: Record<typeof compiler, { macro: string; words: number; width: number }>[];
  };
  const { macro, words, width: bits } = memories[0]![compiler];
  const model = { openram, fakeram }[compiler](macro, Math.log2(words), bits);
  const folder = folderWith([
    { path: 'right.v', text: files[0]!.text.replace('module dut', 'module right') },
    { path: 'dut.v', text: change(body) },
    { path: 'macro.v', text: model },
    { path: 'bench.v', text: bench(depth, width, seed) },
  ]);
  const sources = ['bench.v', 'right.v', 'dut.v', 'macro.v'];
  const built = run(folder, 'iverilog', ['-g2005', '-s', 'bench', '-o', 'bench', ...sources]);
  expect(built).toEqual({ status: 0, said: '' });
  const { said } = run(folder, 'vvp', ['bench']);
  const [, wrong, checked] = /^(\d+) of (\d+)$/m.exec(said)!.map(Number);
  return { wrong: wrong!, checked: checked!, seed };
}

describe.each(['openram', 'fakeram'] as const)('%s', (compiler) => {
  test.each([
    [20, 70],
    [16, 1],
    [1, 3],
    [40, 32],
    [17, 33],
  ] as const)('%i words of %i bits', async (depth, width) => {
    const { wrong, checked, seed } = await compared(compiler, [depth, width]);
    expect(wrong, `seed ${seed}`).toBe(0);
    expect(checked).toBeGreaterThan(500);
  });
});

test.each([
  [
    'openram',
    'a read of the word that waits goes to the macro',
    'memory_read_enable && !forward;',
    'memory_read_enable;',
  ],
  ['openram', 'a word is not held', 'reading ? words[WIDTH-1:0] : held', 'words[WIDTH-1:0]'],
  ['openram', 'banks are swapped', "bank == 1'd0", "bank != 1'd0"],
  ['fakeram', 'a write goes where the read is', 'memory_read_enable && !from;\n\n', "1'b0;\n\n"],
  ['fakeram', 'the newest copy is not remembered', '<= into;', '<= newest[memory_write_address];'],
] as const)('%s: it is seen when %s', async (compiler, _, from, to) => {
  const { wrong } = await compared(compiler, [20, 70], (text) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  });
  expect(wrong).toBeGreaterThan(0);
});
