/** A training step of Universal Sentence Encoder Lite: matrices multiplied by TensorFlow.js' wasm kernel, and by OpenBLAS. */
import { Random } from '../src/explore/verify/random.ts';
import { Network } from '../src/learn/network.ts';
import { Optimiser } from '../src/learn/optimiser.ts';
import { learnParameters } from '../src/learn/parameters.ts';
import { phasesOf } from '../src/learn/phases.ts';
import { Teacher } from '../src/learn/teacher.ts';
import { loadTensorFlow } from '../src/learn/tensorflow.ts';
import { useLiteEncoder } from '../src/learn/use-lite/encoder.ts';
import { openUseLite } from '../src/learn/use-lite/package.ts';
import type { Group } from './context.ts';
import { median, roundsNote } from './figure.ts';

/** Debian: libopenblas0-serial. */
const library = 'libopenblas.so.0';
/** Of a text; as long as a batch of `sentiment` is in the middle. */
const tokens = 24;
/** All of them common. */
const pieces = 2000;

export const learning: Group = async function* ({ quick }) {
  const parameters = learnParameters.parse({});
  const tf = await loadTensorFlow();
  const network = new Network(tf, useLiteEncoder(openUseLite().weights), 2, parameters);
  const teacher = Teacher.of(network);
  const r = new Random(1, 0);
  const texts = Array.from({ length: parameters.batch }, () => ({
    ids: Array.from({ length: tokens }, () => r.integer(0, pieces - 1)),
    label: r.integer(0, 1),
  }));
  const [tune, prune] = phasesOf(parameters);
  for (const [what, phase] of [
    ['nothing pruned', tune!],
    ['pruned softly', prune!],
  ] as const) {
    const optimiser = new Optimiser(network, parameters, phase);
    const step = async (blas?: string): Promise<number> => {
      await loadTensorFlow(blas);
      const begin = performance.now();
      optimiser.step(texts, phase.mode === 'dense' ? undefined : teacher, true);
      return (performance.now() - begin) / 1000;
    };
    await step();
    await step(library);
    const ratios: number[] = [];
    const wasm: number[] = [];
    for (let n = 0; n < (quick ? 3 : 9); n++) {
      // oxlint-disable-next-line no-await-in-loop -- the two in turn
      wasm.push(await step());
      // oxlint-disable-next-line no-await-in-loop -- the two in turn
      ratios.push(wasm.at(-1)! / (await step(library)));
    }
    optimiser.dispose();
    const note = `${roundsNote(ratios, (x) => x.toFixed(2))}; ${median(wasm).toFixed(2)} s by the wasm kernel`;
    yield { name: `a step with OpenBLAS is faster by, ${what}`, value: median(ratios), unit: 'ratio', note };
  }
  teacher.dispose();
  network.dispose();
};
