/** Elements within the bytes of a row: each in a byte, or in two with the low one first, of which the upper bits do not count. */
import { containerBits } from './axi.ts';

/** The Verilog expression of all elements side by side, cut out of the bus `name`. */
export function elementsOf(name: string, dim: number, elementBits: number): string {
  const container = containerBits(elementBits);
  if (container === elementBits) return name;
  const parts = Array.from({ length: dim }, (_, i) => (dim - 1 - i) * container);
  return `{ ${parts.map((low) => `${name}[${low + elementBits - 1}:${low}]`).join(', ')} }`;
}

/** The elements as numbers. */
export function readElements(bytes: ArrayLike<number>, dim: number, elementBits: number): number[] {
  const container = containerBits(elementBits);
  return Array.from({ length: dim }, (_, i) => {
    const raw = container === 8 ? bytes[i]! : bytes[2 * i]! + 256 * bytes[2 * i + 1]!;
    return (raw << (32 - elementBits)) >> (32 - elementBits);
  });
}
