import type { Netlist } from '../dsl/netlist.ts';
import { emitLeaf, type TemplateReader } from './leaf.ts';
import { emitStructure } from './structure.ts';

/** Which body a file holds: synthesizable Verilog, a model for simulation, or the shell of a hard macro. */
export type Form = 'rtl' | 'behavioural' | 'macro';

export interface EmittedFile {
  /** Relative to the output folder: `rtl/`, `sim/` or `macro/`, and the module's name. */
  readonly path: string;
  readonly module: string;
  readonly form: Form;
  readonly text: string;
}

const folder: Record<Form, string> = { rtl: 'rtl', behavioural: 'sim', macro: 'macro' };

/** Prints every module of a design in every form it has, children before parents. */
export function emitDesign(netlist: Netlist, read: TemplateReader): EmittedFile[] {
  const modules = new Map(netlist.modules.map((m) => [m.name, m]));
  const uses = new Map<string, number>();
  for (const { body } of netlist.modules) {
    if (body.kind !== 'structure') continue;
    for (const { module } of body.instances) uses.set(module, (uses.get(module) ?? 0) + 1);
  }
  const file = (module: string, form: Form, text: string): EmittedFile => ({
    path: `${folder[form]}/${module}.v`,
    module,
    form,
    text,
  });
  return netlist.modules.flatMap((module) => {
    const { body } = module;
    if (body.kind === 'structure')
      return [file(module.name, 'rtl', emitStructure(module, body, modules, (uses.get(module.name) ?? 0) > 1))];
    const main = file(module.name, 'rtl', emitLeaf(module, body, body.template, '', read));
    const others = Object.entries(body.forms).map(([form, template]) =>
      file(module.name, form as Form, emitLeaf(module, body, template, form, read)),
    );
    return [main, ...others];
  });
}

/**
 * The files of one flow, in compile order, one a module: `simulation` prefers behavioural models, `emulation` takes only
 * synthesizable bodies, `asic` prefers macro shells.
 */
export function selectFiles(files: readonly EmittedFile[], flow: 'simulation' | 'emulation' | 'asic'): EmittedFile[] {
  const preferred: Form = flow === 'simulation' ? 'behavioural' : flow === 'asic' ? 'macro' : 'rtl';
  const special = new Set(files.filter((f) => f.form === preferred).map((f) => f.module));
  return files.filter((f) => f.form === (special.has(f.module) ? preferred : 'rtl'));
}
