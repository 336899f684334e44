/**
 * `npm run bench`: measures every figure that Prunus promises and prints `name, value, target, ok or missed`.
 *
 *   npm run bench -- [--only NAME,NAME] [--quick] [--json] [--tensors DIR ...] [--configs N]
 *
 * Times are medians; the machine's load stands beside them. A missed target is no error: what counts is on the page.
 */
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { area } from './area.ts';
import { axi } from './axi.ts';
import { build } from './build.ts';
import { type Bench, type Group, loadSet, root, type TensorSet } from './context.ts';
import { cosine } from './cosine.ts';
import { dense, sparse, speedup } from './cycles.ts';
import { estimate } from './estimate.ts';
import { type Figure, isMet, line } from './figure.ts';
import { gates } from './gates.ts';
import { generate } from './generate.ts';
import { hardsea } from './hardsea.ts';
import { lane } from './lane.ts';
import { learning } from './learning.ts';
import { leopard } from './leopard.ts';
import { lint } from './lint.ts';
import { golden } from './golden.ts';
import { reram } from './reram.ts';
import { relevance } from './relevance.ts';
import { rerun } from './rerun.ts';
import { speed } from './rtl-speed.ts';
import { spread } from './spread.ts';
import { timing } from './timing-model.ts';
import { verify } from './verify.ts';
import { chips } from './yield.ts';

const groups: Readonly<Record<string, Group>> = {
  generate,
  dense,
  sparse,
  speedup,
  leopard,
  lane,
  area,
  gates,
  lint,
  hardsea,
  relevance,
  spread,
  axi,
  cosine,
  speed,
  golden,
  rerun,
  build,
  verify,
  ...timing,
  estimate,
  reram,
  yield: chips,
  learning,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(groups).join(',') },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    tensors: { type: 'string', multiple: true, default: [] },
    configs: { type: 'string', default: '200' },
  },
});
const chosen = values.only.split(',');
const unknown = chosen.filter((name) => !Object.hasOwn(groups, name));
const configurations = Number(values.configs);
if (unknown.length > 0 || !Number.isInteger(configurations) || configurations < 1) {
  process.stderr.write(`--only takes ${Object.keys(groups).join(', ')}; --configs a number from 1 on\n`);
  process.exit(2);
}

/** The sets of `--tensors`; ends the run when one cannot be read. */
function tensorSets(folders: readonly string[]): TensorSet[] {
  try {
    return folders.map(loadSet);
  } catch (error) {
    process.stderr.write(`--tensors: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

const say = (text: string): boolean => process.stderr.isTTY && process.stderr.write(`\r${text}\x1b[K`);
const bench: Bench = {
  quick: values.quick,
  configurations,
  sets: tensorSets([join(root, 'examples', 'tensors', 'use-lite'), ...values.tensors]),
  progress: (text) => (process.stderr.isTTY ? say(text) : process.stderr.write(`${text}\n`)),
};

const figures: (Figure & { readonly group: string; readonly ok: boolean | null })[] = [];
const errors: string[] = [];
const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`;
if (!values.json) console.log(machine);
for (const group of chosen) {
  say(`${group} ...`);
  try {
    for await (const figure of groups[group](bench)) {
      figures.push({ group, ...figure, ok: isMet(figure) ?? null });
      say('');
      if (!values.json) console.log(line(figure));
    }
  } catch (error) {
    errors.push(`${group}: ${(error as Error).message}`);
    process.stderr.write(`${errors.at(-1)}\n`);
  }
}
say('');
const missed = figures.filter((f) => f.ok === false);
if (values.json) console.log(JSON.stringify({ machine, quick: bench.quick, figures, errors }, undefined, 2));
else {
  const judged = figures.filter((f) => f.ok !== null).length;
  console.log(`${judged - missed.length} of ${judged} targets reached, ${errors.length} groups failed`);
}
process.exitCode = errors.length > 0 ? 1 : 0;
