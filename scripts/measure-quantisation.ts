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
import { basename } from 'node:path';
import { type QuantisationScheme, quantiseHead } from '../src/workload/quantise.ts';
import { compareOutputs, denseAttention } from '../src/workload/reference.ts';
import { measureFolders, type RecordedHead, recordedHeads } from './recorded-heads.ts';

function cosine(head: RecordedHead, scheme: QuantisationScheme): number {
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
  const sets = folders.map(recordedHeads);
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

measureFolders(main);
