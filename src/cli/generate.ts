/** `prunus generate` */
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { designFiles } from '../sim/design-files.ts';
import { type Design, findDesign } from './designs.ts';
import type { Action } from './action.ts';
import { fileLists, type Manifest, manifestOf } from './manifest.ts';
import { checkOptions, common, settings } from './options.ts';
import { replaceFolder } from './output-folder.ts';

const schema = z.object({ ...common, ...settings, out: z.string().min(1), force: z.boolean().default(false) });

export const generate: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  const design = await findDesign(given, options.set);
  const manifest = writeDesign(design, options.out, options.force);
  const { top, files, flows, memories, black_boxes: boxes } = manifest;
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
      '',
    ].join('\n'),
  );
  return 0;
};

/** Emits a design into a folder. */
export function writeDesign(design: Design, out: string, force: boolean): Manifest {
  const { netlist } = elaborate(design.part, design.name);
  const files = designFiles(netlist);
  const manifest = manifestOf(design.label, netlist, files);
  const own = { path: 'manifest.json', text: `${JSON.stringify(manifest, undefined, 2)}\n` };
  replaceFolder(out, [own, ...fileLists(manifest), ...files.map(({ path, text }) => ({ path, text }))], force);
  return manifest;
}
