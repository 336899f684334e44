/** The crossbar of the specification in BigInt, one key and one query at a time; shares no arithmetic with src. */
import type { CrossbarDesign } from '../../../src/reram/crossbar.ts';

const low = 0xffffffffn;
const tags = { program: 0x50524f47n, read: 0x52454144n, offset: 0x4f464653n };

function mix(x: bigint): bigint {
  let h = x & low;
  h ^= h >> 16n;
  h = (h * 0x85ebca6bn) & low;
  h ^= h >> 13n;
  h = (h * 0xc2b2ae35n) & low;
  return h ^ (h >> 16n);
}

/** random(seed, tag, x, y) */
const word32 = (seed: bigint, tag: bigint, x: bigint, y: bigint): bigint =>
  mix(mix(mix(seed ^ tag) ^ (x & low)) ^ mix(y ^ 0x9e3779b9n));

const ascii = (text: string): bigint => BigInt(`0x${Buffer.from(text, 'latin1').toString('hex')}`);

/** The upper half of the words decides for the column. */
export const chanceBit = (seed: number, tag: string, x: number, y: number): boolean =>
  word32(BigInt(seed), ascii(tag), BigInt(x), BigInt(y)) >> 31n === 1n;

/** The gaussian of four bytes at (x, y). */
export const gaussianBits = (seed: number, tag: string, x: number, y: number): bigint =>
  gauss(BigInt(seed), ascii(tag), BigInt(x), BigInt(y));

/** g = b0 + b1 + b2 + b3 - 510 of random(seed, tag, x, y). */
function gauss(seed: bigint, tag: bigint, x: bigint, y: bigint): bigint {
  let word = word32(seed, tag, x, y);
  let g = -510n;
  for (let byte = 0; byte < 4; byte++) {
    g += word & 255n;
    word >>= 8n;
  }
  return g;
}

/** (g * scale + 32768) >> 16 with scale = round(sigma * 65536 / sqrt(4 (256^2 - 1) / 12)). */
function deviate(g: bigint, sigma: number): bigint {
  const scale = BigInt(Math.round((sigma * 65536) / Math.sqrt((4 * (256 ** 2 - 1)) / 12)));
  return (g * scale + 32768n) >> 16n;
}

/** Column and tile by filling banks key by key, as one would by hand: no division. */
export function placeByHand(design: CrossbarDesign, key: number): { tileId: number; column: number } {
  const { tokens, channels, banks, columns } = design;
  const filled = Array.from({ length: channels * banks }, () => 0);
  const where: { bank: number; slot: number }[] = [];
  for (let j = 0, channel = 0, bank = 0; j < tokens; j++) {
    const bankOf = channel * banks + bank;
    where.push({ bank: bankOf, slot: filled[bankOf]++ });
    if (++channel < channels) continue;
    channel = 0;
    if (++bank === banks) bank = 0;
  }
  let tilesPerBank = 1;
  while (tilesPerBank * columns < filled[0]) tilesPerBank++;
  const { bank, slot } = where[key];
  let tile = 0;
  let column = slot;
  for (; column >= columns; column -= columns) tile++;
  return { tileId: bank * tilesPerBank + tile, column };
}

/** The compared sum and T * 64 of key j and the query in row `operation`. */
export function decide(
  design: CrossbarDesign,
  seed: number,
  query: ArrayLike<number>,
  key: ArrayLike<number>,
  j: number,
  operation: number,
  threshold: number,
): { sum: bigint; limit: bigint; kept: boolean } {
  const { dim, cellBits, dacBits } = design;
  const { tileId, column } = placeByHand(design, j);
  const x = BigInt(tileId) * 65536n + BigInt(column);
  const s = BigInt(seed);
  const programSigma = design.programSigma * (2 ** cellBits - 1) * 64;
  const full = (2 ** dacBits - 1) * (2 ** cellBits - 1) * dim * 64;
  let sum = 0n;
  for (let d = 0; d < dim; d++) {
    const h = BigInt(Math.floor(key[d] / 2 ** (8 - cellBits)));
    const qh = BigInt(Math.floor(query[d] / 2 ** (8 - dacBits)));
    const c = (2n * h + 1n) * 64n + deviate(gauss(s, tags.program, x, BigInt(d)), programSigma);
    sum += (2n * qh + 1n) * c;
  }
  sum += deviate(gauss(s, tags.read, x, BigInt(operation)), design.readSigma * full);
  sum += deviate(gauss(s, tags.offset, x, 0n), design.comparatorSigma * full);
  const limit = BigInt(threshold) * 64n;
  return { sum, limit, kept: sum >= limit };
}
