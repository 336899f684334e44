/** One head of SPRINT in BigInt, sentence by sentence from the specification; shares no arithmetic with src. */
import type { AttentionHead } from '../../src/architectures/head.ts';
import type { SprintFunctionalDesign } from '../../src/architectures/sprint/functional.ts';
import { decide } from './reram/reference.ts';

const saturate = (x: bigint, width: bigint): bigint => {
  const top = (1n << (width - 1n)) - 1n;
  return x > top ? top : x < -top - 1n ? -top - 1n : x;
};

/** e of u = 0..4095: two tables of 64, round(256 exp(-64 i / 256)) and round(256 exp(-j / 256)). */
function weight(u: number): bigint {
  const i = Math.floor(u / 64);
  const j = u % 64;
  return BigInt(Math.round(256 * Math.exp(-i / 4))) * BigInt(Math.round(256 * Math.exp(-j / 256)));
}

export interface ReferenceOutput {
  readonly out: number[];
  readonly none: number[];
  readonly kept: number[];
  readonly keptCount: number;
}

export function referenceHead(design: SprintFunctionalDesign, head: AttentionHead): ReferenceOutput {
  const { length } = head;
  const out: number[] = [];
  const none: number[] = [];
  const kept: number[] = [];
  for (let i = 0; i < length; i++) {
    const row = Array.from({ length }, (_, j) => keeps(design, head, i, j));
    kept.push(...row.map(Number));
    none.push(row.includes(true) ? 0 : 1);
    out.push(...outputRow(design, head, i, row));
  }
  return { out, none, kept, keptCount: kept.reduce((a, b) => a + b, 0) };
}

function keeps(design: SprintFunctionalDesign, head: AttentionHead, i: number, j: number): boolean {
  if (head.causal && j > i) return false;
  if (!head.prune) return true;
  const { dim } = design;
  const [q, k] = [head.q.slice(i * dim, (i + 1) * dim), head.k.slice(j * dim, (j + 1) * dim)];
  return decide(design, head.noiseSeed, q, k, j, i, head.threshold[i]).kept;
}

function outputRow(design: SprintFunctionalDesign, head: AttentionHead, i: number, keep: boolean[]): number[] {
  const { dim } = design;
  const keys = [...keep.keys()].filter((j) => keep[j]);
  if (keys.length === 0) return Array.from({ length: dim }, () => 0);
  const scores = keys.map((j) => {
    let dot = 0n;
    for (let d = 0; d < dim; d++) dot += BigInt(head.q[i * dim + d]) * BigInt(head.k[j * dim + d]);
    const shift = BigInt(head.scoreShift);
    const half = shift === 0n ? 0n : 1n << (shift - 1n);
    return Number(saturate((dot * BigInt(head.multiplier[i]) + half) >> shift, 12n));
  });
  const max = Math.max(...scores);
  const e = scores.map((s) => weight(Math.min((max - s) * 2 ** head.expShift, 4095)));
  const sum = e.reduce((a, b) => a + b, 0n);
  const z = BigInt(sum.toString(2).length);
  const r = (1n << (z + 15n)) / sum;
  return Array.from({ length: dim }, (_, d) => {
    const weighted = (weights: bigint[]): bigint =>
      weights.reduce((total, w, n) => total + w * BigInt(head.v[keys[n] * dim + d]), 0n);
    if (design.normalisation === 'deferred') {
      return Number(saturate((weighted(e) * r + (1n << (z + 6n))) >> (z + 7n), 16n));
    }
    const p = e.map((x) => {
      const rounding = design.probabilityRounding === 'round' ? 1n << (z + 6n) : 0n;
      const full = (x * r + rounding) >> (z + 7n);
      return full > 255n ? 255n : full;
    });
    return Number(saturate(weighted(p), 16n));
  });
}
