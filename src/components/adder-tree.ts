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
 * the last.
 */
export function adderTree(operands: readonly string[], width: number, step: number): AdderTree {
  const nodes: TreeNode[] = [];
  let level = operands.map((name) => ({ name, width }));
  let latency = 0;
  for (let depth = 1; level.length > 1; depth++) {
    const registered = depth % step === 0 || level.length === 2;
    if (registered) latency++;
    const next: typeof level = [];
    for (let i = 0; i < level.length; i += 2) {
      const name = `sum${depth}n${i / 2}`;
      const [a, b] = [level[i]!, level[i + 1]];
      const sum = level[0]!.width + 1;
      const expression = b ? `${a.name} + ${b.name}` : signExtend(a.name, a.width, sum);
      nodes.push({ name, width: sum, expression, registered, stage: latency });
      next.push({ name, width: sum });
    }
    level = next;
  }
  return { nodes, root: level[0]!, latency };
}
