/**
 * The model's unigram tokenizer: the pieces whose scores add up highest. Gives what `@energetic-ai/embeddings` gives, whose package
 * brings a TensorFlow.js of its own that cannot be loaded beside another.
 */

/** Pieces with their log probabilities, by id. */
export type Vocabulary = readonly (readonly [piece: string, score: number])[];

interface Node {
  readonly next: Map<string, Node>;
  id?: number;
}

const reserved = 6;
const unknown = 0;
const space = '\u2581';

/** A function from text to piece ids. Unknown characters in a row are one unknown piece. */
export function tokenizer(vocabulary: Vocabulary): (text: string) => number[] {
  const root: Node = { next: new Map() };
  vocabulary.slice(reserved).forEach(([piece], n) => {
    let node = root;
    for (const symbol of piece) {
      if (!node.next.has(symbol)) node.next.set(symbol, { next: new Map() });
      node = node.next.get(symbol)!;
    }
    node.id = n + reserved;
  });
  return (text) => {
    const normal = text.normalize('NFKC');
    if (normal === '') return [];
    const symbols = Array.from(space + normal.replaceAll(' ', space));
    const best = new Float64Array(symbols.length + 1);
    const from = new Int32Array(symbols.length + 1).fill(-1);
    const ids = new Int32Array(symbols.length + 1);
    const offer = (start: number, end: number, id: number, score: number) => {
      const sum = best[start] + score;
      // As in the original, 0 stands for "nothing yet", and of equals the last one wins.
      if (best[end] !== 0 && sum < best[end]) return;
      best[end] = sum;
      from[end] = start;
      ids[end] = id;
    };
    for (let start = 0; start < symbols.length; start++) {
      let found = false;
      let node = root.next.get(symbols[start]);
      for (let end = start + 1; node; end++) {
        if (node.id !== undefined) {
          offer(start, end, node.id, vocabulary[node.id][1]);
          found = true;
        }
        node = end < symbols.length ? node.next.get(symbols[end]) : undefined;
      }
      if (!found) offer(start, start + 1, unknown, 0);
    }
    const out: number[] = [];
    for (let end = symbols.length; end > 0; end = from[end]) {
      if (ids[end] !== unknown || out.at(-1) !== unknown) out.push(ids[end]);
    }
    return out.toReversed();
  };
}
