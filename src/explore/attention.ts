/** Attention over a user's tensors, by the golden model, by the RTL, or by both and compared. */
import { PrunusError } from '../errors.ts';
import type { SimItem } from '../sim/cases.ts';
import { type AttentionInputs, compareOutputs, denseAttention, keptAttention } from '../workload/reference.ts';
import type { System } from '../system/system.ts';
import type { AttentionTensors } from '../workload/tensors.ts';
import { type Counters, countersOf, groupsHistogram } from './counters.ts';
import { type DeviceReport, deviceReport } from './device-report.ts';
import { type ExpectedHead, expectedHead, type HeadDesign, outputOf } from './head-design.ts';
import { checkSizes, type PreparedHead, prepare } from './prepare.ts';
import type { AttentionSetting } from './setting.ts';
import { type RelevanceQuality, relevanceQuality } from './relevance.ts';
import { runHeads, type RtlOptions, type RtlRun } from './rtl-heads.ts';
import { runHeadsInSystem } from './system/run.ts';

export type AttentionEngine = 'golden' | 'rtl' | 'both';

export interface AttentionRequest extends AttentionSetting {
  readonly design: HeadDesign;
  readonly tensors: AttentionTensors;
  readonly engine: AttentionEngine;
  readonly rtl?: RtlOptions | undefined;
  /** What is simulated instead of the design by itself: it, in a system, through its driver. */
  readonly system?: System | undefined;
}

export interface OutputError {
  readonly cosine: number;
  readonly maxAbsolute: number;
}

export interface HeadReport {
  readonly head: number;
  /** One number, or one a query; null with pruning off. */
  readonly threshold: number | ArrayLike<number> | null;
  /** Pairs kept, of those that length and causal mask leave; null when nothing knows (a user's design without RTL). */
  readonly keptPairs: number | null;
  readonly validPairs: number;
  readonly counters: Counters | null;
  /** What the timing model says of the same. */
  readonly predicted: Counters | null;
  /** Keys that ended with group 0, 1, ... of their bits; null for designs that are not bit-serial. */
  readonly histogram: readonly number[] | null;
  /** Against float attention over the tensors as given. */
  readonly dense: OutputError;
  /** Against the same over the kept set. */
  readonly kept: OutputError | null;
  /** How good the choice of keys was; null with pruning off, and where nothing knows it. */
  readonly relevance: RelevanceQuality | null;
}

export interface AttentionReport {
  readonly heads: readonly HeadReport[];
  /** `[heads, tokens, dim]`; rows past the valid length are zero. */
  readonly output: Float32Array;
  /** The same in the units of the design's results. */
  readonly raw: Int16Array;
  /** Over all heads. */
  readonly dense: OutputError;
  readonly kept: OutputError | null;
  /** What became of the devices; null where arrays are ideal. */
  readonly devices: DeviceReport | null;
  readonly comparison: RtlRun['comparison'] | null;
  /** Cycles from the start of each head until the driver could have known of its end; null outside of a system. */
  readonly systemCycles: number | null;
}

/** Throws PR0601 when the tensors do not fit, and whatever simulation throws. */
export async function runAttention(request: AttentionRequest): Promise<AttentionReport> {
  const { design, tensors, engine, validLength } = request;
  checkSizes(design, tensors, validLength);
  const prepared = Array.from({ length: tensors.heads }, (_, i) => prepare(design, tensors, i, request));
  const heads = prepared.map((p) => p.head);
  const expect = () => heads.map((head) => expectedHead(design, head));
  if (engine === 'golden') return report(request, prepared, expect(), undefined);
  const wanted = engine === 'both' ? expect : undefined;
  const rtl = request.system
    ? await runHeadsInSystem(design, request.system, heads, wanted, request.rtl)
    : await runHeads(design, heads, wanted, request.rtl);
  // Without a comparison the model is only asked which keys were kept, where it is quick to say.
  const expected = rtl.expected ?? (design.machine ? expect() : undefined);
  return report(request, prepared, expected, rtl);
}

