/** The adders and multipliers that mapping puts in, against yosys' own arithmetic, for all inputs: a proof by its SAT solver. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTemplate } from '../../src/sim/design-files.ts';
import { genericModels } from '../../src/synth/cells.ts';
import { openYosys, type Yosys } from '../../src/synth/yosys.ts';

let yosys: Yosys;
beforeAll(async () => {
  yosys = await openYosys();
});
afterAll(() => yosys.close());

interface Shape {
  readonly sign: 'signed' | '';
  readonly left: number;
  readonly right: number;
  readonly out: number;
}

/** Throws where some inputs give something else. */
async function prove(map: string, operator: string, { sign, left, right, out }: Shape): Promise<void> {
  const body = `(input ${sign} [${left - 1}:0] a, input ${sign} [${right - 1}:0] b, output ${sign} [${out - 1}:0] y);
  assign y = a ${operator} b;\nendmodule\n`;
  const script = [
    'read_verilog both.v',
    'proc',
    'wreduce gate',
    'techmap -map map.v gate',
    'select -assert-none gate/t:$mul gate/t:$add gate/t:$sub',
    'techmap gate',
    'opt gate',
    'techmap -map map.v gate',
    'read_verilog cells.v',
    'delete DFF DFFR DFFS',
    'proc',
    'flatten gate',
    'miter -equiv -flatten gold gate miter',
    'sat -verify -prove trigger 0 miter',
    '',
  ].join('\n');
  const both = `module gold ${body}module gate ${body}`;
  await yosys.run(script, { 'both.v': both, 'map.v': map, 'cells.v': genericModels() }, []);
}

const multipliers: Shape[] = (['signed', ''] as const).flatMap((sign) => [
  { sign, left: 4, right: 4, out: 8 },
  { sign, left: 5, right: 4, out: 9 },
  { sign, left: 4, right: 6, out: 10 },
  { sign, left: 5, right: 5, out: 7 },
]);

test.each(multipliers)('a product, $sign $left x $right to $out bits', async (shape) => {
  for (const file of ['arithmetic.v', 'rows.v'])
    await expect(prove(readTemplate(`synth/${file}`), '*', shape)).resolves.toBeUndefined();
});

test.each(['+', '-'])('a %s b', async (operator) => {
  const map = readTemplate('synth/arithmetic.v');
  for (const sign of ['signed', ''] as const)
    for (const [left, right, out] of [
      [8, 8, 9],
      [8, 5, 8],
      [4, 7, 9],
      [6, 6, 6],
    ] as const)
      await expect(prove(map, operator, { sign, left, right, out })).resolves.toBeUndefined();
});

test('a fault in a map is found out', async () => {
  const spoil = (file: string, from: string, to: string): string => {
    const text = readTemplate(`synth/${file}`);
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const shape: Shape = { sign: 'signed', left: 4, right: 4, out: 8 };
  await expect(prove(spoil('arithmetic.v', '^ ripple[i] ^ SIGNED', '^ ripple[i]'), '*', shape)).rejects.toMatchObject({
    code: 'PR0541',
  });
  await expect(
    prove(spoil('rows.v', 'digit[0] ? once : twice', 'digit[0] ? twice : once'), '*', shape),
  ).rejects.toMatchObject({ code: 'PR0541' });
});
