/** Cells of a library as Verilog, by Yosys from their liberty functions: what they compute, without delays. */
import type { Yosys } from '../yosys.ts';

export interface CellModels {
  readonly text: string;
  /** The output pins of each cell. */
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

export async function cellModels(library: string, yosys: Yosys): Promise<CellModels> {
  const script = 'read_liberty -ignore_miss_func cells.lib\nwrite_verilog -noattr models.v\n';
  const { files } = await yosys.run(script, { 'cells.lib': library }, ['models.v']);
  // Registers wake up with some value; with x, gates whose output does not depend on it would still be x.
  const text = files['models.v']!.replaceAll(/^ {2}reg (\w+);$/gm, "  reg $1 = 1'b0;");
  const outputs = new Map(
    [...text.matchAll(/^module (\w+)\([\s\S]*?^endmodule/gm)].map(([body, name]) => [
      name!,
      [...body.matchAll(/^ {2}output (\w+);/gm)].map((m) => m[1]!),
    ]),
  );
  return { text, outputs };
}
