/**
 * Verilog of e^-(peak - score), the same text wherever it is needed: `difference`, `scaled` and `distance` = u, in 1/256 and at most
 * 4095, and the functions `high_part` and `low_part`, whose product is e^-(u/256) in Q1.16 (SPRINT Fig. 7: two look-ups, one
 * multiplication). It needs localparams SCORE and DIFFERENCE, and an input `exponent_shift`.
 */
import { clog2 } from '../numerics/fixed.ts';
import { expTables, maxExponent } from '../numerics/softmax.ts';

/** Bits of u. */
const distanceBits = clog2(maxExponent + 1);

/** The most that the 4 bits of `exponent_shift` can shift the difference by. */
const mostShift = 15;

/** The localparams that the text uses. The shift of the difference must not lose a bit. */
export const exponentConstants = (scoreBits: number) => ({
  SCORE: scoreBits,
  DIFFERENCE: Math.max(distanceBits, scoreBits) + mostShift,
});

const table = (name: string, values: ArrayLike<number>): string =>
  [
    `  function [8:0] ${name};`,
    '    input [5:0] row;',
    '    begin',
    '      case (row)',
    ...Array.from(values, (value, i) => `        6'd${i}: ${name} = 9'd${value};`),
    `        default: ${name} = 9'd0;`,
    '      endcase',
    '    end',
    '  endfunction',
  ].join('\n');

/** `peak` and `score` are signed nets of SCORE bits, the score not above the peak. */
export function exponentText(peak: string, score: string): string {
  const { hi, lo } = expTables();
  return `  wire [SCORE-1:0] difference = ${peak} - ${score};
  wire [DIFFERENCE-1:0] scaled = { {(DIFFERENCE-SCORE){1'b0}}, difference } << exponent_shift;
  wire [11:0] distance = (scaled[DIFFERENCE-1:12] != {(DIFFERENCE-12){1'b0}}) ? 12'd4095 : scaled[11:0];

${table('high_part', hi)}

${table('low_part', lo)}`;
}
