import { expect, test } from 'vitest';

import { checkSynthesis, lintVerilog } from '../../src/sim/lint.ts';
import * as duts from './duts.ts';

test('a clean design has nothing to report', async () => {
  expect(await lintVerilog(duts.fifo.files, { top: 'fifo' })).toEqual([]);
  expect(await checkSynthesis(duts.fifo.files, 'fifo')).toEqual([]);
});

test('warnings come with rule, file and line', async () => {
  const messages = await lintVerilog(duts.adder.files, { top: 'adder' });
  expect(messages.length).toBeGreaterThan(0);
  expect(messages[0]).toMatchObject({
    tool: 'verilator',
    severity: 'warning',
    rule: 'WIDTH',
    file: 'rtl/adder.v',
    line: 17,
  });
});

const bad = (body: string) => [
  {
    path: 'rtl/bad.v',
    text: `module bad (input wire a, input wire b, output reg q, output wire w);\n${body}\nendmodule\n`,
  },
];

test.each([
  ['latch', bad('always @* if (a) q = b; assign w = b;')],
  ['undriven', bad('wire u; always @* q = b & a; assign w = u;')],
  ['loop', bad('wire u; always @* q = b; assign u = w ^ a; assign w = u & b;')],
  ['multiply-driven', bad('always @* q = a; assign w = a; assign w = b;')],
  ['implicit', bad('always @* q = a; assign w = never_declared & b;')],
])('synthesis reports a %s', async (rule, files) => {
  const messages = await checkSynthesis(files, 'bad');
  expect(messages.map((m) => m.rule)).toContain(rule);
});

test('what does not parse is an error in every tool', async () => {
  const files = bad('assign w = ;');
  const lint = await lintVerilog(files);
  expect(lint.filter((m) => m.severity === 'error').map((m) => m.tool)).toEqual(
    expect.arrayContaining(['verilator', 'iverilog']),
  );
  expect(await checkSynthesis(files, 'bad')).toMatchObject([
    { tool: 'yosys', severity: 'error', file: 'rtl/bad.v', line: 2 },
  ]);
});
