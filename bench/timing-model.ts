/** The timing model against the RTL on random configurations: every counter of every head. */
import type { ArchitectureName } from '../src/architectures/names.ts';
import { countersOf, differing } from '../src/explore/counters.ts';
import { expectedHead, headCase } from '../src/explore/head-design.ts';
import { headTrial } from '../src/explore/verify/cases.ts';
import { Random } from '../src/explore/verify/random.ts';
import { simTop } from '../src/sim/from-design.ts';
import { openSimulation } from '../src/sim/simulation.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import { architectureOf, type Group } from './context.ts';
import type { Figure } from './figure.ts';
import {
  hardseaConfiguration,
  leopardConfiguration,
  type Parameters,
  sprintConfiguration,
} from './random-configurations.ts';

/** Builds at the same time. */
const workers = 2;
/** Heads run one after the other in every configuration. */
const headsEach = 4;
const seed = 2022;

interface Subject {
  readonly architecture: ArchitectureName;
  /** What is changed of it; `isZeroWait` asks for a memory that never makes anyone wait, where there is one. */
  readonly parameters: (r: Random, isZeroWait: boolean) => Parameters;
  /** Whether it has memory timing. */
  readonly hasMemory: boolean;
}

const subjects: readonly Subject[] = [
  { architecture: 'sprint', parameters: sprintConfiguration, hasMemory: true },
  { architecture: 'leopard', parameters: leopardConfiguration, hasMemory: false },
  { architecture: 'hardsea', parameters: hardseaConfiguration, hasMemory: false },
];

interface Difference {
  readonly zeroWait: boolean;
  readonly heads: number;
  /** Heads in which a counter differs. */
  readonly unequal: number;
  /** Of the cycles of a head, in percent. */
  readonly worst: number;
  readonly parameters: Parameters;
}

/** One architecture's. */
const timingOf = (subject: Subject): Group =>
  async function* (bench) {
    const count = bench.quick ? Math.min(4, bench.configurations) : bench.configurations;
    const differences = await inTemporaryFolder((cacheDir) => measureAll(subject, count, cacheDir, bench.progress));
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
        name: `timing model against RTL, ${subject.architecture}, ${all.length} ${what}`,
        value: worst.worst,
        unit: 'percent',
        target: { atMost },
        note: `${unequal} of ${heads} heads differ in any counter${where}`,
      } satisfies Figure;
    }
  };

/** By name of the group. */
export const timing: Readonly<Record<string, Group>> = Object.fromEntries(
  subjects.map((subject) => [`timing-${subject.architecture}`, timingOf(subject)]),
);

async function measureAll(
  subject: Subject,
  count: number,
  cacheDir: string,
  progress: (text: string) => void,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      differences.push(await measure(subject, index, cacheDir));
      const unequal = differences.filter((d) => d.unequal > 0).length;
      progress(
        `timing model of ${subject.architecture}: ${differences.length} of ${count} configurations, ${unequal} differ`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return differences;
}

async function measure(subject: Subject, index: number, cacheDir: string): Promise<Difference> {
  const r = new Random(seed, index);
  const isZeroWait = subject.hasMemory && index % 4 === 0;
  const parameters = subject.parameters(r, isZeroWait);
  const design = architectureOf(subject.architecture, parameters);
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
