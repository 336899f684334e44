/**
 * After synthesis the netlist still computes what the models say: benches of a few components, and a reduced SPRINT as a whole. All components, and the
 * other machines: `npm run bench -- --only gates`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sprint } from '../../src/architectures/sprint/sprint.ts';
import { headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { openYosys, type Yosys } from '../../src/synth/yosys.ts';
import { allChecks } from '../component/checks/all.ts';
import { checkGates, headGates } from './gates.ts';

let yosys: Yosys;
beforeAll(async () => {
  yosys = await openYosys();
});
afterAll(() => yosys.close());

const named = (name: string) => allChecks().find((c) => c.check.name === name)!.check;

test.each(['fifo', 'fork', 'peak', 'pruned_join'])('netlist of %s', async (name) => {
  const { problems, words } = await checkGates(yosys, named(name), 3);
  expect(problems).toEqual([]);
  expect(words).toBeGreaterThan(0);
});

test('netlist of a reduced SPRINT', { timeout: 600_000 }, async () => {
  const part = sprint({
    tokens: 4,
    dim: 2,
    bufferBytes: 64,
    contexts: 2,
    outputBeats: 2,
    tile: { rows: 2, columns: 4 },
    memory: { channels: 1, banks: 1, queue: 2 },
  });
  const { problems, words } = await headGates(yosys, headDesign(part, 'reduced', machines.sprint)!, 3);
  expect(problems).toEqual([]);
  expect(words).toBeGreaterThan(0);
});

test('a netlist with a wrong gate is found out', async () => {
  const { problems } = await checkGates(yosys, named('fifo'), 3, {
    change: (text) => text.replace(/^ {2}NOR2 /m, '  OR2 '),
  });
  expect(problems).not.toEqual([]);
});
