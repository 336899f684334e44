/** Draws the pictures of the documentation, as `prunus diagram` would. Usage: npm run diagrams */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { presets } from '../src/architectures/names.ts';
import { architectures } from '../src/architectures/registry.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { diagram } from '../src/report/diagram.ts';

/** File in docs/, preset, level. */
export const pictures: readonly (readonly [file: string, preset: string, level: string])[] = [
  ['sprint-s.svg', 'sprint-s', ''],
  ['corelet.svg', 'sprint-s', 'corelet0'],
  ['main-memory.svg', 'sprint-m', 'memory'],
  ['memory-channel.svg', 'sprint-s', 'memory.channel0'],
];

export function picture([, name, level]: readonly [file: string, preset: string, level: string]): Promise<string> {
  const { architecture, parameters } = presets().find((p) => p.name === name)!;
  const { netlist } = elaborate(architectures[architecture]!.make(parameters), name.replace('-', '_'));
  return diagram(netlist, level);
}

if (process.argv[1] === import.meta.filename) {
  for (const what of pictures) {
    const out = join(resolve(import.meta.dirname, '..'), 'docs', what[0]);
    writeFileSync(out, await picture(what));
    console.log(out);
  }
}
