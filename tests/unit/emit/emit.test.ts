import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { defineComponent, type Template } from '../../../src/dsl/component.ts';
import { elaborate } from '../../../src/dsl/elaborate.ts';
import { bits, flag, payload, signed, stream, vector, wire } from '../../../src/dsl/kinds.ts';
import { choice, group, integer } from '../../../src/dsl/parameters.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import { accelerator } from '../../../src/dsl/structure.ts';
import { type EmittedFile, emitDesign, selectFiles } from '../../../src/emit/design.ts';
import { constant, declaration, describeField, literal, range } from '../../../src/emit/verilog.ts';
import { designFiles, readTemplate } from '../../../src/sim/design-files.ts';
import { number, offset, step } from '../dsl/parts.ts';

const noFiles = (file: string): string => {
  throw new Error(`nobody reads ${file}`);
};

interface Leaf {
  readonly template: Template;
  readonly constants?: Readonly<Record<string, number>>;
  readonly view?: Readonly<Record<string, unknown>>;
}

/** The text between header and foot of a leaf. */
function body({ template, constants = {}, view = {} }: Leaf, read = noFiles): string {
  const leaf = defineComponent({
    name: 'leaf',
    summary: 'A leaf.',
    parameters: z.strictObject({}),
    ports: () => ({ level: input(wire(bits(4))) }),
    template,
    constants: () => constants,
    view: () => view,
  });
  const [file] = emitDesign(elaborate(leaf()).netlist, read);
  return /\n\);\n([\s\S]*)\nendmodule/.exec(file!.text)![1]!;
}

const text = (source: string, more: Omit<Leaf, 'template'> = {}) => body({ template: { text: source }, ...more });

describe('templates', () => {
  test.each([
    ['  reg inside;', 'inside'],
    ["  wire signed [3:0] do = 4'd1;", 'do'],
    ['  reg [3:0] bit [0:7];', 'bit'],
    ['  integer i;\n  function automatic signed [3:0] cover;', 'cover'],
  ])('%s: a reserved word is no name of a declaration', (source, name) => {
    expect(() => text(source)).toThrow(
      expect.objectContaining({ code: 'PR0213', message: expect.stringContaining(`declares ${name}:`) }),
    );
  });

  test('reserved words in comments, and as parts of names, are none', () => {
    const source = "  // reg inside;\n  /* wire do; */\n  reg inside_of;\n  wire signed [1:0] do_it = 2'd0;";
    expect(text(source)).toContain('inside_of');
  });

  test('a name that is not there is an error, wherever it stands', () => {
    const view = { rows: [{ i: 0, cells: [{ n: 1 }] }], numbers: [1, 2], none: [], group: { a: 1 }, yes: true };
    const fails = (source: string, name: string, line = 1) =>
      expect(() => text(source, { view, constants: { WIDTH: 4 } })).toThrow(
        expect.objectContaining({
          code: 'PR0230',
          message: `leaf:${line}: the template uses ${name}, which is not there.`,
          fix: "the component's view and constants have WIDTH, rows, numbers, none, group, yes, MODULE.",
        }),
      );
    fails('{{typo}}', 'typo');
    fails('\n\n{{#if typo}}a{{/if}}', 'typo', 3);
    fails('{{#unless typo}}a{{/unless}}', 'typo');
    fails('{{#each typo}}a{{/each}}', 'typo');
    fails('{{#with typo}}a{{/with}}', 'typo');
    fails('{{#repeat typo}}a{{/repeat}}', 'typo');
    fails('{{add 1 typo}}', 'typo');
    fails('{{#if (gt typo 1)}}a{{/if}}', 'typo');
    fails('{{#if yes}}{{typo}}{{/if}}', 'typo');
    fails('{{#if yes}}a{{else if typo}}b{{/if}}{{#unless yes}}{{else}}{{#if typo}}{{/if}}{{/unless}}', 'typo');
    // Inside of other contexts.
    fails('{{#each rows}}{{typo}}{{/each}}', 'typo');
    fails('{{#each rows}}\n{{#if typo}}a{{/if}}{{/each}}', 'typo', 2);
    fails('{{#each rows}}{{#each cells}}{{#if typo}}{{/if}}{{/each}}{{/each}}', 'typo');
    fails('{{#each rows}}{{#each cells}}{{../typo}}{{/each}}{{/each}}', 'typo');
    fails('{{#each rows}}{{#if yes}}{{/if}}{{/each}}', 'yes');
    fails('{{#with group}}{{#if b}}{{/if}}{{/with}}', 'b');
    fails('{{group.b}}', 'b');
    fails('{{#if group.b}}{{/if}}', 'b');
    fails('{{#repeat 2}}{{@first}}{{/repeat}}', 'first');
    fails('{{unknownHelper 1}}', 'unknownHelper');
    // A number has no names at all.
    expect(() => text('{{#each numbers}}{{#if typo}}{{/if}}{{/each}}', { view })).toThrow(
      'leaf: the template uses typo, which is not there.',
    );
  });

  test('what is there is found, through contexts and helpers', () => {
    const view = {
      rows: [
        { i: 0, cells: [{ n: 5 }] },
        { i: 1, cells: [] },
      ],
      yes: true,
      no: false,
      zero: 0,
    };
    expect(
      text('{{#each rows}}{{i}}:{{#each cells}}{{n}}/{{../i}}/{{@index}}/{{@root.yes}}{{/each}};{{/each}}', { view }),
    ).toBe('0:5/0/0/true;1:;');
    expect(text('{{#if no}}a{{else if yes}}b{{/if}}{{#unless zero}}c{{/unless}}', { view })).toBe('bc');
    expect(text('{{#repeat N}}<{{@index}} {{yes}}>{{/repeat}}', { view, constants: { N: 2 } })).toBe(
      '<0 true><1 true>',
    );
    expect(text('{{#each (reversed 3)}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}')).toBe('2, 1, 0');
    expect(text('{{add 1 2}} {{sub 1 2}} {{mul 3 4}} {{#if (eq 1 1)}}e{{/if}}{{#if (gt 1 2)}}g{{/if}}')).toBe(
      '3 -1 12 e',
    );
    expect(text('{{u 5 3}} {{s -1 4}} {{MODULE}}')).toBe("3'd5 -4'sd1 leaf");
    expect(text('{{{a}}} {{b}}', { view: { a: '<&>', b: '"\'' } })).toBe('<&> "\'');
  });

  test('a template that is not valid says where', () => {
    expect(() => text('{{#if a}}')).toThrow(/^leaf.*: the template is not valid: Parse error on line 1/);
    expect(() => body({ template: { file: 'a/b.v.hbs' } }, () => '\n{{typo}}')).toThrow(
      /^a\/b\.v\.hbs:2: the template uses typo/,
    );
  });
});

