/** Verilog that the behavioural forms of ReRAM arrays share. */
import { programmingHeader, programmingMagic, programmingVersion } from '../reram/records.ts';

/**
 * `random_word` and `deviation` of tag, column and counter, as `random` and `deviate` of `src/numerics/random.ts`. The module
 * has a port or wire `noise_seed`.
 */
export const randomFunctions = `
  // Counter-based random numbers: a function of seed, purpose, column and element or operation.
  function [31:0] mix;
    input [31:0] word_in;
    reg [31:0] x;
    begin
      x = word_in ^ (word_in >> 16);
      x = x * 32'h85ebca6b;
      x = x ^ (x >> 13);
      x = x * 32'hc2b2ae35;
      mix = x ^ (x >> 16);
    end
  endfunction

  function [31:0] random_word;
    input [31:0] tag;
    input [31:0] column;
    input [31:0] counter;
    random_word = mix(mix(mix(noise_seed ^ tag) ^ column) ^ mix(counter ^ 32'h9e3779b9));
  endfunction

  // Four bytes added are nearly Gaussian; scale sets the spread.
  function signed [63:0] deviation;
    input [31:0] tag;
    input [31:0] column;
    input [31:0] counter;
    input [63:0] scale;
    reg [31:0] x;
    reg signed [63:0] g;
    begin
      x = random_word(tag, column, counter);
      g = $signed({ 56'd0, x[7:0] } + { 56'd0, x[15:8] } + { 56'd0, x[23:16] } + { 56'd0, x[31:24] }) - 64'sd510;
      deviation = (g * $signed(scale) + 64'sd32768) >>> 16;
    end
  endfunction
`.trim();

/**
 * The records of a tile, \`records\`, and \`load_records\`, which takes them from the programming file; \`from_file\` says whether
 * there is one. The module has the constants TILE_COLUMNS (its records), RECORD (words of a column) and TILES_ALL, a wire \`tile_id\`,
 * and \`noise_seed\`. \`what\`: the words of a record.
 */
export const programmingRecords = (what: string): string =>
  `
  // What programming made of the cells comes from the host, in a file for each run: +programming=FILE. It has words of 32 bits, the
  // most significant byte first: "PRPG", version ${programmingVersion}, words of a record, records of a tile, tiles, heads; the noise seed of each head;
  // and then, head by head, tile by tile and column by column, a record: ${what}.
  // All in units of 1/64 level. A head's records are taken when it writes its first column. Without a file cells are ideal.
  reg signed [31:0] records [0:TILE_COLUMNS*RECORD-1];
  reg from_file;
  reg is_loaded;
  reg [31:0] loaded_seed;
  reg [8*1024-1:0] programming_file;
  reg [31:0] file_head [0:${programmingHeader - 1}];
  reg [31:0] file_seed;

  initial is_loaded = 1'b0;

  task load_records;
    integer file;
    integer bytes;
    integer head;
    begin
      is_loaded = 1'b1;
      loaded_seed = noise_seed;
      from_file = $value$plusargs("programming=%s", programming_file) != 0;
      if (from_file) begin
        bytes = 0;
        file = $fopen(programming_file, "rb");
        if (file != 0) bytes = $fread(file_head, file);
        if (bytes != ${4 * programmingHeader} || file_head[0] != 32'h${programmingMagic.toString(16)} || file_head[1] != 32'd${programmingVersion}
            || file_head[2] != RECORD || file_head[3] != TILE_COLUMNS || file_head[4] != TILES_ALL) begin
          $display("%m: the programming file is not there, or not of this design");
          $finish;
        end
        head = 0;
        file_seed = ~noise_seed;
        while (bytes > 0 && head < $signed(file_head[5]) && file_seed != noise_seed) begin
          bytes = $fread(file_seed, file);
          head = head + 1;
        end
        if (file_seed == noise_seed) begin
          bytes = $fseek(file, 4 * (${programmingHeader} + $signed(file_head[5]) + ((head - 1) * TILES_ALL + $signed(tile_id)) * TILE_COLUMNS * RECORD), 0);
          bytes = $fread(records, file);
        end
        if (file_seed != noise_seed || bytes != 4 * TILE_COLUMNS * RECORD) begin
          $display("%m: the programming file has no records for noise seed %h", noise_seed);
          $finish;
        end
        $fclose(file);
      end
    end
  endtask
`.trim();
