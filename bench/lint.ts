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
/** Designs at the same time. */
const workers = 4;

interface Said {
  readonly messages: readonly LintMessage[];
  /** Versions of Yosys. */
  readonly yosys: readonly string[];
}

async function lintAll(subjects: readonly LintSubject[], progress: (text: string) => void): Promise<Said> {
  const messages: LintMessage[] = [];
  let [next, done] = [0, 0];
  const work = async (): Promise<string[]> => {
    const tools = await Promise.all(yosysKinds.map(openYosys));
    try {
      while (next < subjects.length) {
        const subject = subjects[next++]!;
        const said = await lintDesign(subject, tools);
        messages.push(...said);
        progress(`lint: ${++done} of ${subjects.length}, ${messages.length} messages`);
        if (said.length > 0) progress(JSON.stringify([subject, said]));
      }
      return tools.map((t) => t.version);
    } finally {
      await Promise.all(tools.map((t) => t.close()));
    }
  };
  const [yosys] = await Promise.all(Array.from({ length: workers }, work));
  return { messages, yosys: yosys! };
}

export const lint: Group = async function* (bench) {
  const random = Array.from({ length: bench.quick ? 3 : randomDesigns }, (_, i) => randomSubject(seed, i));
  const subjects = bench.quick ? random : [...random, ...presets()];
  const { messages, yosys } = await lintAll(subjects, bench.progress);
  const designs = `${random.length} random designs, seed ${seed}, and ${subjects.length - random.length} presets`;
  const figures: [string, (m: LintMessage) => boolean, string][] = [
    ['messages of Verilator -Wall', (m) => m.tool === 'verilator', designs],
    ['messages of Icarus -Wall', (m) => m.tool === 'iverilog', designs],
    ['latches', (m) => m.rule === 'latch', yosys.join(', ')],
    ['other messages of Yosys', (m) => m.tool === 'yosys' && m.rule !== 'latch', yosys.join(', ')],
  ];
  for (const [name, is, note] of figures)
    yield { name, value: messages.filter(is).length, unit: 'cases', target: { atMost: 0 }, note };
};
