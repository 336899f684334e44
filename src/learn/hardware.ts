/** A network whose attention an accelerator computes: its golden model, and on request its RTL. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { AttentionHead } from '../architectures/head.ts';
import { presets } from '../architectures/names.ts';
import { architectures } from '../architectures/registry.ts';
import { expectedHead, type HeadDesign, headDesign } from '../explore/head-design.ts';
import { machines } from '../explore/machines/index.ts';
import { prepare } from '../explore/prepare.ts';
import { runHeads } from '../explore/rtl-heads.ts';
import { mix } from '../numerics/random.ts';
import type { AttentionTensors, HeadTensors } from '../workload/tensors.ts';
import { type Batch, type Example, inOrder, makeBatch } from './batches.ts';
import { type Evaluation, Tally } from './evaluate.ts';
import type { Network } from './network.ts';

/** A preset's accelerator for heads of this size, with some parameters changed. */
export function acceleratorFor(
  preset: string,
  tokens: number,
  dim: number,
  changes: Readonly<Record<string, unknown>> = {},
): HeadDesign {
  const found = presets().find((p) => p.name === preset);
  if (!found) throw new TypeError(`there is no preset ${preset}`);
  const part = architectures[found.architecture]!.make({ ...found.parameters, ...changes, tokens, dim });
  return headDesign(part, preset.replaceAll('-', '_'), machines[found.architecture])!;
}

export interface HardwareEvaluation extends Evaluation {
  /** What the accelerator was given, by layer, if asked for. */
  readonly heads: readonly (readonly AttentionHead[])[];
}

export interface HardwareOptions {
  readonly prune: boolean;
  readonly batchSize: number;
  readonly keepHeads?: boolean;
  /** Of the devices' noise, which is another for each example; default 1. */
  readonly seed?: number;
  /** Called with every head of every example: its tensors, and which keys were kept, `[length, length]`. */
  readonly onHead?: (layer: number, tensors: HeadTensors, length: number, kept: Uint8Array) => void;
  readonly onProgress?: (examples: number) => void;
  /** Called with every head before it is computed; default: the head as it is. */
  readonly change?: (head: AttentionHead) => AttentionHead;
}

/** With each layer's attention quantised, pruned and computed by the design for its heads; `prune` off keeps everything. */
export function evaluateHardware(
  network: Network,
  examples: readonly Example[],
  designs: readonly HeadDesign[],
  options: HardwareOptions,
): HardwareEvaluation {
  const { tf, encoder } = network;
  const thresholds = network.thresholdsPerHead();
  const tally = new Tally(encoder.layers.length);
  const heads: AttentionHead[][] = encoder.layers.map(() => []);
  const { seed = 1 } = options;
  let done = 0;
  for (const part of inOrder(examples, options.batchSize)) {
    const batch = makeBatch(encoder, part);
    tf.tidy(() => {
      const masks = network.masks(batch);
      let x = network.enter(batch);
      const kept = encoder.layers.map((layer, n) => {
        const { query, key, value } = network.project(layer, x, batch);
        const made = attention(designs[n], batch, [query, key, value], {
          heads: encoder.heads,
          thresholds: options.prune ? thresholds[n] : undefined,
          seeds: batch.lengths.map((_, e) => mix((seed + mix(done + e)) >>> 0)),
          onHead: options.onHead && ((...head) => options.onHead!(n, ...head)),
          change: options.change ?? ((head) => head),
        });
        if (options.keepHeads) heads[n].push(...made.heads);
        const context = tf.tensor2d(made.context, [batch.size * batch.tokens, encoder.heads * layer.dim]);
        x = network.finish(layer, x, context);
        return made.kept;
      });
      const logits = network.logits(network.embedding(x, masks, batch));
      const pairs = batch.lengths.reduce((sum, n) => sum + n * n, 0) * encoder.heads;
      tally.add(logits.dataSync(), batch.labels, network.crossEntropy(logits, batch.labels).dataSync()[0], kept, pairs);
    });
    done += part.length;
    options.onProgress?.(done);
  }
  return { ...tally.result(), heads };
}

interface AttentionOptions {
  readonly heads: number;
  /** One a head; undefined keeps everything. */
  readonly thresholds: readonly number[] | undefined;
  /** One an example. */
  readonly seeds: readonly number[];
  readonly onHead: ((tensors: HeadTensors, length: number, kept: Uint8Array) => void) | undefined;
  readonly change: (head: AttentionHead) => AttentionHead;
}

/** All heads of a batch; `parts` are Q, K and V as `[size, heads, tokens, dim]`. */
function attention(
  design: HeadDesign,
  batch: Batch,
  parts: readonly Tensor[],
  { heads, thresholds, seeds, onHead, change }: AttentionOptions,
): { context: Float32Array; kept: number; heads: AttentionHead[] } {
  const { size, tokens } = batch;
  const { dim } = design;
  const context = new Float32Array(size * tokens * heads * dim);
  const made: AttentionHead[] = [];
  let kept = 0;
  for (const [e, tensors] of exampleTensors(batch, parts, heads, dim).entries()) {
    const length = tensors.tokens;
    for (let h = 0; h < heads; h++) {
      const prepared = prepare(design, tensors, h, {
        causal: false,
        validLength: length,
        pruning: thresholds ? { kind: 'threshold', perHead: thresholds } : { kind: 'off' },
        seed: seeds[e],
      });
      const head = change(prepared.head);
      const { out, keptCount, kept: mask } = design.machine!.functional(head);
      onHead?.(tensors.head(h), length, mask);
      const unit = 2 ** -design.fractionBits;
      out.forEach((x, n) => {
        const row = Math.floor(n / dim);
        context[((e * tokens + row) * heads + h) * dim + (n % dim)] = x * unit * prepared.quantised.valueScale[n % dim];
      });
      kept += keptCount;
      made.push(head);
    }
  }
  return { context, kept, heads: made };
}

/** Q, K and V of each example of a batch, without padding. */
export function exampleTensors(
  { size, tokens, lengths }: Batch,
  parts: readonly Tensor[],
  heads: number,
  dim: number,
): AttentionTensors[] {
  const [q, k, v] = parts.map((part) => part.dataSync() as Float32Array);
  return Array.from({ length: size }, (_, e) => {
    const length = lengths[e];
    const rows = (x: Float32Array, h: number) =>
      x.subarray((e * heads + h) * tokens * dim, ((e * heads + h) * tokens + length) * dim);
    return {
      kind: 'float',
      heads,
      keyHeads: heads,
      tokens: length,
      keyTokens: length,
      dim,
      shape: [heads, length, dim],
      head: (h) => ({ kind: 'float', q: rows(q, h), k: rows(k, h), v: rows(v, h) }),
    };
  });
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
