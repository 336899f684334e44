/** A set of small numbers as 32-bit words: what the hardware holds as one bit a token. */
export type WordSet = Uint32Array;

export const emptySet = (size: number): WordSet => new Uint32Array(Math.max(1, Math.ceil(size / 32)));

export const has = (s: WordSet, i: number): boolean => ((s[i >>> 5] >>> (i & 31)) & 1) === 1;

export const add = (s: WordSet, i: number): void => {
  s[i >>> 5] |= 1 << (i & 31);
};

export const remove = (s: WordSet, i: number): void => {
  s[i >>> 5] &= ~(1 << (i & 31));
};

export const isEmpty = (s: WordSet): boolean => {
  for (const word of s) if (word !== 0) return false;
  return true;
};

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

/** The smallest number for which `word(k)`, the k-th word of some combination of sets, has a bit; -1 when there is none. */
export function lowest(words: number, word: (k: number) => number): number {
  for (let k = 0; k < words; k++) {
    const bits = word(k);
    if (bits !== 0) return k * 32 + lowestBit(bits);
  }
  return -1;
}
