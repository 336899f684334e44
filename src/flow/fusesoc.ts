/** A FuseSoC core description (CAPI2). Keys in alphabetical or file order: the same design gives the same bytes. */
import { stringify } from 'yaml';
import { selectFiles } from '../emit/design.ts';
import { type FlowDesign, type FlowFile, topOf } from './design.ts';

const uses = [
  ['simulation', 'Verilog with models of analog arrays, for simulation'],
  ['emulation', 'synthesizable Verilog, analog arrays as integer arithmetic'],
  ['asic', 'Verilog with shells of hard macros'],
] as const;

export function fusesoc(design: FlowDesign): FlowFile[] {
  const { netlist, files, settings } = design;
  const { top } = netlist;
  const filesets = Object.fromEntries(
    uses.map(([use]) => [use, { files: selectFiles(files, use).map((f) => f.path), file_type: 'verilogSource-2005' }]),
  );
  const target = (use: string, description: string, tool = {}) => ({
    description,
    filesets: [use],
    toplevel: top,
    ...tool,
  });
  const lint = { default_tool: 'verilator', tools: { verilator: { mode: 'lint-only', verilator_options: ['-Wall'] } } };
  const core = {
    name: `${settings.vendor}:accelerators:${top}:${settings.version}`,
    description: topOf(design).summary,
    filesets,
    targets: {
      default: target('simulation', uses[0][1]),
      ...Object.fromEntries(uses.slice(1).map(([use, description]) => [use, target(use, description)])),
      lint: target('simulation', 'verilator --lint-only -Wall', lint),
      vivado: target('emulation', 'a Vivado project', {
        default_tool: 'vivado',
        tools: { vivado: { part: settings.part } },
      }),
    },
  };
  // FuseSoC wants this first line, which is a key without a value to YAML.
  return [{ path: `${top}.core`, text: `CAPI=2:\n${stringify(core, { lineWidth: 0 })}` }];
}
