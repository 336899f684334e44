/** Gate level: how many of the components' benches, and of reduced machines, do the same with the netlist of gates. */
import { architectureOf, type Bench, type Group } from './context.ts';
import { openYosys, type Yosys } from '../src/synth/yosys.ts';
import { allChecks } from '../tests/component/checks/all.ts';
import { checkGates, headGates } from '../tests/synth/gates.ts';

const reduced = {
  sprint: {
    tokens: 4,
    dim: 2,
    bufferBytes: 64,
    contexts: 2,
    outputBeats: 2,
    memory: { channels: 1, banks: 1, queue: 2 },
  },
  leopard: { tokens: 4, dim: 2, units: 1, banks: 2, contexts: 2, outputBeats: 2, outcomeQueue: 2, scoreQueue: 2 },
  hardsea: {
    tokens: 4,
    dim: 4,
    subspaces: 2,
    centroids: 4,
    units: 1,
    lanes: 2,
    contexts: 2,
    outputBeats: 2,
    wordQueue: 2,
    scoreQueue: 2,
    queriesAhead: 2,
  },
} as const;

/**
 * In Verilator instead of Icarus: the divider's gates take half an hour in Icarus; and the token of a query that keeps none has data that
 * nobody specified, which Icarus shows as unknown.
 */
const inVerilator = new Set(['reciprocal_even', 'reciprocal_odd', 'token_store_roomy']);

/** Benches at the same time. */
const workers = 4;

/** How many checks find nothing to say of the netlists; the others say it on the way. */
async function passing(yosys: Yosys, checks: ReturnType<typeof allChecks>, bench: Bench): Promise<number> {
  let [next, done, good] = [0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < checks.length) {
      const { check } = checks[next++]!;
      const { problems } = await checkGates(yosys, check, bench.quick ? 1 : 2, {
        engine: inVerilator.has(check.name) ? 'verilator' : 'icarus',
      }).catch((e: Error) => ({
        problems: [e.message],
      }));
      if (problems.length === 0) good++;
      else bench.progress(`${check.name}: ${problems.join('\n')}`);
      bench.progress(`gates: ${check.name}, ${++done} of ${checks.length}, ${good} pass`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return good;
}

export const gates: Group = async function* (bench) {
  const yosys = await openYosys();
  try {
    const checks = allChecks().filter((c) => c.flow === 'simulation');
    const good = await passing(yosys, checks, bench);
    yield {
      name: 'component benches that pass at gate level',
      value: good,
      unit: 'cases',
      target: { atLeast: checks.length },
    };
    for (const [name, parameters] of Object.entries(reduced)) {
      bench.progress(`gates: ${name}`);
      const design = architectureOf(name as keyof typeof reduced, parameters);
      const { problems, words } = await headGates(yosys, design, bench.quick ? 2 : 6);
      for (const problem of problems) bench.progress(problem);
      const note = `${words} words compared with the functional model; ${yosys.version}`;
      yield {
        name: `mismatches of a reduced ${name} at gate level`,
        value: problems.length,
        unit: 'cases',
        target: { atMost: 0 },
        note,
      };
    }
  } finally {
    await yosys.close();
  }
};
