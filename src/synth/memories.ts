/** What yosys made of the arrays of a module. */

export type MemoryKind = 'block RAM' | 'distributed RAM' | 'flip-flops';

export interface MemoryMapping {
  /** The array's name in the module. */
  readonly name: string;
  readonly kind: MemoryKind;
  /** Primitives that hold it, by type; empty for flip-flops. */
  readonly primitives: Readonly<Record<string, number>>;
}

/** RAM primitives of the FPGA families, by what they are. */
export const ramKinds: Readonly<Record<Exclude<MemoryKind, 'flip-flops'>, RegExp>> = {
  'block RAM': /^(SB_RAM40_4K\w*|DP16KD|PDPW16KD|RAMB18E\d|RAMB36E\d)$/,
  'distributed RAM': /^(TRELLIS_DPR16X4|RAM\d+(M|M16|X\d[DS]\w*))$/,
};

/** From yosys' log (which arrays there were) and the netlist (their primitives are named after them). */
export function mappedMemories(log: string, netlist: string): MemoryMapping[] {
  const names = new Set(
    [
      ...log.matchAll(/^mapping memory \S+?\.(\S+) via \S+$/gm),
      ...log.matchAll(/^using FF mapping for memory \S+?\.(\S+)$/gm),
      ...log.matchAll(/^Mapping memory \\(\S+) in module \S+:$/gm),
    ]
      .map((m) => m[1]!)
      // Tables that yosys makes of case statements, and takes apart again.
      .filter((name) => !name.startsWith('$')),
  );
  const found = [...netlist.matchAll(/^ {2}(\w+) (?:#\([\s\S]*?\n {2}\) )?\\?(\S+) +\($/gm)]
    .map(([, type, name]) => ({ type: type!, name: name! }))
    .filter(({ type }) => Object.values(ramKinds).some((kind) => kind.test(type)));
  return [...names].map((name): MemoryMapping => {
    const own = found.filter((f) => f.name.startsWith(`${name}.`));
    const primitives: Record<string, number> = {};
    for (const { type } of own) primitives[type] = (primitives[type] ?? 0) + 1;
    const [first] = own;
    const kind = !first ? 'flip-flops' : ramKinds['block RAM'].test(first.type) ? 'block RAM' : 'distributed RAM';
    return { name, kind, primitives };
  });
}
