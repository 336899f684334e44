/** Examples of like length side by side, padded to the longest. */
import { Random } from '../explore/verify/random.ts';
import type { Encoder } from './encoder.ts';

/** A text as piece ids, at least one, and its class. */
export interface Example {
  readonly ids: readonly number[];
  readonly label: number;
}

export interface Batch {
  readonly size: number;
  /** Of the longest example. */
  readonly tokens: number;
  readonly lengths: readonly number[];
  readonly labels: Int32Array;
  /** `[size, tokens, width]`: embeddings, doubled, and the timing signal; zeros behind a text's end. */
  readonly inputs: Float32Array;
}

export function makeBatch({ weights }: Encoder, examples: readonly Example[]): Batch {
  const { shape, data } = weights.get('embeddings')!;
  const frequencies = weights.get('frequencies')!.data;
  const width = shape[1];
  const half = frequencies.length;
  const tokens = Math.max(...examples.map((e) => e.ids.length));
  const inputs = new Float32Array(examples.length * tokens * width);
  examples.forEach(({ ids }, e) => {
    ids.forEach((id, position) => {
      const at = (e * tokens + position) * width;
      for (let c = 0; c < width; c++) {
        const angle = position * frequencies[c % half];
        inputs[at + c] = 2 * data[id * width + c] + (c < half ? Math.sin(angle) : Math.cos(angle));
      }
    });
  });
  return {
    size: examples.length,
    tokens,
    lengths: examples.map((e) => e.ids.length),
    labels: Int32Array.from(examples, (e) => e.label),
    inputs,
  };
}

const byLength = (a: Example, b: Example): number => a.ids.length - b.ids.length;

function* cut<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Shortest first, for evaluation. */
export const inOrder = (examples: readonly Example[], size: number): Example[][] => [
  ...cut(examples.toSorted(byLength), size),
];

/** Sorted within stretches of this many batches only, so that epochs differ. */
const stretch = 8;

/** The batches of one epoch: a function of seed and epoch. */
export function shuffledBatches(examples: readonly Example[], size: number, seed: number, epoch: number): Example[][] {
  const r = new Random(seed, 1000 + epoch);
  const mixed = shuffled(examples.length, r).map((i) => examples[i]);
  const batches = [...cut(mixed, size * stretch)].flatMap((part) => [...cut(part.toSorted(byLength), size)]);
  return shuffled(batches.length, r).map((i) => batches[i]);
}

/** A random order of 0 to n - 1. */
export function shuffled(n: number, r: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = r.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * As many texts: each the beginning of one and the end of another of these, cut anywhere, of `tokens` pieces at most. What is learned from
 * them is what a network says of them; the label is that of the beginning, and means nothing.
 */
export function recombined(examples: readonly Example[], tokens: number, r: Random): Example[] {
  return examples.map(({ ids, label }) => {
    const other = examples[r.integer(0, examples.length - 1)]!.ids;
    const beginning = ids.slice(0, r.integer(1, ids.length));
    return { ids: [...beginning, ...other.slice(r.integer(0, other.length - 1))].slice(0, tokens), label };
  });
}
