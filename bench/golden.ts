/**
 * Speed of SPRINT's functional golden model, one thread: multiply-accumulates a second, counting in-memory (every
 * valid key), QK and PV (kept keys) ones. `tsx bench/golden.ts` prints; targets are for the development machine.
 */
import { pathToFileURL } from 'node:url';
import {
  type Normalisation,
  type SprintFunctionalDesign,
  type SprintHead,
  sprintHead,
} from '../src/architectures/sprint/functional.ts';
import { mix } from '../src/numerics/random.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At least this. */
  readonly target: number;
}

interface Case {
  readonly tokens: number;
  readonly dim: number;
  /** Fraction of keys kept; 1 still runs the crossbar. */
  readonly keep: number;
  readonly sigma?: number;
  readonly normalisation?: Normalisation;
}

const cases: readonly Case[] = [
  ...[128, 256, 384].flatMap((tokens) => [64, 128].flatMap((dim) => [0.25, 1].map((keep) => ({ tokens, dim, keep })))),
  { tokens: 384, dim: 64, keep: 0.25, normalisation: 'probability' },
  { tokens: 384, dim: 64, keep: 0.25, sigma: 0.02 },
];

const target = 500e6;

/** Medians over several heads of each case; about ten seconds. */
export async function benchGolden(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const test of cases) {
    const { tokens, dim, keep, sigma = 0, normalisation = 'deferred' } = test;
    const notes = [sigma > 0 ? ', noise' : '', normalisation === 'probability' ? ', probability' : ''].join('');
    const name = `golden sprint ${tokens} tokens, dim ${dim}, ${keep * 100} % kept${notes}`;
    figures.push({ name, value: measure(designOf(test), headOf(test)), unit: 'MAC/s', target });
    // Between cases, let other work of the process run.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return figures;
}

function designOf({ tokens, dim, sigma = 0, normalisation = 'deferred' }: Case): SprintFunctionalDesign {
  const noise = { programSigma: sigma, readSigma: sigma, comparatorSigma: sigma };
  const memory = { channels: 4, banks: 4, columns: 128, cellBits: 4, dacBits: 4, ...noise };
  return { tokens, dim, ...memory, scoreBits: 12, normalisation, probabilityRounding: 'round' };
}

/** Random tensors with scores over some hundred units, and the threshold that keeps the fraction over the head. */
function headOf({ tokens, dim, keep }: Case): SprintHead {
  const bytes = (seed: number) => Int8Array.from({ length: tokens * dim }, (_, n) => mix(seed + n));
  const [q, k, v] = [1 << 20, 2 << 20, 3 << 20].map(bytes);
  const sums: number[] = [];
  for (let i = 0; i < tokens; i += 7) {
    for (let j = 0; j < tokens; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += (2 * (q[i * dim + d] >> 4) + 1) * (2 * (k[j * dim + d] >> 4) + 1);
      sums.push(sum);
    }
  }
  sums.sort((a, b) => b - a);
  const threshold = new Int32Array(tokens).fill(keep === 1 ? -(2 ** 31) : sums[Math.floor(sums.length * keep)]);
  const multiplier = new Uint16Array(tokens).fill(40_000);
  const masks = { length: tokens, causal: false, prune: true, noiseSeed: 1 };
  return { ...masks, scoreShift: 24, expShift: 0, q, k, v, multiplier, threshold };
}

function measure(design: SprintFunctionalDesign, head: SprintHead): number {
  const rates: number[] = [];
  let macs = 0;
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    let heads = 0;
    do {
      const { keptCount } = sprintHead(design, head);
      macs = (head.length ** 2 + 2 * keptCount) * design.dim;
      heads++;
    } while (performance.now() - start < 60);
    rates.push((heads * macs * 1000) / (performance.now() - start));
  }
  return rates.toSorted((a, b) => a - b)[4];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { name, value, unit } of await benchGolden()) console.log(`${name}: ${(value / 1e6).toFixed(0)} M${unit}`);
}