describe('localparams', () => {
  test('those that the text uses, and no others', () => {
    const constants = { USED: 4, UNUSED: 5, IN_REMARK: 6, IN_BLOCK: 7, TWICE: 8, USED_MORE: 9, PRINTED: 10 };
    const source =
      '  wire [USED-1:0] a = TWICE + TWICE; // IN_REMARK\n  /* IN_BLOCK\n UNUSED */\n  wire b = {{PRINTED}};';
    expect(text(source, { constants }).split('\n\n')[0]).toBe('  localparam USED = 4;\n  localparam TWICE = 8;');
    expect(text('  // nothing', { constants })).toBe('  // nothing');
  });

  test('values that Verilog takes for what they are', () => {
    expect(constant('A', 0, 'x')).toBe('localparam A = 0;');
    expect(constant('A', -5, 'x')).toBe('localparam A = -5;');
    expect(constant('A', 2 ** 31 - 1, 'x')).toBe('localparam A = 2147483647;');
    expect(constant('A', -(2 ** 31), 'x')).toBe('localparam A = -2147483648;');
    expect(constant('A', 2 ** 31, 'x')).toBe("localparam A = 32'd2147483648;");
    expect(constant('A', 2 ** 40, 'x')).toBe("localparam A = 41'd1099511627776;");
    expect(constant('A', -(2 ** 40), 'x')).toBe("localparam A = -42'sd1099511627776;");
  });

  test.each([1.5, Number.NaN, Infinity, 2 ** 53])('%s is none', (value) => {
    expect(() => text('  // x', { constants: { A: value } })).toThrow(
      expect.objectContaining({
        code: 'PR0231',
        message: `leaf: the constant A is ${value}; Verilog takes whole numbers.`,
      }),
    );
  });

  test('names are upper-case', () => {
    expect(() => text('  // x', { constants: { width: 3 } })).toThrow('leaf: width is no name for a constant.');
  });
});

test('literals, ranges, declarations', () => {
  expect([literal(9, bits(4)), literal(0, bits(1)), literal(3, signed(12)), literal(-3, signed(12))]).toEqual([
    "4'd9",
    "1'd0",
    "12'sd3",
    "-12'sd3",
  ]);
  expect([range(1), range(2), range(512)]).toEqual(['', '[1:0] ', '[511:0] ']);
  expect(declaration('wire', 'a', bits(1))).toBe('wire a');
  expect(declaration('reg', 'a', signed(8))).toBe('reg signed [7:0] a');
  expect(declaration('wire', 'a', vector(4, signed(8)))).toBe('wire [31:0] a');
  expect(declaration('', 'a', bits(3))).toBe('[2:0] a');
  expect(describeField(bits(3))).toBe('unsigned');
  expect(describeField(vector(4, signed(8)))).toBe('4 x 8 bits, signed, element 0 lowest');
});

