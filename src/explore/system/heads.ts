/** Heads of attention through the driver of a simulated system. */
import type { AttentionHead, Integers } from '../../architectures/head.ts';
import { containerBits } from '../../components/axi.ts';
import { headRecordBytes } from '../../components/head-settings.ts';
import { scaleWordBytes, wholeBeats } from '../../components/layer-fetch/layer-fetch.ts';
import { PrunusError } from '../../errors.ts';
import type { CaseProgramming } from '../../sim/programming.ts';
import type { SystemSimulation } from '../../sim/system.ts';
import { driverView } from '../../system/c-driver.ts';
import { memoryBits } from '../../system/harness.ts';
import { settingsOf } from '../../system/registers.ts';
import { streamNames, type System } from '../../system/system.ts';
import { isPredicted } from '../predicted.ts';
import { Job, type Manner, type MemoryPlaces, prompt, Results, type RunOutcome, signedHalves } from './job.ts';

export interface SystemRunOptions {
  readonly manner?: Manner | undefined;
  /** Multipliers and thresholds come one a query, from the table; else those of the first query are taken for all. Default: true. */
  readonly perQuery?: boolean | undefined;
  /** Added to every threshold. Default: 0. */
  readonly trim?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What programming makes of each head; default: nothing. */
  readonly programming?: ((head: AttentionHead) => CaseProgramming | undefined) | undefined;
  /** Bytes between rows beside the least that is possible (memory only). */
  readonly spread?: number | undefined;
  /** Heads of queries that share a head of keys and values; those of the first of each group are taken (memory only). */
  readonly group?: number | undefined;
  /** As many heads as possible with one start (memory only); else a start a head. Default: true. */
  readonly together?: boolean | undefined;
  /** Cycles after which a first run is ended by a soft reset, before the run that counts (streams only). */
  readonly abortFirst?: number | undefined;
  /** Rows after which the packets of queries end although the head goes on: an error, for tests (streams only). */
  readonly endAfter?: number | undefined;
}

export interface SystemHeads {
  /** `[length, dim]` of each head. */
  readonly outputs: readonly Int16Array[];
  /** One of each run: as many heads as one start serves. */
  readonly runs: readonly (RunOutcome & {
    readonly heads: number;
    readonly counters: Readonly<Record<string, number>>;
  })[];
}

/** Rows of elements as bytes, each row padded to `stride`. */
export function rowBytes(x: Integers, dim: number, elementBits: number, stride: number): Uint8Array {
  const size = containerBits(elementBits) / 8;
  const rows = x.length / dim;
  const bytes = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    for (let d = 0; d < dim; d++) {
      const value = x[row * dim + d]!;
      const at = row * stride + d * size;
      bytes[at] = value & 255;
      if (size === 2) bytes[at + 1] = (value >> 8) & 255;
    }
  }
  return bytes;
}

/** Words of a head's settings, as the driver's structure has them. */
export function settingWords({ core }: Pick<System, 'core'>, head: AttentionHead): number[] {
  const predicted = isPredicted(head) ? head : undefined;
  const values: Readonly<Record<string, number>> = {
    score_shift: head.scoreShift,
    exponent_shift: head.expShift,
    noise_seed: head.noiseSeed,
    threshold: head.threshold[0] ?? 0,
    multiplier: head.multiplier[0] ?? 0,
    key_ramp: predicted?.keyRamp ?? 0,
    query_ramp: predicted?.queryRamp ?? 0,
    top_k: predicted?.topK ?? 0,
    diagonal: Number(predicted?.diagonal ?? false),
  };
  return settingsOf(core)
    .filter((s) => s.name !== 'threshold_high')
    .flatMap((s) => (s.name === 'threshold' ? signedHalves(values[s.name]!) : [values[s.name]! >>> 0]));
}

