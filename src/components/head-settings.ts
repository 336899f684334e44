/**
 * What may differ from head to head, as words of 32 bits: registers for a run in which it does not, a record a head in memory for one in
 * which it does. Both have this layout. What a design does not have stays 0.
 */
export interface HeadSetting {
  readonly name: string;
  readonly word: number;
  /** Lowest bit. */
  readonly low: number;
  /** Most bits that a design may give it. */
  readonly bits: number;
}

const setting = (name: string, word: number, low: number, bits: number): HeadSetting => ({ name, word, low, bits });

export const headSettings = [
  setting('score_shift', 0, 0, 6),
  setting('exponent_shift', 0, 8, 4),
  setting('key_ramp', 0, 16, 5),
  setting('query_ramp', 0, 24, 5),
  setting('noise_seed', 1, 0, 32),
  setting('threshold', 2, 0, 32),
  setting('threshold_high', 3, 0, 16),
  setting('multiplier', 3, 16, 16),
  setting('top_k', 4, 0, 16),
  setting('diagonal', 4, 16, 1),
] as const;

/** Words, and bytes, of a head's record. */
export const headWords = 8;
export const headRecordBytes = 4 * headWords;

/** The part of a record's bits that a setting of so many bits has. */
export const recordBits = ({ word, low }: HeadSetting, bits: number): string =>
  bits === 1 ? `[${32 * word + low}]` : `[${32 * word + low + bits - 1}:${32 * word + low}]`;
