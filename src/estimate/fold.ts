/** Operations on constants. */
export const bitLength = (value: bigint): number =>
  value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length;

/** Undefined for an operator that has no value here. */
export function folded(operator: string, a: bigint, b: bigint): bigint | undefined {
  const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
  const table: Readonly<Record<string, () => bigint>> = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => (b === 0n ? 0n : a / b),
    '%': () => (b === 0n ? 0n : a % b),
    '<<': () => a << b,
    '>>': () => a >> b,
    '&': () => a & b,
    '|': () => a | b,
    '^': () => a ^ b,
    '==': () => truth(a === b),
    '!=': () => truth(a !== b),
    '<': () => truth(a < b),
    '<=': () => truth(a <= b),
    '>': () => truth(a > b),
    '>=': () => truth(a >= b),
    '&&': () => truth(a !== 0n && b !== 0n),
    '||': () => truth(a !== 0n || b !== 0n),
  };
  return table[operator]?.();
}