function report(
  request: AttentionRequest,
  prepared: readonly PreparedHead[],
  expected: readonly ExpectedHead[] | undefined,
  rtl: RtlRun | undefined,
): AttentionReport {
  const { design, tensors, causal, validLength } = request;
  const { tokens, dim } = tensors;
  const size = tokens * dim;
  const output = new Float32Array(tensors.heads * size);
  const raw = new Int16Array(tensors.heads * size);
  const denseReference = new Float64Array(output.length);
  const keptReference = new Float64Array(output.length);
  const validPairs = causal ? (validLength * (validLength + 1)) / 2 : validLength ** 2;
  const predict = design.machine?.predictor();
  const unit = 2 ** -design.fractionBits;
  const heads = prepared.map(({ head, quantised, threshold }, index): HeadReport => {
    const result = rtl?.results[index];
    const items: readonly SimItem[] = result ? result.outputs['result']!.items : expected![index].items;
    const { out } = outputOf(design, head.length, items);
    raw.set(out, index * size);
    out.forEach((x, n) => (output[index * size + n] = x * unit * quantised.valueScale[n % dim]));
    const given: AttentionInputs = { ...tensors.head(index), tokens, dim, validLength, causal };
    denseReference.set(denseAttention(given), index * size);
    const known = expected?.[index].output;
    if (known) keptReference.set(keptAttention(given, padMask(known.kept, head.length, tokens)), index * size);
    const part = (x: Float32Array | Float64Array) => x.subarray(index * size, (index + 1) * size);
    const counters = result ? countersOf(result) : null;
    const histogram = result ? groupsHistogram(result) : known?.histogram;
    return {
      head: index,
      threshold: threshold ?? null,
      keptPairs: counters?.keys_kept ?? known?.keptCount ?? null,
      validPairs,
      counters,
      predicted: (predict && known && predict(head, known)) ?? null,
      histogram: histogram ? Array.from(histogram) : null,
      dense: errorOf(part(output), part(denseReference), dim),
      kept: known ? errorOf(part(output), part(keptReference), dim) : null,
      relevance:
        known && head.prune
          ? relevanceQuality(
              tensors.head(index),
              { tokens, dim, length: head.length, causal },
              known.kept,
              request.pruning.kind === 'top' ? 'top' : 'threshold',
            )
          : null,
    };
  });
  return {
    heads,
    output,
    raw,
    dense: errorOf(output, denseReference, dim),
    kept: heads.every((h) => h.kept) ? errorOf(output, keptReference, dim) : null,
    devices: design.programming
      ? deviceReport(
          design.programming,
          prepared.map((p) => p.head),
        )
      : null,
    comparison: rtl?.comparison ?? null,
    systemCycles: rtl?.systemCycles ?? null,
  };
}

function errorOf(actual: ArrayLike<number>, expected: ArrayLike<number>, dim: number): OutputError {
  const { cosine, maxAbsoluteError } = compareOutputs(actual, expected, dim);
  return { cosine, maxAbsolute: maxAbsoluteError };
}

/** A `[length, length]` mask as `[tokens, tokens]`. */
function padMask(kept: Uint8Array, length: number, tokens: number): Uint8Array {
  if (length === tokens) return kept;
  const wide = new Uint8Array(tokens * tokens);
  for (let i = 0; i < length; i++) wide.set(kept.subarray(i * length, (i + 1) * length), i * tokens);
  return wide;
}

/** Sums over heads; null when a head has none. */
export function total(
  heads: readonly HeadReport[],
  of: (head: HeadReport) => number | null | undefined,
): number | null {
  let sum = 0;
  for (const head of heads) {
    const value = of(head);
    if (value === null || value === undefined) return null;
    sum += value;
  }
  return sum;
}

/** Refuses a design without the streams of a head. */
export function needHeads(design: HeadDesign | undefined, label: string): HeadDesign {
  if (design) return design;
  throw new PrunusError(
    'PR0602',
    `${label} does not compute attention: its streams are not configure, load, query and result as SPRINT has them`,
    'use `prunus verify` for designs with other streams.',
  );
}
