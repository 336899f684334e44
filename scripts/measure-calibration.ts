/**
 * What wires do to the set of keys that SPRINT keeps, and what a replica column gives back: decisions against those of ideal
 * cells, over the recorded heads of `examples/tensors`, keep 0.25, all keys of a head in one tile.
 *
 * Usage: npx tsx scripts/measure-calibration.ts [CHIPS]
 */
import { sprint } from '../src/architectures/sprint/sprint.ts';
import type { SprintInput } from '../src/architectures/sprint/parameters.ts';
import type { Part } from '../src/dsl/component.ts';
import { headDesign } from '../src/explore/head-design.ts';
import { machines } from '../src/explore/machines/index.ts';
import { prepare } from '../src/explore/prepare.ts';
import { loadAttention } from '../src/workload/tensors.ts';

const chips = Number(process.argv[2] ?? 5);
const folder = 'examples/tensors/use-lite';
const tensors = loadAttention({ q: `${folder}/l0_q.npy`, k: `${folder}/l0_k.npy`, v: `${folder}/l0_v.npy` });
const { tokens, dim } = tensors;

const designOf = (reram: SprintInput['reram']) =>
  headDesign(
    sprint({ tokens, dim, memory: { channels: 1, banks: 1 }, reram }) as unknown as Part,
    'calibration',
    machines.sprint,
  )!;
const setting = { causal: false, validLength: tokens, pruning: { kind: 'keep', fraction: 0.25 } as const };
const ideal = designOf({ device: 'none' });
const wanted = Array.from({ length: tensors.heads }, (_, h) => {
  const { head } = prepare(ideal, tensors, h, { ...setting, seed: 1 });
  return ideal.machine!.functional(head).kept;
});

function measure(reram: SprintInput['reram']): string[] {
  let [flips, found, kept, all, of] = [0, 0, 0, 0, 0];
  for (let chip = 1; chip <= chips; chip++) {
    const design = designOf({ ...reram, chip });
    wanted.forEach((expected, h) => {
      const { head } = prepare(design, tensors, h, { ...setting, seed: chip });
      const got = design.machine!.functional(head).kept;
      for (let n = 0; n < got.length; n++) {
        flips += Number(got[n] !== expected[n]);
        found += got[n] & expected[n];
        kept += got[n];
        of += expected[n];
        all++;
      }
    });
  }
  return [flips / all, found / of, kept / all].map((x) => (100 * x).toFixed(2));
}

const rows: [name: string, reram: NonNullable<SprintInput['reram']>][] = [
  [
    'wires only, 1.5 and 0.5 ohm',
    { device: { preset: 'crosssim-default', min: 1, max: 40 }, wordOhms: 1.5, bitOhms: 0.5 },
  ],
  [
    'wires only, 2.5 and 2.5 ohm',
    { device: { preset: 'crosssim-default', min: 1, max: 40 }, wordOhms: 2.5, bitOhms: 2.5 },
  ],
  ['wires only, 10 and 10 ohm', { device: { preset: 'crosssim-default', min: 1, max: 40 }, wordOhms: 10, bitOhms: 10 }],
  [
    'wires only, 2.5 and 2.5 ohm, LRS 10 kohm',
    { device: { preset: 'crosssim-default', min: 1, max: 100 }, wordOhms: 2.5, bitOhms: 2.5 },
  ],
  ['reram65, 1.5 and 0.5 ohm', { device: 'reram65' }],
  ['reram65, 10 and 10 ohm', { device: 'reram65', wordOhms: 10, bitOhms: 10 }],
];
console.log(`${tensors.heads} heads x ${tokens} tokens x ${dim}, ${chips} chips, per cent of decisions`);
console.log('| | flipped | found again | kept | calibrated: flipped | found again | kept |');
console.log('|---|---|---|---|---|---|---|');
for (const [name, reram] of rows) {
  const cells = (['none', 'replica'] as const).flatMap((calibration) => measure({ ...reram, calibration }));
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}
