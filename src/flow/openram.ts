/** What OpenRAM reads to make a macro, a stub of it, and bodies of memories made of such macros. */
import type { FlowFile } from './design.ts';
import { type Bundle, memoryBody } from './memory-body.ts';
import type { FlowSettings } from './settings.ts';
import { stub } from './stub.ts';
import type { Tiling } from './tiling.ts';

export const openramBody = (bundle: Bundle): string => memoryBody(bundle, 'openram');

/** Ports as OpenRAM's Verilog has them: write ports are numbered before read ports; chip selects are active low. */
export const openramStub = (t: Tiling): string =>
  stub({
    name: t.openram,
    note: [
      `An OpenRAM macro of ${t.macroDepth} words of ${t.macroWidth} bits, one write port (0) and one read port (1).`,
    ],
    ports: [
      { name: 'clk0', input: true, width: 1 },
      { name: 'csb0', input: true, width: 1 },
      { name: 'addr0', input: true, width: t.macroAddress },
      { name: 'din0', input: true, width: t.macroWidth },
      { name: 'clk1', input: true, width: 1 },
      { name: 'csb1', input: true, width: 1 },
      { name: 'addr1', input: true, width: t.macroAddress },
      { name: 'dout1', input: false, width: t.macroWidth },
    ],
  });

export const openramConfiguration = (t: Tiling, { openramTech }: FlowSettings): FlowFile => ({
  path: `memories/openram/${t.openram}.py`,
  text: `# OpenRAM: python3 sram_compiler.py ${t.openram}.py
word_size = ${t.macroWidth}
num_words = ${t.macroDepth}
num_rw_ports = 0
num_w_ports = 1
num_r_ports = 1
tech_name = "${openramTech}"
nominal_corner_only = True
output_name = "${t.openram}"
output_path = "${t.openram}"
`,
});
