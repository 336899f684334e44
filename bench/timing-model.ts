/** The timing model against the RTL on random configurations: every counter of every head. */
import { sprintParameters, type SprintParameters } from '../src/architectures/sprint/parameters.ts';
import { countersOf, differing } from '../src/explore/counters.ts';
import { expectedHead, headCase } from '../src/explore/head-design.ts';
import { headTrial } from '../src/explore/verify/cases.ts';
import { Random } from '../src/explore/verify/random.ts';
import { simTop } from '../src/sim/from-design.ts';
import { openSimulation } from '../src/sim/simulation.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import { designOf, type Group, zeroWait } from './context.ts';
import type { Figure } from './figure.ts';

/** Builds at the same time. */
const workers = 2;
/** Heads run one after the other in every configuration. */
const headsEach = 4;
const seed = 2022;

interface Difference {
  readonly zeroWait: boolean;
  readonly heads: number;
  /** Heads in which a counter differs. */
  readonly unequal: number;
  /** Of the cycles of a head, in percent. */
  readonly worst: number;
  readonly parameters: SprintParameters;
}

export const timing: Group = async function* (bench) {
  const count = bench.quick ? Math.min(4, bench.configurations) : bench.configurations;
  const differences = await inTemporaryFolder((cacheDir) => measureAll(count, cacheDir, bench.progress));
  const kinds = [
    ['random configurations', differences.filter((d) => !d.zeroWait), 1],
    ['random zero-wait configurations', differences.filter((d) => d.zeroWait), 0],
  ] as const;
  for (const [what, all, atMost] of kinds) {
    if (all.length === 0) continue;
    const worst = all.reduce((a, b) => (b.worst > a.worst ? b : a));
    const unequal = all.reduce((n, d) => n + d.unequal, 0);
    const heads = all.reduce((n, d) => n + d.heads, 0);
    const where = unequal === 0 ? '' : `; worst ${JSON.stringify(worst.parameters)}`;
    yield {
      name: `timing model against RTL, ${all.length} ${what}`,
      value: worst.worst,
      unit: 'percent',
      target: { atMost },
      note: `${unequal} of ${heads} heads differ in any counter${where}`,
    } satisfies Figure;
  }
};

async function measureAll(count: number, cacheDir: string, progress: (text: string) => void): Promise<Difference[]> {
  const differences: Difference[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      differences.push(await measure(index, cacheDir));
      const unequal = differences.filter((d) => d.unequal > 0).length;
      progress(`timing model: ${differences.length} of ${count} configurations, ${unequal} differ`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return differences;
}

async function measure(index: number, cacheDir: string): Promise<Difference> {
  const r = new Random(seed, index);
  const isZeroWait = index % 4 === 0;
  const parameters = randomParameters(r, isZeroWait);
  const design = designOf('sprint-s', parameters);
  const heads = Array.from({ length: headsEach }, (_, i) => headTrial(design, seed + index, i).head);
  const simulation = await openSimulation(simTop(design.netlist), { cacheDir });
  const results = await simulation.run(heads.map((head, i) => headCase(design, head, { reset: i === 0 })));
  const predict = design.machine!.predictor();
  let worst = 0;
  let unequal = 0;
  heads.forEach((head, i) => {
    if (results[i].status !== 'ok') throw new Error(`${JSON.stringify(parameters)}: head ${i} ${results[i].status}`);
    const predicted = predict(head, expectedHead(design, head).output!);
    const counted = countersOf(results[i]);
    worst = Math.max(worst, (100 * Math.abs(predicted.cycles - counted.cycles)) / counted.cycles);
    if (differing(predicted, counted).length > 0) unequal++;
  });
  return { zeroWait: isZeroWait, heads: heads.length, unequal, worst, parameters };
}

/** Small, as each is built; anything that changes the control is varied. */
function randomParameters(r: Random, isZeroWait: boolean): SprintParameters {
  const corelets = r.pick([1, 1, 2, 4, 8]);
  const tokens = r.integer(corelets, r.pick([16, 40, 72]));
  const dim = r.pick([4, 8, 8, 15, 16, 32]);
  const fits = Math.ceil(tokens / corelets);
  const waits = {
    tCL: r.integer(0, 20),
    tRCD: r.integer(0, 20),
    tRP: r.integer(0, 20),
    tBURST: r.integer(1, 6),
    tAxTh: r.integer(1, 12),
  };
  return sprintParameters.parse({
    tokens,
    dim,
    corelets,
    bufferBytes: Math.max(64, dim * (r.chance(0.5) ? fits : r.integer(1, fits))),
    contexts: r.pick([2, 4, 8]),
    treeStep: r.integer(1, 4),
    outputBeats: r.integer(1, Math.min(dim, 8)),
    normalisation: r.pick(['deferred', 'deferred', 'probability']),
    tile: { rows: r.pick([4, 16, 64]), columns: r.pick([3, 16, 128]), cellBits: r.integer(1, 8), dacBits: 4 },
    memory: {
      channels: r.pick([1, 2, 4, 8]),
      banks: r.pick([1, 2, 4]),
      rowTokens: r.pick([1, 4, 16]),
      queue: r.integer(2, 6),
      ...(isZeroWait ? zeroWait.memory : waits),
    },
  });
}
