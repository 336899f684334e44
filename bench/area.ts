/**
 * What a lane of each dot-product unit costs, in gate equivalents of the `generic` target: what the unit is larger by for every element
 * more. Of the bit-serial units also without what holds the element of query and key and moves it along: an AND for each bit of a
 * group, and the lane's part of the adder trees.
 */
import { queryKeyUnit } from '../src/components/query-key-unit/query-key-unit.ts';
import { rowDot } from '../src/components/row-dot/row-dot.ts';
import { serialDot } from '../src/components/serial-dot/serial-dot.ts';
import type { Part } from '../src/dsl/component.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { type ModuleReport, synthesize } from '../src/synth/design.ts';
import { designFiles } from '../src/sim/design-files.ts';
import { targetOf } from '../src/synth/targets.ts';
import { openYosys } from '../src/synth/yosys.ts';
import type { Group } from './context.ts';

export const area: Group = async function* () {
  const yosys = await openYosys();
  const target = targetOf('generic');
  const of = async (part: unknown, change = (text: string) => text): Promise<ModuleReport> => {
    const { netlist } = elaborate(part as Part, 'lane');
    const files = designFiles(netlist).map((f) => ({ ...f, text: change(f.text) }));
    return (await synthesize(netlist, { yosys, target, files })).report.modules[0]!;
  };
  /** More for an element more, from `few` to twice as many. */
  const lane = async (
    few: number,
    make: (dim: number) => unknown,
    change?: (text: string) => string,
  ): Promise<number> => {
    const [least, most] = [await of(make(few), change), await of(make(2 * few), change)];
    return (most.area! - least.area!) / few;
  };
  try {
    const unit = await of(queryKeyUnit({ dim: 64 }));
    const note = `${yosys.version}; multiplier, registers, adder tree; an element more, from 32 to 64`;
    const value = await lane(32, (dim) => queryKeyUnit({ dim }));
    yield { name: 'query-key lane, 8x8, 64 wide', value, unit: 'GE', target: { atMost: 740 }, note };
    const scaling = 'the scaling of the sum to a score included';
    yield { name: 'query-key unit over its 64 elements', value: unit.area! / 64, unit: 'GE', note: scaling };
    for (const [groupBits, atMost] of [
      [1, 75],
      [2, 200],
    ] as const) {
      for (const width of [8, 12]) {
        const make = (dim: number) => serialDot({ dim, groupBits, queryBits: width, keyBits: width, tokens: 512 });
        const name = `bit-serial lane, ${groupBits} ${groupBits === 1 ? 'bit' : 'bits'} a cycle, ${width}-bit elements`;
        yield { name, value: await lane(16, make, held), unit: 'GE', target: { atMost } };
        yield { name: `${name}, with what holds them`, value: await lane(16, make), unit: 'GE' };
      }
    }
    const row = (dim: number) => rowDot({ dim, tokens: 512 });
    yield {
      name: 'lane of the SRAM-CIM unit, 8-bit elements, with what holds them',
      value: await lane(16, row),
      unit: 'GE',
    };
  } finally {
    await yosys.close();
  }
};

/** The unit with its elements of query and key from outside, as if another part held them. */
function held(text: string): string {
  const values = new Map([...text.matchAll(/localparam (\w+) = (\d+);/g)].map((m) => [m[1]!, m[2]!]));
  const ports: string[] = [];
  const declared = /^ {2}reg (signed )?(\[[^\]]+\]) ((?:query|bits)\d+);$/gm;
  const open = text.replaceAll(declared, (_, sign: string | undefined, range: string, name: string) => {
    const known = range.replaceAll(/[A-Z]+/g, (constant) => values.get(constant)!);
    ports.push(`  input wire ${sign ?? ''}${known} ${name}_held,\n`);
    return `  wire ${sign ?? ''}${range} ${name} = ${name}_held;`;
  });
  const idle = open.replaceAll(/^ +(query|bits)\d+ <= [^;]*;\n/gm, '');
  return idle.replace(/^ {2}input {2}wire clk,\n/m, (clock) => ports.join('') + clock);
}
