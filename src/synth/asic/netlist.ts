/**
 * A mapped design as OpenSTA reads it: leaves as yosys wrote them, macros as liberty cells, and the levels above the leaves through yosys
 * once, since OpenSTA knows no expressions.
 */
import type { Netlist, NetModule } from '../../dsl/netlist.ts';
import { fieldWidth } from '../../dsl/kinds.ts';
import { portSignals, range } from '../../emit/verilog.ts';
import type { EmittedFile } from '../../emit/design.ts';
import type { Synthesis } from '../design.ts';
import type { Yosys } from '../yosys.ts';

/** A leaf's ports, for the levels that have instances of it. */
const shell = (module: NetModule): string => {
  const ports = portSignals(module).map(
    ({ name, input, field }) => `${input ? 'input' : 'output'} wire ${range(fieldWidth(field))}${name}`,
  );
  return `(* blackbox *)\nmodule ${module.name} (${['input wire clk', 'input wire rst_n', ...ports].join(', ')});\nendmodule\n`;
};

export async function timingNetlist(
  { modules, top }: Netlist,
  { netlist: mapped }: Synthesis,
  yosys: Yosys,
): Promise<string> {
  const isLeaf = (i: number) => modules[i]!.body.kind === 'leaf';
  const text = (wanted: (i: number, file: EmittedFile) => boolean) =>
    mapped.flatMap((file, i) => (wanted(i, file) ? [file.text] : [])).join('\n');
  const leaves = text((i, { form }) => isLeaf(i) && form !== 'macro');
  if (isLeaf(modules.findIndex((m) => m.name === top))) return leaves;
  const files = {
    'leaves.v': modules
      .filter((_, i) => isLeaf(i))
      .map(shell)
      .join('\n'),
    'levels.v': text((i) => !isLeaf(i)),
  };
  const script = [
    'read_verilog leaves.v',
    'read_verilog levels.v',
    `hierarchy -check -top ${top}`,
    'proc',
    'opt_clean',
    'setundef -zero',
    'splitnets',
    'write_verilog -noattr -noexpr -nohex -nodec -simple-lhs design.v',
    '',
  ].join('\n');
  const { files: made } = await yosys.run(script, files, ['design.v']);
  return made['design.v']! + leaves;
}
