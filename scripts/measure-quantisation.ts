/**
 * Measures the quantisation schemes on recorded tensors:
 *
 *     npx tsx scripts/measure-quantisation.ts FOLDER [FOLDER ...]
 *
 * A folder holds sets `lN_q.npy`, `lN_k.npy`, `lN_v.npy` (N = 0, 1, ...) and `meta.json`, whose
 * `causal` says which mask to use. For each scheme and folder, prints the cosine similarity of the worst
 * head: float attention over the quantised tensors against float attention over the originals,
 * everything kept. A Markdown table on standard output; the best scheme is the one whose worst
 * folder is best.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PrunusError } from '../src/errors.ts';
import { type QuantisationScheme, quantiseHead } from '../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import { loadAttention } from '../src/workload/tensors.ts';

interface Head {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly tokens: number;
  readonly dim: number;
  readonly causal: boolean;
  readonly expected: Float64Array;
}

function headsOf(folder: string): Head[] {
  const { causal } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as { causal: boolean };
  const heads: Head[] = [];
  for (let layer = 0; existsSync(join(folder, `l${layer}_q.npy`)); layer++) {
    const path = (name: string) => join(folder, `l${layer}_${name}.npy`);
    const tensors = loadAttention({ q: path('q'), k: path('k'), v: path('v') });
    for (let index = 0; index < tensors.heads; index++) {
      const head = tensors.head(index);
      if (head.kind !== 'float') throw new PrunusError('PR0440', `${path('q')}: is quantised already`);
      const { tokens, dim } = tensors;
      const shaped = { q: head.q, k: head.k, v: head.v, tokens, dim, causal };
      heads.push({ ...shaped, expected: denseAttention(shaped) });
    }
  }
  if (heads.length === 0) throw new PrunusError('PR0440', `${folder}: holds no l0_q.npy`);
  return heads;
}

function cosine(head: Head, scheme: QuantisationScheme): number {
  const { q, k, v, tokens, dim, causal, expected } = head;
  const quantised = quantiseHead({ q, k, v, tokens, dim, causal, scheme });
  const integers = { q: quantised.q, k: quantised.k, v: quantised.v };
  const output = denseAttention({ ...integers, tokens, dim, causal, scoreScale: quantised.scoreScale });
  return compareOutputs(
    output.map((x, n) => x * quantised.valueScale[n % dim]),
    expected,
    dim,
  ).cosine;
}

function* schemes(): Generator<QuantisationScheme> {
  for (const query of ['head', 'row'] as const)
    for (const key of ['head', 'channel'] as const)
      for (const centreKeys of [false, true])
        for (const value of ['head', 'channel'] as const) yield { query, key, centreKeys, value };
}

function main(folders: readonly string[]): void {
  if (folders.length === 0) throw new PrunusError('PR0440', 'give one or more folders of recorded tensors');
  const sets = folders.map(headsOf);
  console.log(`| query | key | keys centred | value | ${folders.map((f) => basename(f)).join(' | ')} |`);
  console.log(`|---|---|---|---|${'---|'.repeat(folders.length)}`);
  let best: { line: string; worst: number } = { line: '', worst: -2 };
  for (const scheme of schemes()) {
    const worst = sets.map((heads) => Math.min(...heads.map((head) => cosine(head, scheme))));
    const { query, key, centreKeys, value } = scheme;
    const line = `| ${query} | ${key} | ${centreKeys ? 'yes' : 'no'} | ${value} | ${worst.map((x) => x.toFixed(5)).join(' | ')} |`;
    console.log(line);
    if (Math.min(...worst) > best.worst) best = { line, worst: Math.min(...worst) };
  }
  console.log(`\nBest worst head: ${best.worst.toFixed(5)}\n\n${best.line}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PrunusError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