/** A head's codebook, column by column. */
function codebookBytes(system: System, head: AttentionHead, stride: number): Uint8Array {
  const codebook = isPredicted(head) ? head.codebook : null;
  const { columns, centroids } = system.core.codebook!;
  const rows = codebookRowsOf(system);
  const bytes = new Uint8Array(columns * stride);
  if (!codebook) return bytes;
  for (let n = 0; n < columns; n++) {
    for (let r = 0; r < rows; r++) bytes[n * stride + r] = codebook.cells[n * rows + r]! & 255;
    const at = n * stride + 2 * Math.ceil(rows / 2);
    for (let c = 0; codebook.products && c < centroids; c++) {
      const product = codebook.products[n * centroids + c]!;
      bytes[at + 2 * c] = product & 255;
      bytes[at + 2 * c + 1] = product >> 8;
    }
  }
  return bytes;
}

const programs = (head: AttentionHead): boolean => isPredicted(head) && head.codebook !== null;
const alike = (a: AttentionHead, b: AttentionHead): boolean =>
  a.length === b.length && a.causal === b.causal && a.prune === b.prune && programs(a) === programs(b);

/** Heads that one start can serve: those that follow each other and differ in what a record holds only; over streams, one. */
function layersOf(system: System, heads: readonly AttentionHead[], together: boolean): AttentionHead[][] {
  const layers: AttentionHead[][] = [];
  for (const head of heads) {
    const last = layers.at(-1);
    if (together && system.options.kind === 'memory' && last && alike(last[0]!, head)) last.push(head);
    else layers.push([head]);
  }
  return layers;
}

/** Runs heads, as many as possible with one start. Throws PR1003 where the driver does not report success. */
export async function runSystemHeads(
  simulation: SystemSimulation,
  heads: readonly AttentionHead[],
  options: SystemRunOptions = {},
): Promise<SystemHeads> {
  const { system } = simulation;
  const layers = layersOf(system, heads, options.together ?? true);
  const job = new Job(system);
  job.manner(options.manner ?? prompt);
  job.open();
  const outputs = layers.map((layer) =>
    (system.options.kind === 'memory' ? memoryLayer : streamLayer)(system, job, layer, options),
  );
  const programmed = heads.map((head) => ({ programming: options.programming?.(head) }));
  const results = new Results(await simulation.run(job.done, { signal: options.signal, heads: programmed }));
  const opened = results.opened();
  if (opened !== 'ok') throw new PrunusError('PR1003', `the driver does not find the design: ${opened}`);
  const names = driverView(system).counters.map((c) => c.name);
  const runs = layers.map((layer, i) => {
    outputs[i]!.skip?.(results);
    const outcome = results.run();
    if (outcome.ended !== 'ok') {
      const what = `start: ${outcome.started}, end: ${outcome.ended}, errors: 0x${outcome.errors.toString(16)}`;
      throw new PrunusError('PR1003', `the driver reports a run that went wrong (${what})`);
    }
    const counters = results.counters(names);
    const run = { ...outcome, heads: layer.length, counters };
    return { run, output: outputs[i]!.read(results) };
  });
  return { outputs: runs.flatMap((r) => r.output), runs: runs.map((r) => r.run) };
}

interface Reader {
  /** What comes before the words of the run. */
  readonly skip?: (results: Results) => void;
  readonly read: (results: Results) => Int16Array[];
}

const asElements = (bytes: Uint8Array): Int16Array => new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);

function streamLayer(system: System, job: Job, [head]: readonly AttentionHead[], options: SystemRunOptions): Reader {
  const { core } = system;
  const { perQuery = true, trim, abortFirst = 0, endAfter = 0 } = options;
  const { length, causal, prune } = head!;
  const streams = streamNames(system);
  const stream = (name: string) => streams.indexOf(name);
  const program = programs(head!);
  const tensors = [
    ['k', head!.k, core.keyBits, core.bytes.key, 0],
    ['v', head!.v, core.valueBits, core.bytes.value, 0],
    ['q', head!.q, core.queryBits, core.bytes.query, endAfter],
  ] as const;
  const once = (abortAfter: number): void => {
    for (const [name, x, bits, size, ends] of tensors)
      job.packet(stream(name), rowBytes(x, core.dim, bits, size), size, ends);
    if (perQuery) job.scales(stream('scales'), head!.multiplier, head!.threshold);
    if (program) {
      const size = core.codebook!.columnBytes;
      job.packet(stream('codebook'), codebookBytes(system, head!, size), size);
    }
    job.settings([settingWords(system, head!)], 0);
    job.run({ heads: 1, length, causal, prune, perQuery, program, trim, abortAfter });
  };
  if (abortFirst > 0) {
    once(abortFirst);
    job.collect();
  }
  once(0);
  job.counters();
  job.collect();
  return {
    skip: (results) => {
      if (abortFirst === 0) return;
      results.run();
      results.bytes();
      results.bytes();
    },
    read: (results) => {
      const bytes = results.bytes();
      const ends = new Uint32Array(results.bytes().buffer);
      // What a soft reset has cut off may have left a transfer on its way.
      const whole = length * core.bytes.result;
      const fits = ends.length === 1 && ends[0] === bytes.length && (bytes.length === whole || abortFirst > 0);
      if (!fits) throw new PrunusError('PR1003', 'a packet of results is no head');
      return [asElements(bytes.slice(-whole))];
    },
  };
}

