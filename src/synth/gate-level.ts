/** The files of a simulation in which the leaves of a design are what synthesis made of them. */
import type { EmittedFile } from '../emit/design.ts';
import { genericModels } from './cells.ts';
import type { Synthesis } from './design.ts';

/**
 * `files` are all files of the same design, `models` the cells of the target as Verilog. What was left to macros keeps its other forms: the
 * behavioural model where there is one, for `simulation`, and the synthesizable body.
 */
export function gateLevelFiles(
  { netlist }: Synthesis,
  files: readonly EmittedFile[],
  models: string = genericModels(),
): EmittedFile[] {
  const macros = new Set(netlist.filter((f) => f.form === 'macro').map((f) => f.module));
  const cells: EmittedFile = { path: 'rtl/prunus_cells.v', module: 'prunus_cells', form: 'rtl', text: models };
  return [cells, ...netlist.filter((f) => f.form !== 'macro'), ...files.filter((f) => macros.has(f.module))];
}
