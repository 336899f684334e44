/**
 * Records Q, K and V of a real transformer, Universal Sentence Encoder Lite, as `.npy` files:
 *
 *     npx tsx scripts/record-use-lite.ts [--packages FOLDER] [--out FOLDER] [--task NAME [--texts N]] [--check]
 *
 * `--packages` is a folder in which the packages are installed (default: here), `--out` where the tensors
 * go (default `examples/tensors/use-lite`). `--task` records the first N (default 16) texts of 128 tokens or more of a task of
 * `prunus learn` (`spam`, or a file) instead, one behind the other, to train codebooks on. `--check` writes nothing: it computes the embeddings of several
 * sentences with the forward pass of `src/learn` and with the package itself, and fails if they differ by 1e-4. Install
 * the packages with the command in `src/learn/use-lite/package.ts` (any folder; 30 MB).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PrunusError } from '../src/errors.ts';
import { writeNpy } from '../src/workload/npy.ts';
import { loadTask } from '../src/learn/tasks.ts';
import { heads, maxTokens, runUseLite } from '../src/learn/use-lite/forward.ts';
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

/** Whole texts of a task, as the model clips them. */
function taskTexts(model: UseLite, task: string, count: number): (readonly number[])[] {
  const part = { fold: 0, tokens: maxTokens, trainExamples: 8 * count, validationExamples: 0, testExamples: 0 };
  const whole = loadTask(task, model.tokenise, part).train.filter(({ ids }) => ids.length === maxTokens);
  if (whole.length < count)
    throw new Error(`${task}: ${whole.length} texts of ${maxTokens} tokens, ${count} are needed`);
  return whole.slice(0, count).map(({ ids }) => ids);
}

/** Head by head the tokens of all texts, one text behind the other. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]!.length / heads;
  const out = new Float32Array(parts.length * heads * size);
  for (let head = 0; head < heads; head++) {
    parts.forEach((part, n) => {
      out.set(part.subarray(head * size, (head + 1) * size), (head * parts.length + n) * size);
    });
  }
  return out;
}

function writeLayers(model: UseLite, texts: readonly (readonly number[])[], folder: string) {
  const runs = texts.map((ids) => runUseLite(model.weights, ids));
  const tokens = runs.reduce((sum, run) => sum + run.tokens, 0);
  mkdirSync(folder, { recursive: true });
  return runs[0]!.layers.map(({ dim }, layer) => {
    for (const name of ['q', 'k', 'v'] as const) {
      const data = joined(runs.map(({ layers }) => layers[layer]![name]));
      writeNpy(join(folder, `l${layer}_${name}.npy`), [heads, tokens, dim], data);
    }
    return { layer, heads, tokens, dim };
  });
}

function recordTask(model: UseLite, folder: string, task: string, count: number): void {
  const layers = writeLayers(model, taskTexts(model, task, count), folder);
  console.log(`${count} texts of ${task}, ${layers[0]!.tokens} tokens: ${folder}`);
}

function record(model: UseLite, folder: string): void {
  const ids = model.tokenise(text);
  if (ids.length < maxTokens) throw new Error(`the text has ${ids.length} tokens, ${maxTokens} are needed`);
  const layers = writeLayers(model, [ids], folder);
  const meta = {
    model: `Universal Sentence Encoder Lite (npm ${modelPackage})`,
    license: 'Apache-2.0',
    causal: false,
    scoreScale: '1/sqrt(dim); Q is not scaled beforehand',
    source: textSource,
    text,
    note: `the model clips at ${maxTokens} tokens; the text has ${ids.length}`,
    command: 'npx tsx scripts/record-use-lite.ts',
    layers,
  };
  writeFileSync(join(folder, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
  console.log(`${layers.length} layers, ${layers[0]!.tokens} tokens: ${folder}`);
}

try {
  const { values } = parseArgs({
    options: {
      packages: { type: 'string', default: '.' },
      out: { type: 'string', default: 'examples/tensors/use-lite' },
      task: { type: 'string' },
      texts: { type: 'string', default: '16' },
      check: { type: 'boolean', default: false },
    },
  });
  const model = openUseLite(values.packages);
  if (values.task) recordTask(model, values.out, values.task, Number(values.texts));
  else if (!values.check) record(model, values.out);
  else if (!(await check(model))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof PrunusError)) throw error;
  console.error(error.fix === undefined ? error.message : `${error.message}\n${error.fix}`);
  process.exitCode = 2;
}
