/** What the files are made from, and what several of them ask of it. */
import type { Netlist, NetModule } from '../dsl/netlist.ts';
import type { EmittedFile } from '../emit/design.ts';
import type { TemplateReader } from '../emit/leaf.ts';
import type { FlowSettings } from './settings.ts';

export interface FlowDesign {
  /** As the user named it. */
  readonly label: string;
  readonly netlist: Netlist;
  readonly files: readonly EmittedFile[];
  readonly settings: FlowSettings;
  readonly read: TemplateReader;
}

/** A file to write, its path relative to the output folder. */
export interface FlowFile {
  readonly path: string;
  readonly text: string;
}

export const topOf = ({ netlist }: Pick<FlowDesign, 'netlist'>): NetModule =>
  netlist.modules.find((m) => m.name === netlist.top)!;

export interface Instance {
  /** Names from the top to here, joined by points, in the design as in Verilog; empty at the top. */
  readonly path: string;
  readonly module: NetModule;
}

/** Every instance, the top first, each before what is in it. */
export function instancesOf({ modules, top }: Netlist): Instance[] {
  const byName = new Map(modules.map((m) => [m.name, m]));
  const visit = (name: string, path: string): Instance[] => {
    const module = byName.get(name)!;
    const inner = module.body.kind === 'structure' ? module.body.instances : [];
    return [{ path, module }, ...inner.flatMap((i) => visit(i.module, path === '' ? i.name : `${path}.${i.name}`))];
  };
  return visit(top, '');
}

/** The modules that the ASIC flow leaves to a hard macro. */
export function macrosOf({ netlist, files }: Pick<FlowDesign, 'netlist' | 'files'>): NetModule[] {
  const shells = new Set(files.filter((f) => f.form === 'macro').map((f) => f.module));
  return netlist.modules.filter((m) => shells.has(m.name));
}
