/** Files for other programs, by group. Everything but drawings is text from the netlist, the same wherever it is made. */
import { asic } from './asic.ts';
import type { FlowDesign, FlowFile } from './design.ts';
import { fusesoc } from './fusesoc.ts';
import { hierarchy } from './hierarchy.ts';
import { memories } from './memories.ts';
import { nameMap } from './name-map.ts';
import type { FlowName } from './settings.ts';
import { vivado } from './vivado.ts';
import { yosys } from './yosys.ts';

const groups: Readonly<Record<FlowName, (design: FlowDesign) => FlowFile[]>> = {
  fusesoc,
  vivado,
  yosys,
  asic,
  memories,
  diagram: hierarchy,
  map: nameMap,
};

export const flowFiles = (name: FlowName, design: FlowDesign): FlowFile[] => groups[name](design);
