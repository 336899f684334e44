/** Early termination never changes a result: by trying everything in the model, and by proof in the hardware. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { leopardHead } from '../../src/architectures/leopard/functional.ts';
import { leopardParameters } from '../../src/architectures/leopard/parameters.ts';
import { serialDot } from '../../src/components/serial-dot/serial-dot.ts';
import { dotBits, groupsOf, reachBits } from '../../src/components/dot-payloads.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { designFiles } from '../../src/sim/design-files.ts';
import { runTool } from '../../src/sim/processes.ts';

test.each([1, 2, 3])('every query, key and threshold of two taps of 3 bits, %i bits a cycle', (groupBits) => {
  const p = leopardParameters.parse({ dim: 2, tokens: 64, queryBits: 3, keyBits: 3, groupBits, outputBeats: 1 });
  const codes = Array.from({ length: 64 }, (_, n) => [(n >> 3) - 4, (n & 7) - 4] as const);
  // Keys are held in sign and magnitude: -4 becomes -3.
  const dot = (q: readonly [number, number], k: readonly [number, number]) =>
    q[0] * Math.max(-3, k[0]) + q[1] * Math.max(-3, k[1]);
  const all = Int16Array.from(codes.flat());
  for (let threshold = -32; threshold < 32; threshold++) {
    const { kept } = leopardHead(p, {
      length: 64,
      causal: false,
      prune: true,
      scoreShift: 1,
      expShift: 0,
      noiseSeed: 0,
      q: all,
      k: all,
      v: all,
      multiplier: new Uint16Array(64).fill(1),
      threshold: new Float64Array(64).fill(threshold),
    });
    const wanted = codes.flatMap((q) => codes.map((k) => (dot(q, k) >= threshold ? 1 : 0)));
    expect(Array.from(kept)).toEqual(wanted);
  }
});

/** A unit that gets any one query, key and threshold after reset, and what must hold of its outcome. */
const harness = (p: { queryBits: number; keyBits: number; dim: number; groupBits: number }) => `
module proof (
  input wire clk,
  input wire [${p.queryBits * p.dim - 1}:0] query,
  input wire [${p.keyBits * p.dim - 1}:0] key,
  input wire signed [${dotBits(p) - 1}:0] threshold
);
  reg [3:0] step = 0;
  reg ended = 0;
  reg [${p.queryBits * p.dim - 1}:0] q;
  reg [${p.keyBits * p.dim - 1}:0] k;
  reg signed [${dotBits(p) - 1}:0] limit;
  wire told, keep;
  wire signed [${dotBits(p) - 1}:0] dot;
  always @(posedge clk) begin
    if (step != 15) step <= step + 1;
    ended <= ended || told;
    if (step == 0) begin
      q <= query;
      k <= key;
      limit <= threshold;
    end
  end
  unit dut (
    .clk(clk), .rst_n(step != 0), .prune(1'b1), .query_valid(step == 1), .query_data(q), .query_threshold(limit), .query_reach(reach),
    .keys_valid(step == 1), .keys_data(k), .keys_index(1'b0), .keys_number(2'd0), .keys_fresh(1'b1),
    .outcome_valid(told), .outcome_ready(1'b1), .outcome_dot(dot), .outcome_keep(keep)
  );
  reg [${reachBits(p) - 1}:0] reach;
  integer n;
  always @* begin
    reach = 0;
    for (n = 0; n < ${p.dim}; n = n + 1)
      if (!q[${p.queryBits}*n + ${p.queryBits - 1}]) reach = reach + q[${p.queryBits}*n +: ${p.queryBits - 1}];
  end
  reg signed [${dotBits(p) - 1}:0] full;
  reg signed [${p.keyBits}:0] element;
  integer i;
  always @* begin
    full = 0;
    for (i = 0; i < ${p.dim}; i = i + 1) begin
      element = $signed({2'b00, k[${p.keyBits}*i +: ${p.keyBits - 1}]});
      if (k[${p.keyBits}*i+${p.keyBits - 1}]) element = -element;
      full = full + $signed(q[${p.queryBits}*i +: ${p.queryBits}]) * element;
    end
  end
  always @* begin
    if (told) assert (keep == (full >= limit));
    if (told && keep) assert (dot == full);
    if (step == ${groupsOf(p) + 3}) assert (told || ended);
  end
endmodule
`;

async function prove(
  p: { queryBits: number; keyBits: number; dim: number; groupBits: number },
  spoil = (text: string) => text,
) {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-'));
  try {
    const [file] = designFiles(elaborate(serialDot({ ...p, tokens: 1 }), 'unit').netlist);
    writeFileSync(join(folder, 'unit.v'), spoil(file!.text));
    writeFileSync(join(folder, 'proof.v'), harness(p));
    const script =
      'read_verilog -formal -sv unit.v proof.v; prep -top proof -flatten; async2sync; opt_clean; ' +
      `sat -tempinduct-baseonly -prove-asserts -set-init-def -set-def-inputs -verify -maxsteps ${groupsOf(p) + 5}`;
    return await runTool('yosys', ['-q', '-p', script], { cwd: folder, mayFail: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('proof with yosys: a key is kept iff its full score reaches the threshold', { timeout: 120_000 }, () => {
  test.each([
    { dim: 2, queryBits: 3, keyBits: 4, groupBits: 2 },
    { dim: 2, queryBits: 3, keyBits: 4, groupBits: 1 },
  ])('$dim taps, $queryBits x $keyBits bits, $groupBits a cycle', async (p) => {
    const { exitCode, stdout, stderr } = await prove(p);
    expect(exitCode, stdout + stderr).toBe(0);
  });

  test('a margin that is too small is found out', async () => {
    const spoil = (text: string) => {
      const spoiled = text.replace('partial_now + margin < threshold', 'partial_now < threshold');
      expect(spoiled).not.toBe(text);
      return spoiled;
    };
    const { exitCode, stderr } = await prove({ dim: 2, queryBits: 3, keyBits: 4, groupBits: 2 }, spoil);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('proof did fail');
  });
});
