/** One head of attention, as every accelerator takes it and gives it. */
import { PrunusError } from '../errors.ts';

/** Elements of a tensor in integers: of up to 8 bits, or up to 16. */
export type Integers = Int8Array | Int16Array;

/** Bits of the elements of queries, keys and values, two's complement. */
export interface IntegerWidths {
  readonly queryBits: number;
  readonly keyBits: number;
  readonly valueBits: number;
}

export interface AttentionHead {
  /** Tokens without padding, 0 to the design's; every array holds these only. */
  readonly length: number;
  /** Query i sees keys 0 to i only. */
  readonly causal: boolean;
  /** False keeps every key that the masks leave. */
  readonly prune: boolean;
  /** 0 to 52. */
  readonly scoreShift: number;
  /** 0 to 12: scores have 8 - expShift fraction bits. */
  readonly expShift: number;
  /** Unsigned, 32 bits; of the devices' noise, and without effect on designs that have none. */
  readonly noiseSeed: number;
  /** Row-major `[length, dim]`. */
  readonly q: Integers;
  readonly k: Integers;
  readonly v: Integers;
  /** Conductances of the devices that hold the keys, measured instead of drawn: siemens, as `programKeys` takes them. */
  readonly measured?: Float64Array | undefined;
  /** One a query. */
  readonly multiplier: Uint16Array;
  /** One a query, whole numbers in units of what the design compares them with. */
  readonly threshold: Float64Array | Int32Array;
}

export interface HeadOutput {
  /** `[length, dim]`, 16 bits of which 16 - valueBits are fraction; zeros in rows that keep nothing. */
  readonly out: Int16Array;
  /** `[length]`, 1 where a query keeps nothing. */
  readonly none: Uint8Array;
  /** `[length, length]`, 1 where query (row) keeps key (column). */
  readonly kept: Uint8Array;
  readonly keptCount: number;
}

interface Limits {
  readonly tokens: number;
  readonly dim: number;
  readonly widths: IntegerWidths;
}

/** Throws a PrunusError of the given code for a head that does not fit a design. */
export function checkHead(code: string, { tokens, dim, widths }: Limits, head: AttentionHead): void {
  const { length } = head;
  const fail = (message: string): never => {
    throw new PrunusError(code, message);
  };
  const integer = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    fail(`${name} is ${value}; an integer from ${least} to ${most} is allowed`);
  };
  integer('length', length, 0, tokens);
  integer('scoreShift', head.scoreShift, 0, 52);
  integer('expShift', head.expShift, 0, 12);
  integer('noiseSeed', head.noiseSeed, 0, 2 ** 32 - 1);
  for (const name of ['q', 'k', 'v', 'multiplier', 'threshold'] as const) {
    const expected = name === 'multiplier' || name === 'threshold' ? length : length * dim;
    if (head[name].length !== expected) {
      fail(`${name} has ${head[name].length} elements; a length of ${length} with dim ${dim} takes ${expected}`);
    }
  }
  for (const [name, width] of [
    ['q', widths.queryBits],
    ['k', widths.keyBits],
    ['v', widths.valueBits],
  ] as const) {
    const limit = 2 ** (width - 1);
    const bad = outside(head[name], limit);
    if (bad !== undefined) fail(`${name} has an element ${bad}; ${-limit} to ${limit - 1} fit in ${width} bits`);
  }
}

function outside(x: Integers, limit: number): number | undefined {
  if (x.BYTES_PER_ELEMENT === 1 && limit >= 128) return undefined;
  for (const value of x) if (value < -limit || value >= limit) return value;
  return undefined;
}
