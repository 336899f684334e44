/**
 * Records Q, K and V of a real transformer, Universal Sentence Encoder Lite, as `.npy` files:
 *
 *     npx tsx scripts/record-use-lite.ts [--packages FOLDER] [--out FOLDER] [--check]
 *
 * `--packages` is a folder in which the packages are installed (default: here), `--out` where the tensors
 * go (default `examples/tensors/use-lite`). `--check` writes nothing: it computes the embeddings of several
 * sentences with the forward pass of `src/learn` and with the package itself, and fails if they differ by 1e-4. Install
 * the packages with the command in `src/learn/use-lite/package.ts` (any folder; 30 MB).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PrunusError } from '../src/errors.ts';
import { writeNpy } from '../src/workload/npy.ts';
import { maxTokens, runUseLite } from '../src/learn/use-lite/forward.ts';
import { modelPackage, openUseLite, type UseLite } from '../src/learn/use-lite/package.ts';
import { checkSentences, text, textSource } from './use-lite/text.ts';

const tolerance = 1e-4;

/** Prints one line a sentence; true when all agree. */
async function check(model: UseLite): Promise<boolean> {
  const differences: number[] = [];
  for (const sentence of checkSentences) {
    const ids = model.tokenise(sentence);
    const { embedding } = runUseLite(model.weights, ids);
    // oxlint-disable-next-line no-await-in-loop -- one model, one sentence at a time
    const expected = await model.embed(sentence);
    if (expected.length !== embedding.length) throw new Error(`an embedding of ${expected.length} numbers`);
    const difference = Math.max(...expected.map((value, n) => Math.abs(value - embedding[n])));
    console.log(`${difference.toExponential(2)}  ${ids.length} tokens  ${sentence.slice(0, 50)}`);
    differences.push(difference);
  }
  // NaN when any is, which fails.
  const worst = Math.max(...differences);
  const agrees = worst < tolerance;
  console.log(`Largest difference ${worst.toExponential(2)}; ${agrees ? 'below' : 'NOT below'} ${tolerance}`);
  return agrees;
}

function record(model: UseLite, folder: string): void {
  const ids = model.tokenise(text);
  if (ids.length < maxTokens) throw new Error(`the text has ${ids.length} tokens, ${maxTokens} are needed`);
  const { tokens, layers } = runUseLite(model.weights, ids);
  mkdirSync(folder, { recursive: true });
  layers.forEach(({ dim, q, k, v }, layer) => {
    for (const [name, data] of Object.entries({ q, k, v })) {
      writeNpy(join(folder, `l${layer}_${name}.npy`), [4, tokens, dim], data);
    }
  });
  const meta = {
    model: `Universal Sentence Encoder Lite (npm ${modelPackage})`,
    license: 'Apache-2.0',
    causal: false,
    scoreScale: '1/sqrt(dim); Q is not scaled beforehand',
    source: textSource,
    text,
    note: `the model clips at ${maxTokens} tokens; the text has ${ids.length}`,
    command: 'npx tsx scripts/record-use-lite.ts',
    layers: layers.map(({ dim }, layer) => ({ layer, heads: 4, tokens, dim })),
  };
  writeFileSync(join(folder, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
  console.log(`${layers.length} layers, ${tokens} tokens: ${folder}`);
}

try {
  const { values } = parseArgs({
    options: {
      packages: { type: 'string', default: '.' },
      out: { type: 'string', default: 'examples/tensors/use-lite' },
      check: { type: 'boolean', default: false },
    },
  });
  const model = openUseLite(values.packages);
  if (!values.check) record(model, values.out);
  else if (!(await check(model))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof PrunusError)) throw error;
  console.error(error.fix === undefined ? error.message : `${error.message}\n${error.fix}`);
  process.exitCode = 2;
}
