/** HARDSEA's predictor in BigInt, word by word from the definition in `predictor.ts`; sums in another order, floors by division. */
import type { HardseaFunctionalDesign, HardseaHead } from '../../src/architectures/hardsea/functional.ts';
import { random } from '../../src/numerics/random.ts';

const word = (text: string): number => [0, 1, 2, 3].reduce((all, n) => (all * 256 + text.charCodeAt(n)) >>> 0, 0);
const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** An Irwin-Hall deviate of the given standard deviation, in units. */
function deviate(seed: number, tag: string, x: number, y: number, sigma: number): bigint {
  const scale = Math.round((sigma * 65536) / Math.sqrt(21845));
  if (scale === 0) return 0n;
  const w = random(seed, word(tag), x, y);
  const g = [0, 8, 16, 24].reduce((sum, at) => sum + ((w >>> at) & 255), -510);
  return floorDivide(BigInt(g) * BigInt(scale) + 32768n, 65536n);
}

interface Prediction {
  readonly codes: number[];
  readonly winners: number[];
}

function drive(
  p: HardseaFunctionalDesign,
  head: HardseaHead,
  x: ArrayLike<number>,
  row: number,
  key: boolean,
): Prediction {
  const size = p.dim / p.subspaces;
  const coarse = Math.ceil(size / 2);
  const rows = size + coarse + 1;
  const [level, cell] = [2 ** p.dacBits - 1, 2 ** p.cellBits - 1];
  const full = level * cell * size * 64;
  // A query is driven as a key is where its own centroids are wanted.
  const clusters = key || p.relevance !== 'asymmetric';
  const operation = key ? row : p.tokens + row;
  const ramp = 2n ** BigInt(clusters ? head.keyRamp : head.queryRamp);
  const codes: number[] = [];
  const winners: number[] = [];
  for (let m = 0; m < p.subspaces; m++) {
    const own: number[] = [];
    for (let c = 0; c < p.centroids; c++) {
      const at = m * 65536 + c;
      let current = deviate(head.noiseSeed, 'PQRD', at, operation, p.readSigma * full);
      for (let r = rows - 1; r >= 0; r--) {
        const element = x[row * p.dim + m * size + r]!;
        const driven = r < size ? 2 * Math.floor(element / 2 ** (8 - p.dacBits)) + 1 : r === rows - 1 ? 1 : level;
        if (r >= size && !clusters) continue;
        const g = head.codebook!.cells[(m * p.centroids + c) * rows + r]!;
        const spread = deviate(head.noiseSeed, 'PQPR', at, r, p.programSigma * cell * 64);
        current += BigInt(driven) * (64n * BigInt(g) + spread);
      }
      current += deviate(head.noiseSeed, 'PQOF', at, 0, p.comparatorSigma * full);
      const jitter = deviate(head.noiseSeed, 'PQJT', at, operation, p.jitterSigma * 2 ** p.crossingBits * 64);
      const code = Number(floorDivide(current + jitter * ramp, 64n * ramp)) + 2 ** (p.crossingBits - 1);
      own.push(Math.min(2 ** p.crossingBits - 1, Math.max(0, code)));
    }
    codes.push(...own);
    winners.push(own.indexOf(Math.max(...own)));
  }
  return { codes, winners };
}

/** Relevances of visible pairs (0 elsewhere), ids of the keys, and which pairs are kept. */
export function referencePrediction(p: HardseaFunctionalDesign, head: HardseaHead) {
  const { length } = head;
  const ids = Array.from({ length }, (_, j) => drive(p, head, head.k, j, true).winners);
  const relevances: number[] = [];
  const kept: number[] = [];
  for (let i = 0; i < length; i++) {
    const { codes, winners } = drive(p, head, head.q, i, false);
    const seen = head.causal ? i + 1 : length;
    const row = ids.map((id) =>
      id.reduce((sum, c, m) => {
        const n = m * p.centroids;
        if (p.relevance === 'asymmetric') return sum + codes[n + c]!;
        if (p.relevance === 'count') return sum + (winners[m] === c ? 1 : 0);
        return sum + head.codebook!.products![(n + winners[m]!) * p.centroids + c]!;
      }, 0),
    );
    row.forEach((x, j) => {
      relevances.push(j < seen ? x : 0);
      const before = row.filter((y, l) => l < seen && (y > x || (y === x && l < j))).length;
      const chosen = head.topK > 0 ? before < head.topK : x >= head.threshold[i]!;
      kept.push(j < seen && (chosen || (head.diagonal && i === j)) ? 1 : 0);
    });
  }
  return { relevances, ids: ids.flat(), kept };
}
