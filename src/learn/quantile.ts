/** Thresholds from the scores that a network sees: where learning starts, and what it is held against. */
import { type Example, inOrder, makeBatch } from './batches.ts';
import type { Network } from './network.ts';

/** Scores q.k / sqrt(dim) of real tokens: a list a layer, of one array a head. */
export type Scores = readonly (readonly Float32Array[])[];

/** The scores of the network without pruning. */
export function collectScores(network: Network, examples: readonly Example[], batchSize: number): Scores {
  const { tf, encoder } = network;
  const found: number[][][] = encoder.layers.map(() => Array.from({ length: encoder.heads }, () => []));
  for (const part of inOrder(examples, batchSize)) {
    const batch = makeBatch(encoder, part);
    tf.tidy(() => {
      const masks = network.masks(batch);
      let x = network.enter(batch);
      encoder.layers.forEach((layer, n) => {
        const p = network.project(layer, x, batch);
        const scores = network.scores(layer, p).dataSync();
        eachPair(batch, encoder.heads, (head, at) => found[n][head].push(scores[at]));
        x = network.finish(layer, x, network.attend(n, p, masks, 'dense', batch).context);
      });
    });
  }
  return found.map((layer) => layer.map((head) => Float32Array.from(head)));
}

function eachPair(
  { size, tokens, lengths }: { size: number; tokens: number; lengths: readonly number[] },
  heads: number,
  visit: (head: number, at: number) => void,
): void {
  for (let e = 0; e < size; e++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < lengths[e]; i++) {
        for (let j = 0; j < lengths[e]; j++) visit(head, ((e * heads + head) * tokens + i) * tokens + j);
      }
    }
  }
}

/** Whose scores share a threshold. */
export type Sharing = 'network' | 'layer' | 'head';

/** Thresholds, a list a layer with one a head, that this fraction of the scores is below. */
export function quantileThresholds(scores: Scores, fraction: number, sharing: Sharing): number[][] {
  const of = (arrays: readonly Float32Array[]): number => {
    const all = new Float32Array(arrays.reduce((n, a) => n + a.length, 0));
    let at = 0;
    for (const a of arrays) {
      all.set(a, at);
      at += a.length;
    }
    all.sort();
    return all[Math.min(all.length - 1, Math.floor(fraction * all.length))];
  };
  const network = sharing === 'network' ? of(scores.flat()) : 0;
  return scores.map((layer) => {
    const shared = sharing === 'layer' ? of(layer) : network;
    return layer.map((head) => (sharing === 'head' ? of([head]) : shared));
  });
}
