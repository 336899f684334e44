/** Which files for other programs `generate` writes: by `--flow` and `--flow-set`, or `flow` of the design file. */
import { z } from 'zod';
import { checkParameters } from '../dsl/parameters.ts';
import { ProblemsError, PrunusError } from '../errors.ts';
import type { FlowDesign, FlowFile } from '../flow/design.ts';
import { instancesOf } from '../flow/design.ts';
import { flowFiles } from '../flow/flow.ts';
import { type FlowName, flowNames, type FlowSettings, flowSettings } from '../flow/settings.ts';
import { diagram } from '../report/diagram.ts';
import { applySettings, type Values } from './settings.ts';

export interface FlowChoice {
  readonly names: readonly FlowName[];
  readonly settings: FlowSettings;
}

/** `--flow fusesoc,yosys` or `--flow all`. */
export const flowList = z
  .string()
  .transform((text) => (text === 'all' ? [...flowNames] : text.split(',').map((name) => name.trim())))
  .pipe(z.array(z.enum(flowNames, `all, or some of ${flowNames.join(', ')} with commas between them, is needed`)));

/** `flow` of a design file: settings, and which files. */
const section = z.strictObject({ outputs: z.array(z.enum(flowNames)).default([]), ...flowSettings.shape });

/** Throws PR0101, PR0102 and PR0704 for what is wrong in a section or a setting. */
export function flowChoice(
  given: unknown,
  asked: readonly FlowName[] | undefined,
  sets: readonly string[],
): FlowChoice {
  if (given !== undefined && (given === null || typeof given !== 'object' || Array.isArray(given))) {
    const fix = 'write for instance {"outputs": ["fusesoc", "yosys"], "clock": 200}.';
    throw new PrunusError('PR0702', `flow of the design file is ${JSON.stringify(given)}, which is no object.`, fix);
  }
  const { outputs, ...own } = (given ?? {}) as Values;
  const values = applySettings(flowSettings, 'flow', own, sets, {
    all: 'docs/flows.md',
    option: '--flow-set',
    example: 'clock=200',
  });
  const { value, problems } = checkParameters(
    section,
    { ...values, ...(outputs === undefined ? {} : { outputs }) },
    'flow',
  );
  if (value === undefined || problems.length > 0) throw new ProblemsError(problems);
  const { outputs: names, ...settings } = value;
  const chosen = asked ?? names;
  return { names: flowNames.filter((n) => chosen.includes(n)), settings };
}

/** The files of each group that was chosen. */
export async function flowOutputs(names: readonly FlowName[], design: FlowDesign): Promise<Map<FlowName, FlowFile[]>> {
  const made = new Map<FlowName, FlowFile[]>();
  for (const name of names) {
    const files = flowFiles(name, design);
    made.set(name, name === 'diagram' ? [...files, ...(await diagrams(design))] : files);
  }
  return made;
}

/** A drawing of every level: of the first instance where there are several of a module. */
async function diagrams({ netlist }: FlowDesign): Promise<FlowFile[]> {
  const first = new Map<string, string>();
  for (const { path, module } of instancesOf(netlist)) {
    if (module.body.kind === 'structure' && !first.has(module.name)) first.set(module.name, path);
  }
  const files: FlowFile[] = [];
  for (const [name, path] of first) files.push({ path: `diagram/${name}.svg`, text: await diagram(netlist, path) });
  return files;
}
