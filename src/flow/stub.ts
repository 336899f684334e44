/** Verilog of a macro's ports with nothing inside. */
import { range } from '../emit/verilog.ts';

interface StubPort {
  readonly name: string;
  readonly input: boolean;
  readonly width: number;
}

export interface Stub {
  readonly name: string;
  readonly note: readonly string[];
  readonly ports: readonly StubPort[];
}

/** A black box to Yosys, silent in linters, unknown outputs in simulation. */
export function stub({ name, note, ports }: Stub): string {
  const read = ports.filter((p) => p.input).map((p) => p.name);
  return [
    ...note.map((line) => `// ${line}`),
    "// A stub: the compiler's own Verilog takes its place in simulation.",
    '',
    '`default_nettype none',
    '',
    '(* blackbox *)',
    `module ${name} (`,
    ports.map((p) => `  ${p.input ? 'input  wire' : 'output wire'} ${range(p.width)}${p.name}`).join(',\n'),
    ');',
    '',
    '`ifndef SYNTHESIS',
    ...ports.filter((p) => !p.input).map((p) => `  assign ${p.name} = ${p.width}'bx;`),
    `  wire unused = &{ 1'b0, ${read.join(', ')} };`,
    '`endif',
    '',
    'endmodule',
    '',
    '`default_nettype wire',
    '',
  ].join('\n');
}
