import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comment, lineWidth, paragraph, wrapVerilog } from '../../../src/emit/wrap.ts';

const list = (n: number, of: (i: number) => string) => Array.from({ length: n }, (_, i) => of(i));
const squeezed = (text: string) => text.replaceAll(/\s+/g, '');

describe('Verilog lines', () => {
  test('short lines stay', () => {
    const text = '  assign a = b;\n\n  // remark\n';
    expect(wrapVerilog(text)).toBe(text);
    const exact = `  assign a = ${'b'.repeat(lineWidth - 14)};`;
    expect(exact).toHaveLength(lineWidth);
    expect(wrapVerilog(`${exact}\n${exact}`)).toBe(`${exact}\n${exact}`);
  });

  test('concatenations break after commas', () => {
    const line = `      drain <= { ${list(24, (i) => `total${i}`).join(', ')} };`;
    expect(wrapVerilog(line)).toBe(
      [
        '      drain <= { total0, total1, total2, total3, total4, total5, total6, total7, total8, total9,',
        '          total10, total11, total12, total13, total14, total15, total16, total17, total18, total19,',
        '          total20, total21, total22, total23 };',
      ].join('\n'),
    );
  });

  test('conditions break outside of brackets first', () => {
    const line = `  assign ready = ${list(5, (i) => `(here${i} && channels${i}_ready)`).join(' || ')};`;
    expect(wrapVerilog(line)).toBe(
      [
        '  assign ready = (here0 && channels0_ready) || (here1 && channels1_ready)',
        '      || (here2 && channels2_ready) || (here3 && channels3_ready) || (here4 && channels4_ready);',
      ].join('\n'),
    );
  });

  test('sums and choices', () => {
    const sum = `  wire [5:0] zeros = ${list(8, (i) => `(short${i} ? 6'd16 : 6'd0)`).join(' + ')};`;
    for (const line of wrapVerilog(sum).split('\n').slice(1)) expect(line).toMatch(/^ {6}\+ \(short\d \?/);
    const choice = `  wire signed [SCORE-1:0] best_now = (seen && (scores_empty || best > other_score)) ? best : other_score_value;`;
    expect(wrapVerilog(choice)).toBe(
      '  wire signed [SCORE-1:0] best_now = (seen && (scores_empty || best > other_score)) ? best\n      : other_score_value;',
    );
  });

  test('strings, block comments and directives are not broken', () => {
    const string = `  initial $display("${'a, b && c '.repeat(12)}");`;
    expect(wrapVerilog(string)).toBe(string);
    const quote = `  initial $display("${'say \\", '.repeat(20)}");`;
    expect(wrapVerilog(quote)).toBe(quote);
    const directive = `\`define LONG ${'a, '.repeat(50)}`;
    expect(wrapVerilog(directive)).toBe(directive);
    const block = `  wire a /* ${'x, '.repeat(40)} */ = b;`;
    expect(wrapVerilog(block)).toBe(block);
    const pragma = `  // verilator lint_off ${'RULE '.repeat(20)}`;
    expect(wrapVerilog(pragma)).toBe(pragma);
  });

  test('comments break between words; a remark without room goes above its line', () => {
    const remark = `  // ${'word '.repeat(30)}`;
    expect(wrapVerilog(remark).split('\n')).toHaveLength(2);
    expect(wrapVerilog(`    reg [7:0] pending;  // ${'reader '.repeat(14).trim()}`)).toBe(
      `    // ${'reader '.repeat(13).trim()}\n    // reader\n    reg [7:0] pending;`,
    );
  });

  test('what cannot be broken stays', () => {
    const name = `  assign ${'a'.repeat(120)} = b;`;
    expect(wrapVerilog(name)).toBe(name);
  });

  const element = fc.constantFrom(
    'a',
    'bank3_data[31:24]',
    "{ {(W-1){1'b0}}, x }",
    '(p && q)',
    '"a, b || c"',
    "6'd12",
    'f(a, b)',
  );
  const operator = fc.constantFrom(', ', ' && ', ' || ', ' + ', ' ? ', ' : ', ' - ', ' == ');
  const code = fc
    .tuple(
      fc.integer({ min: 0, max: 12 }),
      fc.array(fc.tuple(element, operator), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
    )
    .map(([indent, parts, remark]) => {
      const body = parts.map(([e, o], i) => (i ? o : '') + e).join('');
      return `${' '.repeat(indent)}assign x = { ${body} };${remark ? ' // a remark, here' : ''}`;
    });

  test('only white space changes, twice is once, and lines fit where they can', () => {
    fc.assert(
      fc.property(fc.array(code, { minLength: 1, maxLength: 4 }), (lines) => {
        const text = lines.join('\n');
        const wrapped = wrapVerilog(text);
        const bare = (t: string) => squeezed(t.replaceAll(/\/\/.*$/gm, ''));
        expect(bare(wrapped)).toBe(bare(text));
        expect(squeezed(wrapped).length).toBe(squeezed(text).length);
        expect(wrapVerilog(wrapped)).toBe(wrapped);
        // Strings are whole.
        expect(wrapped.match(/"[^"\n]*"/g)).toEqual(text.match(/"[^"\n]*"/g));
        // With a break at least every 30 columns there is always one in time, unless a run of `==` and `-` has none.
        if (!/ (-|==) .{60,}/.test(text))
          for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(lineWidth);
      }),
      { numRuns: 300 },
    );
  });
});

test('paragraphs and comments', () => {
  expect(paragraph('', 10)).toEqual([]);
  expect(paragraph('one two three', 7)).toEqual(['one two', 'three']);
  expect(paragraph('extraordinary a b', 5)).toEqual(['extraordinary', 'a b']);
  expect(comment('  one\n two ', '  ')).toEqual(['  // one two']);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/)), fc.integer({ min: 20, max: 90 }), (words, width) => {
      const lines = paragraph(words.join(' '), width);
      expect(lines.join(' ')).toBe(words.join(' '));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
