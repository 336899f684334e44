/**
 * One chip against the ideal design: the same heads through the model of a design whose devices are this chip's, and through
 * that of a perfect array. All of it is plain data but the trial itself, so that it travels to worker threads.
 */
import type { ArchitectureName } from '../../architectures/names.ts';
import type { AttentionHead } from '../../architectures/head.ts';
import { PrunusError } from '../../errors.ts';
import { mix } from '../../numerics/random.ts';
import { compareOutputs } from '../../workload/reference.ts';
import type { AttentionTensors } from '../../workload/tensors.ts';
import type { HeadDesign } from '../head-design.ts';
import type { Devices, Machine } from '../machines/machine.ts';
import { headSeed, type PreparedHead, prepare } from '../prepare.ts';
import type { AttentionSetting } from '../setting.ts';

export interface ChipHead {
  readonly head: AttentionHead;
  /** Value of one unit of a result, by element of the head dimension. */
  readonly outputUnits: Float64Array;
}

export interface ChipTask {
  readonly architecture: ArchitectureName;
  /** Of the design, checked. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly dim: number;
  readonly heads: readonly ChipHead[];
  /** Chip n is drawn from it and n. */
  readonly seed: number;
}

export interface ChipResult {
  /** 0, 1, ... */
  readonly chip: number;
  /** What `prunus run --seed` takes to see this chip; for designs with `reram`, its chip number, too. */
  readonly seed: number;
  /** Pairs of query and key, of those inside the masks, that the chip keeps and the ideal design does not. */
  readonly falselyKept: number;
  /** And the other way round. */
  readonly falselyPruned: number;
  /** The same two, as a share of the pairs inside the masks. */
  readonly flipRate: number;
  /** Share of the pairs that the ideal design keeps which the chip keeps, too. */
  readonly recall: number;
  readonly keptFraction: number;
  /** Of all outputs with the ideal design's. */
  readonly cosine: number;
  /** Largest difference of an element. */
  readonly maxAbsolute: number;
  /** |output - ideal| / |ideal|, Euclidean, over all heads. */
  readonly relativeError: number;
}

/** The seed of chip n: unlike those of chip n of another seed. */
export const chipSeed = (seed: number, chip: number): number => mix((mix((seed + 0x9e3779b9) >>> 0) + chip) >>> 0);

/** The devices of a design, or PR0607 where there is nothing about them to ask. */
export function needDevices({ machine, noise }: HeadDesign, label: string): Devices {
  if (machine?.devices) return machine.devices;
  if (machine && noise) {
    const fix = 'give them a spread, such as --set device.programSigma=0.02 --set device.readSigma=0.005.';
    throw new PrunusError('PR0607', `the devices of ${label} are perfect: every chip is the same.`, fix);
  }
  const message = machine
    ? `${label} has no analog array.`
    : `${label} is not known well enough: what its devices are is not said.`;
  throw new PrunusError('PR0607', message, 'use a design of SPRINT or HARDSEA, a preset or a .json file.');
}

/** Heads as the ideal design takes them: thresholds are found on a perfect array. */
export function idealHeads(
  design: HeadDesign,
  devices: Devices,
  tensors: AttentionTensors,
  setting: AttentionSetting,
): PreparedHead[] {
  const ideal = { ...design, machine: devices.ideal() };
  return Array.from({ length: tensors.heads }, (_, h) => prepare(ideal, tensors, h, setting));
}

export const chipHeads = (design: Pick<HeadDesign, 'fractionBits'>, prepared: readonly PreparedHead[]): ChipHead[] =>
  prepared.map(({ head, quantised }) => ({
    head,
    outputUnits: Float64Array.from(quantised.valueScale, (scale) => scale * 2 ** -design.fractionBits),
  }));

/** Heads with what the ideal design makes of them. */
export class ChipTrial {
  private readonly task: ChipTask;
  private readonly devices: Devices;
  private readonly ideal: readonly { readonly kept: Uint8Array; readonly keptCount: number }[];
  /** Of all heads, one after the other. */
  private readonly idealOutput: Float64Array;
  private readonly pairs: number;

  constructor(task: ChipTask, devices: Devices) {
    this.task = task;
    this.devices = devices;
    const outputs = task.heads.map(({ head }) => devices.ideal().functional(head));
    this.ideal = outputs;
    this.idealOutput = joined(
      task,
      outputs.map((o) => o.out),
    );
    this.pairs = task.heads.reduce(
      (sum, { head: { length, causal } }) => sum + (causal ? (length * (length + 1)) / 2 : length ** 2),
      0,
    );
  }

  /** Share of the pairs that the ideal design keeps. */
  get idealKept(): number {
    return this.ideal.reduce((n, { keptCount }) => n + keptCount, 0) / this.pairs;
  }

  /** Relative error of the ideal design against the same arithmetic with nothing pruned: what a chip's error is to be held against. */
  get pruningError(): number {
    const { task, devices, idealOutput } = this;
    const all = task.heads.map(({ head }) => devices.ideal().functional({ ...head, prune: false }).out);
    return relativeError(idealOutput, joined(task, all));
  }

  run(chip: number): ChipResult {
    const { task, devices, ideal, idealOutput, pairs } = this;
    const seed = chipSeed(task.seed, chip);
    const machine: Machine = devices.chip(seed);
    let [falselyKept, falselyPruned, kept, wanted] = [0, 0, 0, 0];
    const outputs = task.heads.map(({ head }, h) => {
      const made = machine.functional({ ...head, noiseSeed: headSeed(seed, h) });
      const right = ideal[h]!;
      for (let n = 0; n < made.kept.length; n++) {
        if (made.kept[n]! > right.kept[n]!) falselyKept++;
        else if (made.kept[n]! < right.kept[n]!) falselyPruned++;
      }
      kept += made.keptCount;
      wanted += right.keptCount;
      return made.out;
    });
    const output = joined(task, outputs);
    const { cosine, maxAbsoluteError } = compareOutputs(output, idealOutput, task.dim);
    return {
      chip,
      seed,
      falselyKept,
      falselyPruned,
      flipRate: (falselyKept + falselyPruned) / pairs,
      recall: wanted === 0 ? 1 : (wanted - falselyPruned) / wanted,
      keptFraction: kept / pairs,
      cosine,
      maxAbsolute: maxAbsoluteError,
      relativeError: relativeError(output, idealOutput),
    };
  }
}

function joined({ dim, heads }: ChipTask, outputs: readonly Int16Array[]): Float64Array {
  const all = new Float64Array(outputs.reduce((n, out) => n + out.length, 0));
  let at = 0;
  outputs.forEach((out, h) => {
    const { outputUnits } = heads[h]!;
    for (let n = 0; n < out.length; n++) all[at++] = out[n]! * outputUnits[n % dim]!;
  });
  return all;
}

function relativeError(actual: Float64Array, ideal: Float64Array): number {
  let [error, whole] = [0, 0];
  for (let n = 0; n < ideal.length; n++) {
    error += (actual[n]! - ideal[n]!) ** 2;
    whole += ideal[n]! ** 2;
  }
  return whole === 0 ? (error === 0 ? 0 : 1) : Math.sqrt(error / whole);
}
