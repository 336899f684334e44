/** Gate level: how many of the components' benches, and of reduced machines, do the same with the netlist of gates. */
import { architectureOf, type Group } from './context.ts';
import { openYosys } from '../src/synth/yosys.ts';
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

export const gates: Group = async function* (bench) {
  const yosys = await openYosys();
  try {
    const names = allChecks().filter((c) => c.flow === 'simulation');
    let good = 0;
    for (const [i, { check }] of names.entries()) {
      bench.progress(`gates: ${check.name}, ${i + 1} of ${names.length}`);
      const { problems } = await checkGates(yosys, check, bench.quick ? 1 : 4).catch((e: Error) => ({
        problems: [e.message],
      }));
      if (problems.length === 0) good++;
      else bench.progress(`${check.name}: ${problems.join('\n')}`);
    }
    yield {
      name: 'component benches that pass at gate level',
      value: good,
      unit: 'cases',
      target: { atLeast: names.length },
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
