/** `prunus generate` */
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { designFiles, readTemplate } from '../sim/design-files.ts';
import { type Design, findDesign } from './designs.ts';
import type { Action } from './action.ts';
import { type FlowChoice, flowChoice, flowList, flowOutputs } from './flow-outputs.ts';
import { fileLists, type Manifest, manifestOf, type SystemEntry } from './manifest.ts';
import { checkOptions, common, settings } from './options.ts';
import { replaceFolder } from './output-folder.ts';
import { systemAround, systemChoice } from './system.ts';
import { systemFiles } from '../system/files.ts';
import { type System, systemTop } from '../system/system.ts';

const schema = z.object({
  ...common,
  ...settings,
  out: z.string().min(1),
  force: z.boolean().default(false),
  flow: flowList.optional(),
  flowSet: z.array(z.string()).default([]),
  ...systemChoice,
});

export const generate: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const design = await findDesign(given, options.set);
  const flow = flowChoice(design.flow, options.flow, options.flowSet);
  const system = systemAround(design, options.system, options.systemSet);
  const manifest = await writeDesign(design, options.out, options.force, flow, system);
  const { top, files, flows, outputs, memories, black_boxes: boxes } = manifest;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ out: options.out, ...manifest })}\n`);
    return 0;
  }
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
  process.stdout.write(
    [
      `${design.label}: ${count(files.length, 'module')} in ${options.out}`,
      `  top            ${top}`,
      `  simulation     ${top}.f (${count(flows.simulation.filter((f) => f.startsWith('sim/')).length, 'behavioural model')})`,
      `  FPGA emulation ${top}_emulation.f`,
      `  ASIC           ${top}_asic.f (${count(boxes.length, 'black box').replace('boxs', 'boxes')})`,
      `  memories       ${memories.length} kinds`,
      ...systemLine(manifest.system),
      ...flowLine(outputs),
      '',
    ].join('\n'),
  );
  return 0;
};

const flowLine = (outputs: Manifest['outputs']): string[] => {
  const groups = Object.entries(outputs).map(([name, paths]) => `${name} (${paths.length})`);
  return groups.length === 0 ? [] : [`  other files    ${groups.join(', ')}`];
};

const systemLine = (system: SystemEntry | undefined): string[] => {
  if (!system) return [];
  const ports = system.kind === 'memory' ? 'AXI4-Lite registers, AXI4 master' : 'AXI4-Lite registers, AXI4-Streams';
  return [`  system         ${ports} of ${system.dataBits} bits; driver and documents (${system.files.length} files)`];
};

/** Emits a design into a folder, with a system around it, and with files for other programs, where these are given. */
export async function writeDesign(
  design: Design,
  out: string,
  force: boolean,
  flow?: FlowChoice,
  system?: System,
): Promise<Manifest> {
  const { netlist } = system ? elaborate(system.part, systemTop(system.map)) : elaborate(design.part, design.name);
  const own = system ? systemFiles(system, netlist.top, readTemplate) : [];
  const files = designFiles(netlist);
  const flowDesign = flow && { label: design.label, netlist, files, settings: flow.settings, read: readTemplate };
  const outputs = flowDesign ? await flowOutputs(flow.names, flowDesign) : new Map();
  const entry = system && { ...system.options, files: own.map((f) => f.path) };
  const manifest = manifestOf(design.label, netlist, files, outputs, entry);
  const list = { path: 'manifest.json', text: `${JSON.stringify(manifest, undefined, 2)}\n` };
  const verilog = files.map(({ path, text }) => ({ path, text }));
  replaceFolder(out, [list, ...fileLists(manifest), ...verilog, ...own, ...[...outputs.values()].flat()], force);
  return manifest;
}