const codebookRowsOf = ({ core }: System): number => {
  const cells = core.codebook!.payload.fields['cells']!;
  return cells.shape === 'vector' ? cells.count : 1;
};

function memoryLayer(
  system: System,
  job: Job,
  layer: readonly AttentionHead[],
  { perQuery = true, trim, spread = 0, group = 1 }: SystemRunOptions,
): Reader {
  const { core, options } = system;
  const bytes = options.dataBits / 8;
  const { length, causal, prune } = layer[0]!;
  const program = programs(layer[0]!);
  let free = 0x1000;
  const reserve = (size: number): number => {
    const at = free;
    free = wholeBeats(at + size, Math.max(bytes, 64));
    if (free > 2 ** memoryBits) {
      throw new PrunusError('PR1003', `${free} bytes are more than the ${2 ** memoryBits} of the simulated memory`);
    }
    return at;
  };
  const place = (size: number) => {
    const rowStride = wholeBeats(size, bytes) + wholeBeats(spread, bytes);
    const headStride = rowStride * length;
    return { address: reserve(headStride * layer.length), rowStride, headStride };
  };
  const q = place(core.bytes.query);
  const k = place(core.bytes.key);
  const v = place(core.bytes.value);
  const o = place(core.bytes.result);
  const records = reserve(wholeBeats(headRecordBytes, bytes) * layer.length);
  const scalesHeadStride = wholeBeats(8 * length, scaleWordBytes(bytes));
  const scales = reserve(scalesHeadStride * layer.length);
  const columnStride = program ? wholeBeats(core.codebook!.columnBytes, bytes) : 0;
  const bookStride = columnStride * (core.codebook?.columns ?? 0);
  const codebook = { address: reserve(bookStride * layer.length), headStride: bookStride };
  layer.forEach((head, h) => {
    job.writeMemory(q.address + h * q.headStride, rowBytes(head.q, core.dim, core.queryBits, q.rowStride));
    if (h % group === 0) {
      const at = h / group;
      job.writeMemory(k.address + at * k.headStride, rowBytes(head.k, core.dim, core.keyBits, k.rowStride));
      job.writeMemory(v.address + at * v.headStride, rowBytes(head.v, core.dim, core.valueBits, v.rowStride));
    }
    if (perQuery) job.scales(scales + h * scalesHeadStride, head.multiplier, head.threshold);
    if (program) {
      const columns = codebookBytes(system, head, columnStride);
      job.writeMemory(codebook.address + h * bookStride, columns);
    }
  });
  job.settings(
    layer.map((head) => settingWords(system, head)),
    records,
  );
  const places: MemoryPlaces = { q, k, v, o, records, scales, scalesHeadStride, group, codebook };
  job.run({ heads: layer.length, length, causal, prune, perQuery, program, trim, places });
  job.counters();
  job.readMemory(o.address, o.headStride * layer.length);
  const read = (results: Results): Int16Array[] => {
    const all = results.bytes();
    return layer.map((_, h) => {
      const out = new Uint8Array(length * core.bytes.result);
      for (let row = 0; row < length; row++) {
        const at = h * o.headStride + row * o.rowStride;
        out.set(all.subarray(at, at + core.bytes.result), row * core.bytes.result);
      }
      return asElements(out);
    });
  };
  return { read };
}
