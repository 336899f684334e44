/** Every preset and random designs of all machines: what both linters say of every flow, and both versions of Yosys. */
import { presets } from '../src/architectures/names.ts';
import type { ArchitectureName } from '../src/architectures/names.ts';
import { architectures } from '../src/architectures/registry.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { selectFiles } from '../src/emit/design.ts';
import { Random } from '../src/explore/verify/random.ts';
import { designFiles } from '../src/sim/design-files.ts';
import { checkSynthesis, type LintMessage, lintVerilog } from '../src/sim/lint.ts';
import { openYosys, type Yosys, yosysKinds } from '../src/synth/yosys.ts';
import { randomSprint } from '../tests/architecture/random-designs.ts';
import type { Group } from './context.ts';
import { hardseaConfiguration, leopardConfiguration } from './random-configurations.ts';

export interface LintSubject {
  readonly architecture: ArchitectureName;
  readonly parameters: object;
}

/** Nothing is built: heads may be as long as in the presets. */
const draws: readonly (readonly [ArchitectureName, (r: Random) => object])[] = [
  ['sprint', randomSprint],
  ['leopard', (r) => ({ ...leopardConfiguration(r), tokens: r.integer(1, 512), dim: r.integer(8, 96) })],
  ['hardsea', (r) => ({ ...hardseaConfiguration(r), tokens: r.integer(1, 512) })],
];

/** Takes the machines in turn. */
export function randomSubject(seed: number, index: number): LintSubject {
  const [architecture, draw] = draws[index % draws.length]!;
  return { architecture, parameters: draw(new Random(seed, index)) };
}

/** What the tools say of a design. Yosys goes as far as `proc; opt; check`, where latches show. */
export async function lintDesign(subject: LintSubject, tools: readonly Yosys[]): Promise<LintMessage[]> {
  const part = architectures[subject.architecture]!.make(subject.parameters as never);
  const files = designFiles(elaborate(part, 'lint_subject').netlist);
  const emulation = selectFiles(files, 'emulation');
  const messages = await Promise.all([
    ...(['simulation', 'emulation', 'asic'] as const).map((flow) =>
      lintVerilog(selectFiles(files, flow), { top: 'lint_subject' }),
    ),
    ...tools.map((yosys) => checkSynthesis(emulation, 'lint_subject', { quick: true, yosys })),
  ]);
  return messages.flat();
}

const seed = 2022;
const randomDesigns = 100;

export const lint: Group = async function* (bench) {
  const tools = await Promise.all(yosysKinds.map(openYosys));
  try {
    const random = Array.from({ length: bench.quick ? 3 : randomDesigns }, (_, i) => randomSubject(seed, i));
    const subjects = bench.quick ? random : [...presets(), ...random];
    const messages: LintMessage[] = [];
    for (const [i, subject] of subjects.entries()) {
      bench.progress(`lint: ${i + 1} of ${subjects.length}, ${subject.architecture}`);
      const said = await lintDesign(subject, tools);
      if (said.length > 0) bench.progress(JSON.stringify([subject, said]));
      messages.push(...said);
    }
    const count = (is: (m: LintMessage) => boolean) => messages.filter(is).length;
    const note = `${subjects.length - random.length} presets, ${random.length} random designs, seed ${seed}`;
    const figures = {
      'warnings and errors of Verilator -Wall': count((m) => m.tool === 'verilator'),
      'warnings and errors of Icarus -Wall': count((m) => m.tool === 'iverilog'),
      latches: count((m) => m.rule === 'latch'),
      'warnings and errors of Yosys': count((m) => m.tool === 'yosys'),
    };
    for (const [name, value] of Object.entries(figures))
      yield {
        name,
        value,
        unit: 'cases',
        target: { atMost: 0 },
        note: name.endsWith('Yosys') ? tools.map((t) => t.version).join(', ') : note,
      };
  } finally {
    await Promise.all(tools.map((t) => t.close()));
  }
};
