import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, many, stream, wire } from '../../dsl/kinds.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { bitSelect } from '../bit-select.ts';
import { dotShape, widthsOf } from '../dot-payloads.ts';
import { belongs, localTokens, numberInWay, valueWays } from '../kept-attention/ways.ts';
import { indexBits } from '../payloads.ts';
import { writePayload } from '../sequencer/sequencer.ts';

const { tokens, dim, queryBits, keyBits, valueBits } = dotShape;
const parameters = z.strictObject({ tokens, dim, queryBits, keyBits, valueBits, valueWays });
type Parameters = z.output<typeof parameters>;

/** Tokens of the head that a way has when the head has `length`. */
const lengthInWay = (length: number, way: number, ways: number): number => Math.floor((length + ways - 1 - way) / ways);

/** The same in Verilog: a whole part, and one more where the rest reaches this way. */
function lengthText(p: Parameters, way: number): string {
  const low = Math.log2(p.valueWays);
  const all = indexBits(p.tokens + 1);
  const own = indexBits(localTokens(p) + 1);
  const whole = bitSelect('length', all - 1, low, all);
  const padded = own > all - low ? `{ ${own - (all - low)}'d0, ${whole} }` : whole;
  if (way === p.valueWays - 1) return padded;
  const rest = `${bitSelect('length', low - 1, 0, all)} > ${low}'d${way}`;
  return `${padded} + ${own > 1 ? `{ ${own - 1}'d0, ${rest} }` : `(${rest})`}`;
}

/** Divides the tokens of a head among the ways, neighbours to different ones, and tells each how many it gets. */
export const valueSplit = defineComponent({
  name: 'value_split',
  summary:
    'Sends each token to the way that keeps its value, under its number there, and tells every way how many of a head it gets.',
  parameters,
  ports: (p) => ({
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    write: input(stream(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)))),
    ways: output(many(p.valueWays, stream(writePayload(localTokens(p), p.dim, p.keyBits, widthsOf(p))))),
    lengths: output(many(p.valueWays, wire(bits(indexBits(localTokens(p) + 1))))),
  }),
  template: { file: 'value-split/value-split.v.hbs' },
  view: (p) => ({
    several: p.valueWays > 1,
    names: Object.keys(writePayload(p.tokens, p.dim, p.keyBits, widthsOf(p)).fields).filter((name) => name !== 'index'),
    ways: Array.from({ length: p.valueWays }, (_, way) => ({
      way,
      here: belongs('write_index', way, p),
      index: numberInWay('write_index', p),
      length: lengthText(p, way),
    })),
  }),
  *model(p, io): Process {
    const length = yield* io.length.read();
    io.lengths.forEach((local, way) => local.set(lengthInWay(length, way, p.valueWays)));
    for (;;) {
      const { index, ...token } = yield* io.write.take();
      io.ways[index % p.valueWays]!.put({ index: Math.floor(index / p.valueWays), ...token });
    }
  },
});
