/**
 * Measures what the integer softmax adds to quantisation, everything kept, default scheme:
 *
 *     npx tsx scripts/measure-softmax.ts FOLDER [FOLDER ...]
 *
 * The arithmetic: 12-bit scores s; u = min(4095, (max - s) << expShift); e = high[u >> 6] * low[u & 63] with tables
 * of `bits` fraction bits; out = floor((sum(e * v) * r + 2^(z+6)) / 2^(z+7)), z the bit length of sum(e) and
 * r = floor(2^(z+15) / sum(e)): Q8.8, 16 bits. Prints the worst head of each folder, its cosine similarity to float
 * attention over the same quantised tensors, then over the originals.
 */
import { basename } from 'node:path';
import { type QuantisedHead, quantiseHead } from '../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import { score12 } from '../src/workload/score-scaling.ts';
import { measureFolders, type RecordedHead, recordedHeads } from './recorded-heads.ts';

/** Q1.(2 * bits) of exp(-u / 256). */
type Exponential = (u: number) => number;

function tables(bits: number): Exponential {
  const table = (step: number) => Array.from({ length: 64 }, (_, i) => Math.round(2 ** bits * Math.exp(-i * step)));
  const high = table(64 / 256);
  const low = table(1 / 256);
  return (u) => high[u >> 6] * low[u & 63];
}

/** Nearest, with 24 fraction bits: as good as exact. */
const exact: Exponential = (u) => Math.round(2 ** 24 * Math.exp(-u / 256));

function integerAttention(head: QuantisedHead, causal: boolean, exponential: Exponential): Float64Array {
  const { q, k, v, tokens, dim } = head;
  const out = new Float64Array(tokens * dim);
  for (let i = 0; i < tokens; i++) {
    const keys = causal ? i + 1 : tokens;
    const scores = Int32Array.from({ length: keys }, (_, j) => {
      let dot = 0;
      for (let c = 0; c < dim; c++) dot += q[i * dim + c] * k[j * dim + c];
      return score12(dot, head.multiplier[i], head.shift);
    });
    const max = Math.max(...scores);
    let sum = 0;
    const weighted = new Float64Array(dim);
    for (let j = 0; j < keys; j++) {
      const e = exponential(Math.min(4095, (max - scores[j]) << head.expShift));
      sum += e;
      for (let c = 0; c < dim; c++) weighted[c] += e * v[j * dim + c];
    }
    for (let c = 0; c < dim; c++) out[i * dim + c] = divided(weighted[c], sum) / 256;
  }
  return out;
}

function divided(weighted: number, sum: number): number {
  const z = BigInt(sum.toString(2).length);
  const reciprocal = (1n << (z + 15n)) / BigInt(sum);
  const rounded = Number((BigInt(weighted) * reciprocal + (1n << (z + 6n))) >> (z + 7n));
  return Math.max(-32768, Math.min(32767, rounded));
}

function worst(heads: readonly RecordedHead[], exponential: Exponential): string {
  const cosines = heads.map(({ expected, ...given }) => {
    const head = quantiseHead(given);
    const { q, k, v, scoreScale, valueScale } = head;
    const integers = integerAttention(head, given.causal, exponential);
    const quantised = denseAttention({ ...given, q, k, v, scoreScale });
    const real = integers.map((x, n) => x * valueScale[n % head.dim]);
    return [compareOutputs(integers, quantised, head.dim).cosine, compareOutputs(real, expected, head.dim).cosine];
  });
  return [0, 1].map((n) => Math.min(...cosines.map((pair) => pair[n])).toFixed(5)).join(', ');
}

measureFolders((folders) => {
  const sets = folders.map(recordedHeads);
  console.log(`| exponential | ${folders.map((folder) => basename(folder)).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(folders.length)}`);
  for (const bits of [8, 9, 10, 12]) {
    console.log(`| ${bits} fraction bits | ${sets.map((heads) => worst(heads, tables(bits))).join(' | ')} |`);
  }
  console.log(`| exact | ${sets.map((heads) => worst(heads, exact)).join(' | ')} |`);
});
