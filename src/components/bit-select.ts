/** Bits `high` to `low` of a port of `width` bits: the bare name where that is all of it, since a one-bit port has no bits to select. */
export const bitSelect = (name: string, high: number, low: number, width: number): string =>
  low === 0 && high === width - 1 ? name : high === low ? `${name}[${high}]` : `${name}[${high}:${low}]`;

/** Element `i` of a vector port of `count` elements of `width` bits. */
export const elementOf = (name: string, width: number, i: number, count: number): string =>
  bitSelect(name, width * (i + 1) - 1, width * i, width * count);
