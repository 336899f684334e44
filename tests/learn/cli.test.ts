/** `prunus learn` as it is typed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadTensorFlow, needPackages } from '../../src/learn/tensorflow.ts';
import { openUseLite } from '../../src/learn/use-lite/package.ts';
import { loadThresholds } from '../../src/workload/threshold-file.ts';
import { parameterNotes } from '../../src/dsl/parameters.ts';
import { learnParameters } from '../../src/learn/parameters.ts';
import { prunus, root } from '../cli/prunus.ts';

const folder = mkdtempSync(join(tmpdir(), 'prunus-learn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const out = join(folder, 'out');

test('other commands do not load TensorFlow.js', async () => {
  const loaded = () => Object.keys(globalThis).some((name) => name.startsWith('_tf'));
  expect((await prunus('list', '--json')).code).toBe(0);
  await import('../../src/cli/run.ts');
  expect(loaded()).toBe(false);
  await loadTensorFlow();
  expect(loaded()).toBe(true);
});

test('packages that are missing are named, with the command that installs them', () => {
  const nowhere = createRequire(join(folder, 'package.json'));
  expect(() => needPackages(nowhere)).toThrow(
    expect.objectContaining({
      code: 'PR0810',
      message:
        'learning needs @tensorflow/tfjs-core, @tensorflow/tfjs-layers, @tensorflow/tfjs-backend-wasm, which are not installed.',
      fix: 'npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0',
    }) as Error,
  );
  expect(() => openUseLite(folder)).toThrow(expect.objectContaining({ code: 'PR0441' }) as Error);
});

test.each([
  [['--task', 'stars'], "PR0811 there is no task 'stars'. Fix: use one of sentiment, spam, or a .json file of"],
  [['--task', 'none.json'], 'PR0811 none.json: no such file.'],
  [['--task', 'spam', '--set', 'lambda=-1'], 'PR0102 learn.lambda: -1 is not valid: '],
  [
    ['--task', 'spam', '--set', 'lamda=1'],
    'PR0101 learn.lamda: there is no such parameter. Fix: did you mean lambda? docs/learn.md shows all of them.',
  ],
  [['--task', 'spam', '--seed', 'x'], "PR0706 --seed: 'x': a whole number from 0 to 4294967295 is needed."],
  [['--task', 'spam', '--accelerator', 'tpu'], "PR0706 --accelerator: 'tpu': one of "],
])('%j is refused', async (args, said) => {
  const { code, out: printed, err } = await prunus('learn', ...args, '--out', out);
  expect({ code, printed }).toEqual({ code: 2, printed: '' });
  expect(err.slice(0, said.length)).toBe(said);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(existsSync(out)).toBe(false);
});

test('a few texts through the real model, in one command; again, and nothing is trained twice', async () => {
  const good = ['lovely', 'great food', 'works well', 'I like it', 'excellent', 'very good', 'best ever', 'so happy'];
  const bad = ['awful', 'bad food', 'it broke', 'I hate it', 'terrible', 'very poor', 'worst ever', 'so sad'];
  const texts = [...good.map((text) => ({ text, label: 'good' })), ...bad.map((text) => ({ text, label: 'bad' }))];
  const file = join(folder, 'texts.json');
  writeFileSync(file, JSON.stringify(texts));
  const settings = ['tuneEpochs=0', 'epochs=1', 'settleEpochs=0', 'batch=4', 'headSteps=20'].flatMap((s) => [
    '--set',
    s,
  ]);
  const args = ['learn', '--task', file, ...settings, '--out', out];
  const first = await prunus(...args);
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
  expect(first.out).toMatch(/^use-lite, .*: trained on 8 examples, tested on 6\n/);
  expect(first.out).toMatch(/^ {2}the same in leopard-ae +\d+\.\d % +\d+\.\d %$/m);
  const layer0 = loadThresholds(join(out, 'thresholds.json'), { heads: 4, tokens: 9, dim: 64 }, 'layer0');
  for (const [plot, words] of [
    ['loss.svg', 'prune'],
    ['thresholds.svg', 'layer1.head3'],
    ['validation.svg', 'pruned pairs'],
  ] as const) {
    expect(readFileSync(join(out, plot), 'utf8')).toMatch(new RegExp(`^<svg [^]*${words}[^]*</svg>\\n$`));
  }
  const again = await prunus(...args, '--json');
  const report = JSON.parse(again.out) as { thresholds: number[][]; out: string };
  expect([report.thresholds[0], report.out]).toEqual([layer0, out]);
  expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toMatchObject({ task: file, seed: 1 });
  const other = await prunus(...args, '--seed', '2');
  expect(other.code).toBe(2);
  expect(other.err).toMatch(
    /^PR0814 .*checkpoint: is the checkpoint of a run with other parameters, another task or seed\./,
  );
});

test('docs/learn.md has every parameter with its default, meaning and source', () => {
  const page = readFileSync(join(root, 'docs', 'learn.md'), 'utf8');
  const defaults: Record<string, unknown> = learnParameters.parse({});
  const rows = Object.entries(parameterNotes(learnParameters)).map(
    ([name, { description, source }]) => `| \`${name}\` | ${String(defaults[name])} | ${description} | ${source} |`,
  );
  expect(page).toContain(`\n${rows.join('\n')}\n\n`);
});
