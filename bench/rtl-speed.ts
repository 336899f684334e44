/** How fast the Verilated design runs: the simulator's own process, warm, medians. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttentionHead } from '../src/architectures/head.ts';
import { headCase, type HeadDesign } from '../src/explore/head-design.ts';
import { headTrial } from '../src/explore/verify/cases.ts';
import { cacheRoot } from '../src/sim/cache.ts';
import { simTop } from '../src/sim/from-design.ts';
import { decodeResults } from '../src/sim/results.ts';
import { encodeStimulus } from '../src/sim/stimulus.ts';
import { buildVerilator } from '../src/sim/verilator.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import { designOf, type Group, headsOf, keep, type Layer, off, sizedTo, type TensorSet } from './context.ts';
import { type Figure, median, roundsNote } from './figure.ts';
import { timed } from './processes.ts';

/** Seconds that one run of the simulator should take at least, so that its start does not count. */
const longEnough = 0.5;

export const speed: Group = async function* ({ sets, quick }) {
  const layers = sets.flatMap((s) => s.layers);
  const small = layers.find(({ tensors }) => tensors.tokens === 128 && tensors.dim === 64);
  if (small) yield* simulateLayer('sprint-s', small, 1e6, quick);
  const large = sets.find((s) => s.layers[0].tensors.tokens === 384 && s.layers[0].tensors.dim >= 64);
  if (large) yield* simulateSet('sprint-l', large, 200e3, quick);
  else yield* simulateRandom('sprint-l', 384, 200e3, quick);
};

async function* simulateLayer(label: string, layer: Layer, atLeast: number, quick: boolean): AsyncIterable<Figure> {
  const design = sizedTo(label, layer);
  for (const [what, pruning] of [
    ['0.25 kept', keep(0.25)],
    ['pruning off', off],
  ] as const) {
    const heads = headsOf(design, layer, pruning).map((p) => p.head);
    const name = `RTL ${label}, ${layer.name}, ${what}`;
    yield* simulate(name, design, heads, atLeast, quick);
    yield* wholeRun(name, design, heads, quick);
  }
}

async function* simulateSet(label: string, set: TensorSet, atLeast: number, quick: boolean): AsyncIterable<Figure> {
  for (const layer of set.layers) {
    const design = sizedTo(label, layer);
    for (const [what, pruning] of [
      ['0.25 kept', keep(0.25)],
      ['pruning off', off],
    ] as const) {
      const heads = headsOf(design, layer, pruning).map((p) => p.head);
      yield* simulate(`RTL ${label}, ${layer.name}, ${what}`, design, heads, atLeast, quick);
    }
  }
}

async function* simulateRandom(label: string, tokens: number, atLeast: number, quick: boolean): AsyncIterable<Figure> {
  const design = designOf(label, { tokens });
  const heads: AttentionHead[] = [];
  for (let i = 0; heads.length < 4; i++) {
    const { head } = headTrial(design, 1, i);
    if (head.length === tokens && head.prune) heads.push(head);
  }
  yield* simulate(`RTL ${label}, ${tokens} random tokens, dim ${design.dim}`, design, heads, atLeast, quick);
}

const millions = (x: number): string => `${(x / 1e6).toFixed(2)} M`;

/** The rate over heads that are run again and again in one process. */
async function* simulate(
  name: string,
  design: HeadDesign,
  heads: readonly AttentionHead[],
  atLeast: number,
  quick: boolean,
): AsyncIterable<Figure> {
  const once = await timeSimulator(design, heads, 1);
  const repeats = Math.min(quick ? 4 : 100, Math.max(1, Math.ceil(longEnough / once.rounds[0].wall)));
  const { cycles, rounds } = await timeSimulator(design, heads, quick ? 3 : 9, repeats);
  const rates = rounds.map((r) => cycles / r.wall);
  const cpu = median(rounds.map((r) => cycles / r.cpu));
  const note = `${roundsNote(rates, millions)}; ${millions(cpu)} a second of a core; ${cycles} cycles a run`;
  yield { name, value: median(rates), unit: 'cycles/s', target: { atLeast }, note };
}

/** All heads once, the simulator's start with it. */
async function* wholeRun(
  name: string,
  design: HeadDesign,
  heads: readonly AttentionHead[],
  quick: boolean,
): AsyncIterable<Figure> {
  const { cycles, rounds } = await timeSimulator(design, heads, quick ? 3 : 15);
  const walls = rounds.map((r) => r.wall);
  const note = `${roundsNote(walls, (x) => x.toFixed(3))}; ${cycles} cycles`;
  yield { name: `${name}, ${heads.length} heads`, value: median(walls), unit: 's', target: { atMost: 1 }, note };
}

async function timeSimulator(design: HeadDesign, heads: readonly AttentionHead[], rounds: number, repeats = 1) {
  const top = simTop(design.netlist);
  const { folder: built } = await buildVerilator(top, cacheRoot());
  const many = Array.from({ length: repeats }, () => heads).flat();
  const cases = many.map((head, i) => headCase(design, head, { reset: i === 0 }));
  return inTemporaryFolder(async (folder) => {
    const [from, to] = [join(folder, 'stimulus.bin'), join(folder, 'results.bin')];
    writeFileSync(from, encodeStimulus(top, cases));
    const run = () => timed(join(built, 'sim'), [from, to], { cwd: join(built, 'src') });
    run();
    const measured = Array.from({ length: rounds }, run);
    const results = decodeResults(top, new Uint32Array(Uint8Array.from(readFileSync(to)).buffer));
    if (results.some((r) => r.status !== 'ok')) throw new Error(`${top.top}: a head did not end`);
    return { cycles: results.reduce((n, r) => n + r.cycles, 0), rounds: measured };
  });
}
