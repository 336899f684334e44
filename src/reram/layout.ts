/** Which column of which tile holds a key, and what an element of it is there. */

/** Code units in one step of conductance between levels 2h+1 and 2h+2; also what thresholds are multiplied by. */
export const unitsPerLevel = 64;

export interface KeyLayout {
  /** The most keys that the design holds. */
  readonly tokens: number;
  readonly channels: number;
  /** In each channel. */
  readonly banks: number;
  /** Of a tile, one key each; up to 65536. */
  readonly columns: number;
}

export interface KeyPlace {
  readonly channel: number;
  readonly bank: number;
  /** In the bank. */
  readonly tile: number;
  readonly column: number;
  /** Over all channels, banks and tiles. */
  readonly tileId: number;
}

/** Tiles in each bank; at least one. */
export function tilesPerBank({ tokens, channels, banks, columns }: KeyLayout): number {
  return Math.max(1, Math.ceil(Math.ceil(tokens / (channels * banks)) / columns));
}

/** Where key j is: adjacent keys in different channels, then banks; then columns, then tiles. */
export function placeKey(layout: KeyLayout, j: number): KeyPlace {
  const { channels, banks, columns } = layout;
  const channel = j % channels;
  const bank = Math.floor(j / channels) % banks;
  const slot = Math.floor(j / (channels * banks));
  const tile = Math.floor(slot / columns);
  const tileId = (channel * banks + bank) * tilesPerBank(layout) + tile;
  return { channel, bank, tile, column: slot % columns, tileId };
}

/** The first random coordinate of everything that belongs to a column. */
export function columnCounter({ tileId, column }: Pick<KeyPlace, 'tileId' | 'column'>): number {
  return (tileId * 65536 + column) >>> 0;
}

/** The odd level of an 8-bit integer cut to its `bits` most significant: 2 floor(x / 2^(8-bits)) + 1. */
export function oddLevel(x: number, bits: number): number {
  return 2 * (x >> (8 - bits)) + 1;
}
