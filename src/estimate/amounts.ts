/** What a module is made of, as far as its area goes; each is a number of bits unless it says otherwise. */
export const amountNames = [
  /** Flip-flops, without and with a reset. */
  'register',
  'resetRegister',
  /** Bits of arrays that are flip-flops. */
  'array',
  /** Partial products: the product of the factors' widths; and their sum, for the last adder. */
  'product',
  'productEdge',
  /** Adders of two unknowns, of one and a constant or a sign; comparisons by size are adders. */
  'adder',
  'increment',
  'equal',
  /** Choices between two unknowns; shifts by an unknown number; one of many by an index. */
  'mux',
  'shift',
  'select',
  'xor',
  'gate',
  /** Entries of tables of constants. */
  'table',
] as const;
export type AmountName = (typeof amountNames)[number];
export type Counted = Record<AmountName, number>;

export const nothing = (): Counted => Object.fromEntries(amountNames.map((n) => [n, 0])) as Counted;

export function addTo(to: Counted, more: Counted, times = 1): void {
  for (const name of amountNames) to[name] += times * more[name];
}
