/** Speed of `prunus device yield`: chips of SPRINT-S on 4 heads of 128 tokens, on two threads and on one. */
import { join } from 'node:path';
import { chipHeads, type ChipTask, ChipTrial, idealHeads, needDevices } from '../src/explore/device/chip.ts';
import { sampleChips } from '../src/explore/device/yield.ts';
import { designOf, type Group, keep, loadSet, root } from './context.ts';
import { loadNote } from './figure.ts';

const cases: readonly (readonly [name: string, changes: Readonly<Record<string, unknown>>])[] = [
  ['spreads', { device: { programSigma: 0.02, readSigma: 0.005, comparatorSigma: 0.008 } }],
  ['wan2022', { reram: { device: 'wan2022' } }],
  ['reram65, wires and stuck cells', { reram: { device: 'reram65' } }],
];

/** A minute; the whole of it on the clock, threads and all that they load included. */
export const chips: Group = async function* ({ quick }) {
  const count = quick ? 40 : 1000;
  const { tensors } = loadSet(join(root, 'examples', 'tensors', 'use-lite')).layers[0]!;
  const setting = { causal: false, validLength: tensors.tokens, pruning: keep(0.25), seed: 1 };
  for (const [name, changes] of cases) {
    const design = designOf('sprint-s', changes);
    const devices = needDevices(design, 'sprint-s');
    const heads = chipHeads(design, idealHeads(design, devices, tensors, setting));
    const task: ChipTask = {
      architecture: 'sprint',
      parameters: design.part.parameters,
      dim: tensors.dim,
      heads,
      seed: 1,
    };
    const start = performance.now();
    const before = process.cpuUsage();
    await sampleChips({ task, devices, chips: count, jobs: 2 });
    const { user, system } = process.cpuUsage(before);
    yield {
      name: `yield of ${count} chips, ${name}, 2 threads`,
      value: (performance.now() - start) / 1000,
      unit: 's',
      target: { atMost: 60 },
      note: `${loadNote()}; ${((user + system) / 1e6).toFixed(1)} s of a core`,
    };
    const trial = new ChipTrial(task, devices);
    for (let n = 0; n < 5; n++) trial.run(n);
    const one = process.cpuUsage();
    for (let n = 0; n < 20; n++) trial.run(n);
    const { user: own, system: kernel } = process.cpuUsage(one);
    yield { name: `one chip, ${name}`, value: (own + kernel) / 1000 / 20, unit: 'ms', note: 'of a core' };
  }
};
