/**
 * SPRINT with a component of one's own in every CORELET: a score clamp between the query-key unit and the softmax, whose limit
 * is set at run time. One outlying key then cannot take all of the weight.
 *
 *     npx prunus generate examples/custom-component.ts --out rtl-out/clamped
 *     npx prunus verify examples/custom-component.ts
 *
 * The library knows nothing of this component. What it is given here (parameters, ports, Verilog, model) is enough for it to check
 * the wiring, write the module's header, compose the golden model of the whole design, and simulate one against the other.
 */
import { z } from 'zod';
// In a project of your own: from 'prunus'.
import {
  bits,
  defineComponent,
  indexBits,
  input,
  integer,
  output,
  scorePayload,
  sprintWith,
  stream,
  wire,
} from '../src/index.ts';

/** The limit has no sign: scores are held between -limit and limit. */
const limitBits = (scoreBits: number): number => scoreBits - 1;

const scoreClamp = defineComponent({
  name: 'score_clamp',
  summary: 'Holds scores between -limit and limit. A limit of 0 lets every score pass as it is.',
  parameters: z.strictObject({
    localTokens: integer({ description: 'tokens of a CORELET', unit: 'tokens', min: 1, max: 4096, default: 128 }),
    scoreBits: integer({ description: 'bits of a score', unit: 'bits', min: 4, max: 12, default: 12 }),
  }),
  ports: (p) => ({
    limit: input(wire(bits(limitBits(p.scoreBits)))),
    // `packet`: the scores of a query come in any order, the last one marked.
    scores: input(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
    clamped: output(stream(scorePayload(p.localTokens, p.scoreBits), 'packet')),
  }),
  constants: (p) => ({ SCORE: p.scoreBits, INDEX: indexBits(p.localTokens) }),
  // Header, ports and localparams are written by the library. A longer template is better in a file: { file: '/path/clamp.v.hbs' }.
  template: {
    text: `  wire signed [SCORE-1:0] high = $signed({ 1'b0, limit });
  wire signed [SCORE-1:0] low = -high;
  wire off = limit == {(SCORE-1){1'b0}};

  // One register on the way: what is in it leaves when the reader takes it.
  reg full;
  reg signed [SCORE-1:0] score;
  reg [INDEX-1:0] index;
  reg empty;
  reg last;
  assign scores_ready = !full || clamped_ready;

  always @(posedge clk or negedge rst_n) begin
    if (!rst_n) full <= 1'b0;
    else if (scores_ready) full <= scores_valid;
  end

  always @(posedge clk) begin
    if (scores_ready) begin
      score <= off ? scores_score
        : scores_score > high ? high
        : scores_score < low ? low
        : scores_score;
      index <= scores_index;
      empty <= scores_empty;
      last <= scores_last;
    end
  end

  assign clamped_valid = full;
  assign clamped_score = score;
  assign clamped_index = index;
  assign clamped_empty = empty;
  assign clamped_last = last;`,
  },
  // The golden model: what comes out for what goes in, without time.
  *model(_, io) {
    const limit = yield* io.limit.read();
    for (;;) {
      const item = yield* io.scores.take();
      const score = limit === 0 ? item.score : Math.max(-limit, Math.min(limit, item.score));
      io.clamped.put({ ...item, score });
    }
  },
});

/** SPRINT as its preset is, with the clamp in it and one more port, `score_limit`. */
const clampedSprint = sprintWith({
  wires: ({ scoreBits }) => ({ score_limit: input(wire(bits(limitBits(scoreBits)))) }),
  afterScoring: (scores, { instance, connect, port }, { localTokens, scoreBits }) => {
    const clamp = instance('clamp', scoreClamp({ localTokens, scoreBits }));
    connect(scores, clamp.scores);
    connect(port.score_limit, clamp.limit);
    return clamp.clamped;
  },
});

export default clampedSprint({ corelets: 2 });
