/** A network whose attention an accelerator computes: its golden model, and on request its RTL. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { AttentionHead } from '../architectures/head.ts';
import { presets } from '../architectures/names.ts';
import { architectures } from '../architectures/registry.ts';
import { expectedHead, type HeadDesign, headDesign } from '../explore/head-design.ts';
import { machines } from '../explore/machines/index.ts';
import { prepare } from '../explore/prepare.ts';
import { runHeads } from '../explore/rtl-heads.ts';
import type { AttentionTensors } from '../workload/tensors.ts';
import { type Batch, type Example, inOrder, makeBatch } from './batches.ts';
import { type Evaluation, Tally } from './evaluate.ts';
import type { Network } from './network.ts';

/** A preset's accelerator for heads of this size. */
export function acceleratorFor(preset: string, tokens: number, dim: number): HeadDesign {
  const found = presets().find((p) => p.name === preset);
  if (!found) throw new TypeError(`there is no preset ${preset}`);
  const part = architectures[found.architecture]!.make({ ...found.parameters, tokens, dim });
  return headDesign(part, preset.replaceAll('-', '_'), machines[found.architecture])!;
}

export interface HardwareEvaluation extends Evaluation {
  /** What the accelerator was given, by layer, if asked for. */
  readonly heads: readonly (readonly AttentionHead[])[];
}

/** With each layer's attention quantised, pruned and computed by the design for its heads; `prune` off keeps everything. */
export function evaluateHardware(
  network: Network,
  examples: readonly Example[],
  designs: readonly HeadDesign[],
  options: { readonly prune: boolean; readonly batchSize: number; readonly keepHeads?: boolean },
): HardwareEvaluation {
  const { tf, encoder } = network;
  const thresholds = network.thresholdsPerHead();
  const tally = new Tally(encoder.layers.length);
  const heads: AttentionHead[][] = encoder.layers.map(() => []);
  for (const part of inOrder(examples, options.batchSize)) {
    const batch = makeBatch(encoder, part);
    tf.tidy(() => {
      const masks = network.masks(batch);
      let x = network.enter(batch);
      const kept = encoder.layers.map((layer, n) => {
        const { query, key, value } = network.project(layer, x, batch);
        const made = attention(
          designs[n],
          batch,
          [query, key, value],
          encoder.heads,
          options.prune ? thresholds[n] : undefined,
        );
        if (options.keepHeads) heads[n].push(...made.heads);
        const context = tf.tensor2d(made.context, [batch.size * batch.tokens, encoder.heads * layer.dim]);
        x = network.finish(layer, x, context);
        return made.kept;
      });
      const logits = network.logits(network.embedding(x, masks, batch));
      const pairs = batch.lengths.reduce((sum, n) => sum + n * n, 0) * encoder.heads;
      tally.add(logits.dataSync(), batch.labels, network.crossEntropy(logits, batch.labels).dataSync()[0], kept, pairs);
    });
  }
  return { ...tally.result(), heads };
}

/** All heads of a batch; `parts` are Q, K and V as `[size, heads, tokens, dim]`. */
function attention(
  design: HeadDesign,
  { size, tokens, lengths }: Batch,
  parts: readonly Tensor[],
  heads: number,
  thresholds: readonly number[] | undefined,
): { context: Float32Array; kept: number; heads: AttentionHead[] } {
  const { dim } = design;
  const [q, k, v] = parts.map((part) => part.dataSync() as Float32Array);
  const context = new Float32Array(size * tokens * heads * dim);
  const made: AttentionHead[] = [];
  let kept = 0;
  for (let e = 0; e < size; e++) {
    const length = lengths[e];
    const rows = (x: Float32Array, h: number) =>
      x.subarray((e * heads + h) * tokens * dim, ((e * heads + h) * tokens + length) * dim);
    const tensors: AttentionTensors = {
      kind: 'float',
      heads,
      keyHeads: heads,
      tokens: length,
      keyTokens: length,
      dim,
      shape: [heads, length, dim],
      head: (h) => ({ kind: 'float', q: rows(q, h), k: rows(k, h), v: rows(v, h) }),
    };
    for (let h = 0; h < heads; h++) {
      const { head, quantised } = prepare(design, tensors, h, {
        causal: false,
        validLength: length,
        pruning: thresholds ? { kind: 'threshold', perHead: thresholds } : { kind: 'off' },
        seed: 1,
      });
      const { out, keptCount } = design.machine!.functional(head);
      const unit = 2 ** -design.fractionBits;
      out.forEach((x, n) => {
        const row = Math.floor(n / dim);
        context[((e * tokens + row) * heads + h) * dim + (n % dim)] = x * unit * quantised.valueScale[n % dim];
      });
      kept += keptCount;
      made.push(head);
    }
  }
  return { context, kept, heads: made };
}

export interface RtlCheck {
  readonly heads: number;
  readonly cycles: number;
  readonly words: number;
  readonly mismatches: number;
  readonly lines: readonly string[];
}

/** The same heads through the RTL, every word compared with the golden model. */
export async function checkRtl(design: HeadDesign, heads: readonly AttentionHead[]): Promise<RtlCheck> {
  const { results, comparison } = await runHeads(design, heads, () => heads.map((head) => expectedHead(design, head)));
  const { mismatches, words, lines } = comparison!;
  return { heads: heads.length, cycles: results.reduce((n, r) => n + r.wires['cycles'], 0), words, mismatches, lines };
}
