/**
 * Speed of SPRINT's functional golden model, one thread: multiply-accumulates a second, counting in-memory (every
 * valid key), QK and PV (kept keys) ones.
 */
import type { AttentionHead } from '../src/architectures/head.ts';
import type { Normalisation } from '../src/architectures/kept-attention.ts';
import { type SprintFunctionalDesign, sprintHead } from '../src/architectures/sprint/functional.ts';
import { mix } from '../src/numerics/random.ts';
import type { Group } from './context.ts';
import { median, roundsNote } from './figure.ts';

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

const atLeast = 500e6;

/** Medians over several heads of each case; about ten seconds. */
export const golden: Group = async function* ({ quick }) {
  for (const test of quick ? cases.slice(0, 2) : cases) {
    const { tokens, dim, keep, sigma = 0, normalisation = 'deferred' } = test;
    const notes = [sigma > 0 ? ', noise' : '', normalisation === 'probability' ? ', probability' : ''].join('');
    const name = `golden sprint, ${tokens} tokens, dim ${dim}, ${keep} kept${notes}`;
    measure(designOf(test), headOf(test), 2); // warm up
    const rounds = measure(designOf(test), headOf(test), 9);
    const rates = rounds.map((r) => r.wall);
    const core = `${millions(median(rounds.map((r) => r.cpu)))} a second of a core`;
    const note = `${roundsNote(rates, millions)}; ${core}`;
    yield { name, value: median(rates), unit: 'MAC/s', target: { atLeast }, note };
  }
};

function designOf({ tokens, dim, sigma = 0, normalisation = 'deferred' }: Case): SprintFunctionalDesign {
  const noise = { programSigma: sigma, readSigma: sigma, comparatorSigma: sigma };
  const memory = { channels: 4, banks: 4, columns: 128, cellBits: 4, dacBits: 4, ...noise };
  return { tokens, dim, ...memory, scoreBits: 12, normalisation, probabilityRounding: 'round' };
}

/** Random tensors with scores over some hundred units, and the threshold that keeps the fraction over the head. */
function headOf({ tokens, dim, keep }: Case): AttentionHead {
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

const millions = (x: number): string => `${(x / 1e6).toFixed(0)} M`;

/** Rates by the clock and by the time this process had a core. */
function measure(design: SprintFunctionalDesign, head: AttentionHead, rounds: number): { wall: number; cpu: number }[] {
  let macs = 0;
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    const before = process.cpuUsage();
    let heads = 0;
    do {
      const { keptCount } = sprintHead(design, head);
      macs = (head.length ** 2 + 2 * keptCount) * design.dim;
      heads++;
    } while (performance.now() - start < 60);
    const { user, system } = process.cpuUsage(before);
    return { wall: (heads * macs * 1000) / (performance.now() - start), cpu: (heads * macs * 1e6) / (user + system) };
  });
}