test('a whole leaf: header, ports table, declaration', () => {
  const item = payload('item', { data: vector(4, signed(8)), last: flag() });
  const leaf = defineComponent({
    name: 'leaf',
    summary:
      'Shows what the head of a file looks like, in a sentence that is long enough to need a second line of comment below the first.',
    parameters: z.strictObject({
      lanes: integer({ description: 'elements of an item', min: 1, max: 8, default: 4 }),
      depth: integer({ description: 'how much it holds', unit: 'items', min: 1, max: 8, default: 2 }),
      mode: choice(['fast', 'small'], { description: 'what matters', default: 'fast' }),
      tile: group({ rows: integer({ description: 'word lines', unit: 'cells', min: 1, max: 8, default: 3 }) }, 'tile'),
      of: z
        .custom<typeof item>(() => true)
        .default(item)
        .meta({ description: 'what it holds' }),
      slices: z
        .array(z.strictObject({ name: z.string() }))
        .default([{ name: 'msb' }, { name: 'lsb' }])
        .meta({
          description:
            'a remark that is so long that it does not fit beside its parameter and has to go on, in the column of the remarks, on a line of its own',
        }),
    }),
    ports: () => ({ level: input(wire(bits(4))), from: input(stream(item)), to: output(stream(number(12))) }),
    template: { text: '  // body' },
  });
  const [file] = emitDesign(elaborate(leaf(), 'lab').netlist, noFiles);
  expect(file).toMatchObject({ path: 'rtl/lab.v', module: 'lab', form: 'rtl' });
  expect(file!.text).toMatchInlineSnapshot(`
    "// lab
    // Shows what the head of a file looks like, in a sentence that is long enough to need a second line
    // of comment below the first.
    //
    // Made with:
    //   lanes = 4      elements of an item
    //   depth = 2      how much it holds (items)
    //   mode = fast    what matters
    //   tile.rows = 3  word lines (cells)
    //   of = item      what it holds
    //   slices = [{name:msb}, {name:lsb}]
    //                  a remark that is so long that it does not fit beside its parameter and has to go
    //                  on, in the column of the remarks, on a line of its own
    //
    // Ports besides clk and rst_n (active low); a stream moves an item when valid and ready are 1:
    //   level       in       4  unsigned
    //   from_valid  in       1  unsigned; stream of item
    //   from_ready  out      1  unsigned
    //   from_data   in      32  4 x 8 bits, signed, element 0 lowest
    //   from_last   in       1  unsigned
    //   to_valid    out      1  unsigned; stream of number
    //   to_ready    in       1  unsigned
    //   to_value    out     12  signed

    \`default_nettype none

    module lab (
      input  wire clk,
      input  wire rst_n,
      input  wire [3:0] level,
      input  wire from_valid,
      output wire from_ready,
      input  wire [31:0] from_data,
      input  wire from_last,
      output wire to_valid,
      input  wire to_ready,
      output wire signed [11:0] to_value
    );
      // body
    endmodule

    \`default_nettype wire
    "
  `);
});

test('a whole level: nets, instances, what nobody reads, constants', () => {
  const ports = { from: input(stream(number(8))), to: output(stream(number(9))), high: output(wire(bits(3))) };
  const lab = accelerator('lab', ports, ({ instance, connect, tie, port }) => {
    const a = instance('first', step());
    const b = instance('second', offset());
    connect(port.from, a.from);
    connect(a.to, b.from);
    tie(-7, b.amount);
    connect(b.to, port.to);
    tie(5, port.high);
  });
  const file = emitDesign(elaborate(lab).netlist, noFiles).find((f) => f.module === 'lab');
  expect(file!.text).toMatchInlineSnapshot(`
    "// lab
    // The accelerator lab.
    //
    // Ports besides clk and rst_n (active low); a stream moves an item when valid and ready are 1:
    //   from_valid  in       1  unsigned; stream of number
    //   from_ready  out      1  unsigned
    //   from_value  in       8  signed
    //   to_valid    out      1  unsigned; stream of number
    //   to_ready    in       1  unsigned
    //   to_value    out      9  signed
    //   high        out      3  unsigned

    \`default_nettype none

    module lab (
      input  wire clk,
      input  wire rst_n,
      input  wire from_valid,
      output wire from_ready,
      input  wire signed [7:0] from_value,
      output wire to_valid,
      input  wire to_ready,
      output wire signed [8:0] to_value,
      output wire [2:0] high
    );
      wire first_to_valid;
      wire first_to_ready;
      wire signed [7:0] first_to_value;
      wire [15:0] second_seen;

      lab_step first (
        .clk(clk),
        .rst_n(rst_n),
        .from_valid(from_valid),
        .from_ready(from_ready),
        .from_value(from_value),
        .to_valid(first_to_valid),
        .to_ready(first_to_ready),
        .to_value(first_to_value)
      );

      lab_offset second (
        .clk(clk),
        .rst_n(rst_n),
        .amount(-8'sd7),
        .from_valid(first_to_valid),
        .from_ready(first_to_ready),
        .from_value(first_to_value),
        .to_valid(to_valid),
        .to_ready(to_ready),
        .to_value(to_value),
        .seen(second_seen)
      );

      assign high = 3'd5;

      wire unused = &{ 1'b0, second_seen };
    endmodule

    \`default_nettype wire
    "
  `);
});

