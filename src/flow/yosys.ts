/** Yosys scripts for four targets. All keep the hierarchy, which is faster and no larger. */
import { selectFiles } from '../emit/design.ts';
import type { FlowDesign, FlowFile } from './design.ts';

interface Target {
  readonly name: string;
  readonly note: readonly string[];
  /** Whether storage is left as black boxes. */
  readonly shells: boolean;
  readonly synthesis: (top: string) => string;
}

const targets: readonly Target[] = [
  {
    name: 'generic',
    note: ["Yosys' own gates; memories and analog arrays are black boxes."],
    shells: true,
    synthesis: (top) => `synth -top ${top}`,
  },
  {
    name: 'ice40',
    note: [
      'Lattice iCE40. Without -dsp: up to Yosys 0.55 at least, it merges the product registers of neighbouring',
      'multipliers and loses every second one.',
    ],
    shells: false,
    synthesis: (top) => `synth_ice40 -noflatten -top ${top}`,
  },
  {
    name: 'ecp5',
    note: ['Lattice ECP5.'],
    shells: false,
    synthesis: (top) => `synth_ecp5 -noflatten -top ${top}`,
  },
  {
    name: 'xilinx',
    note: ['Xilinx 7 series, as a part of a system: without pads.'],
    shells: false,
    synthesis: (top) => `synth_xilinx -family xc7 -noiopad -top ${top}`,
  },
];

export function yosys({ netlist: { top }, files }: FlowDesign): FlowFile[] {
  return targets.map(({ name, note, shells, synthesis }) => ({
    path: `yosys/${name}.ys`,
    text: [
      ...note.map((line) => `# ${line}`),
      `# In the folder above this one: yosys -q -s yosys/${name}.ys; netlist and statistics are written here.`,
      ...selectFiles(files, shells ? 'asic' : 'emulation').map((f) => `read_verilog ${f.path}`),
      `hierarchy -check -top ${top}`,
      synthesis(top),
      'check -assert',
      `tee -q -o yosys/${top}_${name}.txt stat`,
      `write_json yosys/${top}_${name}.json`,
      '',
    ].join('\n'),
  }));
}
