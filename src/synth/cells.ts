/**
 * The cells of the `generic` target: what they compute and how large they are beside a two-input NAND. No delays, no technology.
 *
 * The sizes are those of the smallest drive of each cell in the Nangate 45 nm Open Cell Library (FreePDK45), whose cells are all
 * 1.4 um high and a whole number of 0.19 um sites wide: a NAND2 is 3 sites, 0.798 um2. The widths are in that library's published
 * LEF (`platforms/nangate45` of OpenROAD-flow-scripts). Only these ratios are used here; the cells themselves are not.
 */

interface Gate {
  readonly kind: 'gate';
  /** Output name to function, in the operators that liberty and Verilog share: ! & | ^ and brackets. */
  readonly outputs: Readonly<Record<string, string>>;
}

interface Register {
  readonly kind: 'register';
  /** What RN (to 0) or SN (to 1), active low, does at once. */
  readonly resets: 'none' | 'RN' | 'SN';
}

export type Cell = { readonly name: string; readonly sites: number } & (Gate | Register);

const gate = (name: string, sites: number, y: string): Cell => ({ kind: 'gate', name, sites, outputs: { Y: y } });
const register = (name: string, sites: number, resets: Register['resets']): Cell => ({
  kind: 'register',
  name,
  sites,
  resets,
});

const nandSites = 3;

export const genericCells: readonly Cell[] = [
  gate('INV', 2, '!A'),
  gate('BUF', 3, 'A'),
  gate('NAND2', nandSites, '!(A & B)'),
  gate('NAND3', 4, '!(A & B & C)'),
  gate('NAND4', 5, '!(A & B & C & D)'),
  gate('NOR2', 3, '!(A | B)'),
  gate('NOR3', 4, '!(A | B | C)'),
  gate('NOR4', 5, '!(A | B | C | D)'),
  gate('AND2', 4, 'A & B'),
  gate('AND3', 5, 'A & B & C'),
  gate('AND4', 6, 'A & B & C & D'),
  gate('OR2', 4, 'A | B'),
  gate('OR3', 5, 'A | B | C'),
  gate('OR4', 6, 'A | B | C | D'),
  gate('XOR2', 6, 'A ^ B'),
  gate('XNOR2', 6, '!(A ^ B)'),
  gate('AOI21', 4, '!((A & B) | C)'),
  gate('AOI22', 5, '!((A & B) | (C & D))'),
  gate('AOI211', 5, '!((A & B) | C | D)'),
  gate('AOI221', 6, '!((A & B) | (C & D) | E)'),
  gate('AOI222', 8, '!((A & B) | (C & D) | (E & F))'),
  gate('OAI21', 4, '!((A | B) & C)'),
  gate('OAI22', 5, '!((A | B) & (C | D))'),
  gate('OAI211', 5, '!((A | B) & C & D)'),
  gate('OAI221', 6, '!((A | B) & (C | D) & E)'),
  gate('OAI222', 8, '!((A | B) & (C | D) & (E | F))'),
  gate('MUX2', 7, '(A & !S) | (B & S)'),
  { kind: 'gate', name: 'HA', sites: 10, outputs: { S: 'A ^ B', CO: 'A & B' } },
  { kind: 'gate', name: 'FA', sites: 16, outputs: { S: '(A ^ B) ^ CI', CO: '(A & B) | (CI & (A | B))' } },
  register('DFF', 17, 'none'),
  register('DFFR', 20, 'RN'),
  register('DFFS', 20, 'SN'),
];

/** Gate equivalents: sizes in two-input NANDs. */
export const gateEquivalents = (cell: Cell): number => cell.sites / nandSites;

const inputsOf = (cell: Cell): readonly string[] =>
  cell.kind === 'gate'
    ? [...new Set(Object.values(cell.outputs).flatMap((f) => f.match(/\w+/g) ?? []))].toSorted()
    : ['CK', 'D', ...(cell.resets === 'none' ? [] : [cell.resets])];

/** The library as liberty, with areas in gate equivalents. */
export function genericLiberty(): string {
  const text = genericCells.map((cell) => {
    const pins = inputsOf(cell).map((p) => `    pin(${p}) { direction : input;${p === 'CK' ? ' clock : true;' : ''} }`);
    const outputs = cell.kind === 'gate' ? cell.outputs : { Q: 'IQ' };
    const driven = Object.entries(outputs).map(
      ([pin, f]) => `    pin(${pin}) { direction : output; function : "${f}"; }`,
    );
    return [
      `  cell(${cell.name}) {`,
      `    area : ${gateEquivalents(cell).toFixed(6)};`,
      ...(cell.kind === 'register' ? [`    ff(IQ, IQN) { clocked_on : "CK"; next_state : "D";${forced(cell)} }`] : []),
      ...pins,
      ...driven,
      '  }',
    ].join('\n');
  });
  return `library(prunus_generic) {\n${text.join('\n')}\n}\n`;
}

const forced = ({ resets }: Register): string =>
  resets === 'none' ? '' : resets === 'RN' ? ' clear : "!RN";' : ' preset : "!SN";';

/** The same cells as Verilog, for the simulation of a netlist. */
export function genericModels(): string {
  const text = genericCells.map((cell) => {
    const inputs = inputsOf(cell).map((p) => `input wire ${p}`);
    if (cell.kind === 'gate') {
      const outputs = Object.keys(cell.outputs).map((p) => `output wire ${p}`);
      const body = Object.entries(cell.outputs).map(([p, f]) => `  assign ${p} = ${f.replaceAll('!', '~')};\n`);
      return `module ${cell.name} (${[...inputs, ...outputs].join(', ')});\n${body.join('')}endmodule\n`;
    }
    const edge = cell.resets === 'none' ? '' : ` or negedge ${cell.resets}`;
    const reset = cell.resets === 'none' ? '' : `if (!${cell.resets}) Q <= 1'b${cell.resets === 'SN' ? 1 : 0}; else `;
    return `module ${cell.name} (${[...inputs, 'output reg Q'].join(', ')});\n  always @(posedge CK${edge}) ${reset}Q <= D;\nendmodule\n`;
  });
  return text.join('\n');
}
