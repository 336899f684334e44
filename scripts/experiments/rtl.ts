/** Sentences of the test part through the model of a finished experiment, attention in RTL and golden model. */
import { checkRtl, evaluateHardware, type RtlCheck } from '../../src/learn/hardware.ts';
import { openTask, restoreLearned } from './laboratory.ts';
import type { Asked } from './results.ts';

const sentences = 8;

/** By layer. */
export async function rtl(asked: Asked, blas?: string): Promise<Record<string, RtlCheck>> {
  const { task, network, designs } = await openTask(asked, blas);
  restoreLearned(network, asked);
  const sample = task.test.slice(0, sentences);
  const { heads } = evaluateHardware(network, sample, designs, { prune: true, batchSize: 1, keepHeads: true });
  const found: Record<string, RtlCheck> = {};
  for (const [n, design] of designs.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one simulator at a time
    found[network.encoder.layers[n].name] = await checkRtl(design, heads[n]);
  }
  return found;
}
