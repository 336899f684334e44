/**
 * Building a simulation whose design is not in the cache: Verilator, g++ without ccache, link, against a runtime archive
 * that is there. Every round defines another macro, which nothing reads, so that no round finds the one before.
 */
import { queryKeyUnit } from '../src/components/query-key-unit/query-key-unit.ts';
import type { Part } from '../src/dsl/component.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import type { Netlist } from '../src/dsl/netlist.ts';
import { runtimeArchive } from '../src/sim/compiler.ts';
import { simTop } from '../src/sim/from-design.ts';
import { openSimulation } from '../src/sim/simulation.ts';
import { inTemporaryFolder } from '../src/sim/workspace.ts';
import { designOf, type Group } from './context.ts';
import { type Figure, median, roundsNote } from './figure.ts';
import { cpuSoFar } from './processes.ts';

export const build: Group = async function* ({ quick }) {
  const unit = elaborate(queryKeyUnit({ dim: 64 }) as unknown as Part, 'unit').netlist;
  const cases: [name: string, netlist: Netlist, atMost: number, rounds: number][] = [
    ['build query_key_unit, dim 64', unit, 1.5, 7],
    ['build sprint-s', designOf('sprint-s', {}).netlist, 4, 5],
    ['build sprint-l', designOf('sprint-l', {}).netlist, 10, 3],
  ];
  for (const [name, netlist, atMost, rounds] of cases) yield await measure(name, netlist, atMost, quick ? 1 : rounds);
};

async function measure(name: string, netlist: Netlist, atMost: number, rounds: number): Promise<Figure> {
  const before = process.env['CCACHE_DISABLE'];
  process.env['CCACHE_DISABLE'] = '1';
  try {
    return await inTemporaryFolder(async (cacheDir) => {
      await runtimeArchive(cacheDir, false, undefined);
      const seconds: number[] = [];
      const cores: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const cpu = cpuSoFar();
        const { build: made } = await openSimulation(simTop(netlist), { cacheDir, defines: [`PRUNUS_BENCH=${round}`] });
        if (made.cached) throw new Error(`${name}: it was built already`);
        seconds.push(made.seconds);
        cores.push(cpuSoFar() - cpu);
      }
      const note = `${roundsNote(seconds, (x) => x.toFixed(2))}; ${median(cores).toFixed(2)} s of a core; ccache off`;
      return { name, value: median(seconds), unit: 's', target: { atMost }, note };
    });
  } finally {
    if (before === undefined) delete process.env['CCACHE_DISABLE'];
    else process.env['CCACHE_DISABLE'] = before;
  }
}
