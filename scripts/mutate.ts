/**
 * A mutation run over the templates: breaks one operator, constant or statement at a time and sees whether a test notices.
 *
 *   npm run mutate -- [--seed S] [--count N] [--template PART OF A NAME] [--jobs J] [--list]
 *
 * Prints a line for each fault, those that survived with what was changed, and the kill rate. A fault whose Verilog no
 * simulator takes is not counted. See docs/mutation.md.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../src/explore/verify/random.ts';
import { PrunusError } from '../src/errors.ts';
import { readTemplate } from '../src/sim/design-files.ts';
import { allDetectors } from './mutate/detect.ts';
import { type Mutant, mutantsOf } from './mutate/mutants.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    template: { type: 'string', default: '' },
    jobs: { type: 'string', default: `${Math.min(2, availableParallelism())}` },
    list: { type: 'boolean', default: false },
  },
});

type Verdict =
  | { readonly verdict: 'killed'; readonly by: string; readonly how: string }
  | { readonly verdict: 'survived' | 'unbuildable' };

const folder = join(import.meta.dirname, '../templates');
const templates = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.v.hbs'))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .filter((name) => name.includes(values.template) && !name.startsWith('sim/'))
  .toSorted();

/** Takes one after the other from all templates in turn, so that a small run reaches all of them. */
function choose(all: readonly Mutant[][], count: number, r: Random): Mutant[] {
  const left = all.map((list) => [...list]);
  const chosen: Mutant[] = [];
  while (chosen.length < count && left.some((list) => list.length > 0)) {
    for (const list of left) {
      if (list.length === 0 || chosen.length === count) continue;
      chosen.push(...list.splice(r.integer(0, list.length - 1), 1));
    }
  }
  return chosen;
}

async function judge(mutant: Mutant, cacheDir: string): Promise<Verdict> {
  let built = false;
  for (const detector of detectors) {
    if (!detector.templates.has(mutant.template)) continue;
    try {
      const problem = await detector.run(mutant, cacheDir);
      built = true;
      if (problem !== undefined) return { verdict: 'killed', by: detector.name, how: problem };
    } catch (error) {
      if (!(error instanceof PrunusError)) throw error;
      // The simulation stopped by itself: noticed. It could not be built: not a fault that anybody would ship.
      if (error.code === 'PR0514') return { verdict: 'killed', by: detector.name, how: error.message };
      if (!['PR0511', 'PR0230'].includes(error.code)) throw error;
    }
  }
  return { verdict: built ? 'survived' : 'unbuildable' };
}

const detectors = allDetectors();
const reached = templates.filter((name) => detectors.some((d) => d.templates.has(name)));
const all = reached.map((name) => mutantsOf(name, readTemplate(name)));
const total = all.reduce((n, list) => n + list.length, 0);
const chosen = choose(all, Number(values.count), new Random(Number(values.seed), 0));
const unreached = templates.filter((name) => !reached.includes(name));
if (unreached.length > 0) console.log(`Left out, as no bench simulates them: ${unreached.join(', ')}`);
console.log(
  `${total} possible faults in ${reached.length} templates; ${chosen.length} chosen with seed ${values.seed}`,
);

const text = ({ template, line, what, before, after }: Mutant): string =>
  `${template}:${line} ${what}\n    - ${before}\n    + ${after}`;

if (values.list) {
  for (const mutant of chosen) console.log(text(mutant));
} else {
  const cacheDir = mkdtempSync(join(tmpdir(), 'prunus-mutate-'));
  try {
    await run(cacheDir);
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

async function run(cacheDir: string): Promise<void> {
  const started = performance.now();
  const tally = { killed: 0, survived: 0, unbuildable: 0 };
  const by = new Map<string, number>();
  const survivors: Mutant[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chosen.length) {
      const mutant = chosen[next++]!;
      const result = await judge(mutant, cacheDir);
      tally[result.verdict]++;
      if (result.verdict === 'survived') survivors.push(mutant);
      if (result.verdict === 'killed') by.set(result.by, (by.get(result.by) ?? 0) + 1);
      const said = result.verdict === 'killed' ? `killed by ${result.by}` : result.verdict.toUpperCase();
      console.log(`${said}: ${mutant.template}:${mutant.line} ${mutant.what}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  const counted = tally.killed + tally.survived;
  if (survivors.length > 0) console.log(`\nSurvivors:\n${survivors.map(text).join('\n')}`);
  console.log(
    `\nKilled by: ${[...by]
      .toSorted((a, b) => b[1] - a[1])
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const rate = ((100 * tally.killed) / Math.max(1, counted)).toFixed(1);
  console.log(
    `${tally.killed} of ${counted} faults noticed: ${rate} %; ${tally.unbuildable} could not be built; ${seconds} s`,
  );
  process.exitCode = survivors.length > 0 ? 1 : 0;
}