describe('every preset', () => {
  const emitted = presets().map(({ name, architecture, parameters }) => {
    const { netlist } = elaborate(architectures[architecture]!.make(parameters), name.replaceAll('-', '_'));
    return { name, netlist, files: designFiles(netlist) };
  });
  const each = (check: (file: EmittedFile) => void) => emitted.forEach(({ files }) => files.forEach(check));

  test('one module a file, of the same name', () => {
    each((f) => {
      expect(f.path).toBe(`${{ rtl: 'rtl', behavioural: 'sim', macro: 'macro' }[f.form]}/${f.module}.v`);
      const code = f.text.replaceAll(/\/\/.*$/gm, '');
      expect(code.match(/^\s*module\s+\w+/gm)!.map((m) => m.trim())).toEqual([`module ${f.module}`]);
      expect(f.text.startsWith(`// ${f.module}`)).toBe(true);
      expect(f.text.endsWith('\nendmodule\n\n`default_nettype wire\n')).toBe(true);
    });
  });

  test('no line beyond 100 columns, none that ends in a blank, no tabs', () => {
    each((f) => {
      for (const [i, line] of f.text.split('\n').entries()) {
        expect.soft(line.length, `${f.path}:${i + 1}`).toBeLessThanOrEqual(100);
        expect.soft(line, `${f.path}:${i + 1}`).not.toMatch(/\s$|\t/);
      }
    });
  });

  test('no date, no path, nothing of this machine', () => {
    each((f) => {
      expect(f.text).not.toMatch(/\b20\d\d-\d\d|\b\d\d:\d\d:\d\d\b/);
      expect(f.text).not.toContain(process.cwd());
      expect(f.text).not.toMatch(/\.hbs|\/(home|work|tmp|usr)\//);
    });
  });

  test('ports are in the table and in the declaration', () => {
    each((f) => {
      const table = f.text.slice(f.text.indexOf('// Ports besides'), f.text.indexOf('`default_nettype none'));
      const declared = [...f.text.matchAll(/^ {2}(?:input {2}|output )wire (?:signed )?(?:\[\d+:0\] )?(\w+),?$/gm)].map(
        (m) => m[1],
      );
      expect(declared.slice(0, 2)).toEqual(['clk', 'rst_n']);
      const listed = [...table.matchAll(/^\/\/ {3}(\w+) +(?:in|out) /gm)].map((m) => m[1]);
      expect(listed).toEqual(declared.slice(2));
    });
  });

  test('no localparam without a use', () => {
    each((f) => {
      const code = f.text.replaceAll(/\/\/.*$/gm, '');
      for (const [, name] of code.matchAll(/^ {2}localparam (?:\[[^\]]*\] )?(\w+) =/gm)) {
        expect.soft(code.match(new RegExp(`\\b${name}\\b`, 'g'))!.length, `${f.path} ${name}`).toBeGreaterThan(1);
      }
    });
  });

  test('twice the same', () => {
    for (const { netlist, files } of emitted) expect(emitDesign(netlist, readTemplate)).toEqual(files);
  });

  test('flows have one file a module, children first', () => {
    for (const { netlist, files } of emitted) {
      for (const flow of ['simulation', 'emulation', 'asic'] as const) {
        const chosen = selectFiles(files, flow);
        expect(chosen.map((f) => f.module)).toEqual(netlist.modules.map((m) => m.name));
        const seen = new Set<string>();
        for (const m of netlist.modules) {
          if (m.body.kind === 'structure') for (const i of m.body.instances) expect(seen).toContain(i.module);
          seen.add(m.name);
        }
      }
      const forms = (flow: 'simulation' | 'emulation' | 'asic') => new Set(selectFiles(files, flow).map((f) => f.form));
      // Designs with arrays of devices simulate a model of these.
      const analog = netlist.modules.some((m) => ['crossbar_tile', 'codebook_array'].includes(m.component));
      expect(forms('simulation')).toEqual(new Set(analog ? ['rtl', 'behavioural'] : ['rtl']));
      expect(forms('emulation')).toEqual(new Set(['rtl']));
      expect(forms('asic')).toEqual(new Set(['rtl', 'macro']));
    }
  });
});
