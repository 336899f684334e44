/** A transformer encoder as plain data: what is learned on. */
import type { Random } from '../explore/verify/random.ts';

/** Row-major float32. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface EncoderLayer {
  readonly name: string;
  /** Elements of a head's vectors. */
  readonly dim: number;
  /** Whether the residual goes through a matrix, as the width changes. */
  readonly projected: boolean;
}

/**
 * Embeddings and timing signal, pre-norm transformer layers, mean over the tokens, a dense layer with tanh, length 1.
 * Weights by name: `embeddings` [pieces, width], `frequencies`; a layer's `NAME.norm`, `.query`, `.key`, `.value`, `.output`,
 * `.residual` (where projected), `.feed.norm`, `.expand`, `.contract`, and `sentence`, each with `.kernel` and `.bias` (a norm: `.scale`
 * and `.bias`). All but embeddings and frequencies are trained.
 */
export interface Encoder {
  readonly name: string;
  readonly heads: number;
  readonly layers: readonly EncoderLayer[];
  readonly weights: ReadonlyMap<string, Weight>;
}

export const frozen: readonly string[] = ['embeddings', 'frequencies'];

export interface TinyShape {
  readonly pieces: number;
  readonly heads: number;
  readonly dims: readonly number[];
  readonly width: number;
  readonly hidden: number;
}

/** A small random one, for tests and trials. */
export function randomEncoder(shape: TinyShape, r: Random): Encoder {
  const { pieces, heads, dims, width, hidden } = shape;
  const weights = new Map<string, Weight>();
  const fill = (name: string, size: readonly number[], value: () => number) => {
    const data = Float32Array.from({ length: size.reduce((a, b) => a * b, 1) }, value);
    weights.set(name, { shape: size, data });
  };
  const dense = (name: string, from: number, to: number) => {
    fill(`${name}.kernel`, [from, to], () => r.gaussian() / Math.sqrt(from));
    fill(`${name}.bias`, [to], () => 0);
  };
  const norm = (name: string) => {
    fill(`${name}.scale`, [width], () => 1);
    fill(`${name}.bias`, [width], () => 0);
  };
  fill('embeddings', [pieces, width], () => r.gaussian());
  fill('frequencies', [width / 2], () => r.unit());
  const layers = dims.map((dim, n) => {
    const name = `layer${n}`;
    norm(`${name}.norm`);
    for (const part of ['query', 'key', 'value']) dense(`${name}.${part}`, width, heads * dim);
    dense(`${name}.output`, heads * dim, width);
    norm(`${name}.feed.norm`);
    dense(`${name}.expand`, width, hidden);
    dense(`${name}.contract`, hidden, width);
    return { name, dim, projected: false };
  });
  dense('sentence', width, width);
  return { name: 'tiny', heads, layers, weights };
}
