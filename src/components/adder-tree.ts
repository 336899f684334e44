/** One node of an adder tree as Verilog: a register or a wire, its width and its expression. */
export interface TreeNode {
  readonly name: string;
  readonly width: number;
  readonly expression: string;
  readonly registered: boolean;
  /** Registers between the operands and it, its own among them. */
  readonly stage: number;
}

export interface AdderTree {
  readonly nodes: readonly TreeNode[];
  /** Name and width of the sum. */
  readonly root: { readonly name: string; readonly width: number };
  /** Register stages from the operands to the sum. */
  readonly latency: number;
}

/** Sign-extends a named signal. */
export const signExtend = (name: string, from: number, to: number): string =>
  to === from ? name : `{{${to - from}{${name}[${from - 1}]}}, ${name}}`;

/**
 * A binary tree of signed adders over the named operands, one bit wider a level, with a register after every `step` levels and after
 * the last. `level` begins the names of the sums.
 */
export function adderTree(operands: readonly string[], width: number, step: number, level = 'sum'): AdderTree {
  const nodes: TreeNode[] = [];
  let row = operands.map((name) => ({ name, width }));
  let latency = 0;
  for (let depth = 1; row.length > 1; depth++) {
    const registered = depth % step === 0 || row.length === 2;
    if (registered) latency++;
    const next: typeof row = [];
    for (let i = 0; i < row.length; i += 2) {
      const name = `${level}${depth}n${i / 2}`;
      const [a, b] = [row[i]!, row[i + 1]];
      const sum = row[0]!.width + 1;
      const expression = b ? `${a.name} + ${b.name}` : signExtend(a.name, a.width, sum);
      nodes.push({ name, width: sum, expression, registered, stage: latency });
      next.push({ name, width: sum });
    }
    row = next;
  }
  return { nodes, root: row[0]!, latency };
}

/** The same without registers. */
export const wideAdder = (operands: readonly string[], width: number, level?: string): AdderTree =>
  adderTree(operands, width, operands.length, level);
