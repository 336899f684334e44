/** What all groups of figures share: the settings of this run, tensor sets, and designs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ArchitectureName, presets } from '../src/architectures/names.ts';
import { architectures } from '../src/architectures/registry.ts';
import { needHeads } from '../src/explore/attention.ts';
import { headDesign, type HeadDesign } from '../src/explore/head-design.ts';
import { machines } from '../src/explore/machines/index.ts';
import { prepare } from '../src/explore/prepare.ts';
import type { Pruning } from '../src/explore/setting.ts';
import { defaultScheme, type QuantisationScheme } from '../src/workload/quantise.ts';
import { type AttentionTensors, loadAttention } from '../src/workload/tensors.ts';
import type { Figure } from './figure.ts';

export const root = resolve(import.meta.dirname, '..');

export interface Bench {
  /** Fewer rounds and cases, to see that everything works. */
  readonly quick: boolean;
  readonly sets: readonly TensorSet[];
  /** Random ones that the timing model is held against. */
  readonly configurations: number;
  readonly progress: (text: string) => void;
}

/** A group of figures, as they come. */
export type Group = (bench: Bench) => AsyncIterable<Figure>;

export interface Layer {
  readonly name: string;
  readonly causal: boolean;
  readonly tensors: AttentionTensors;
}

export interface TensorSet {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** Reads a folder of `lN_q.npy`, `lN_k.npy`, `lN_v.npy`; `meta.json`, if there, says whether the model is causal. */
export function loadSet(folder: string): TensorSet {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const numbers = files.flatMap((f) => /^l(\d+)_q\.npy$/.exec(f)?.[1] ?? []).map(Number);
  if (numbers.length === 0) throw new Error(`${folder}: there is no l0_q.npy or the like`);
  const meta = files.includes('meta.json') ? readFileSync(join(folder, 'meta.json'), 'utf8') : '{}';
  const { causal = false } = JSON.parse(meta) as { causal?: boolean };
  const name = basename(resolve(folder));
  const layers = numbers
    .toSorted((a, b) => a - b)
    .map((n): Layer => {
      const path = (letter: string) => join(folder, `l${n}_${letter}.npy`);
      const tensors = loadAttention({ q: path('q'), k: path('k'), v: path('v') });
      return { name: `${name} layer ${n}`, causal, tensors };
    });
  return { name, layers };
}

/** Memory that answers in the next cycle. */
export const zeroWait = { memory: { tCL: 0, tRCD: 0, tRP: 0, tBURST: 1, tAxTh: 1 } };

/** A preset with some parameters changed. */
export function designOf(label: string, changes: Readonly<Record<string, unknown>>): HeadDesign {
  const preset = presets().find((p) => p.name === label)!;
  return architectureOf(preset.architecture, { ...preset.parameters, ...changes }, label);
}

/** An architecture with any parameters. */
export function architectureOf(
  architecture: ArchitectureName,
  parameters: Readonly<Record<string, unknown>>,
  label: string = architecture,
): HeadDesign {
  const part = architectures[architecture].make(parameters);
  if (part.problems.length > 0) throw new Error(`${label}: ${part.problems.map((p) => p.message).join(' ')}`);
  return needHeads(headDesign(part, label.replaceAll('-', '_'), machines[architecture]), label);
}

/** A preset sized to a layer's tensors, as `prunus run` sizes it. */
export const sizedTo = (label: string, { tensors }: Layer, changes: Readonly<Record<string, unknown>> = {}) =>
  designOf(label, { tokens: tensors.tokens, dim: tensors.dim, ...changes });

/** Every head of a layer, quantised as `prunus run` does it unless a scheme is given. */
export function headsOf(
  design: HeadDesign,
  { tensors, causal }: Layer,
  pruning: Pruning,
  scheme: QuantisationScheme = defaultScheme,
) {
  const setting = { causal, validLength: tensors.tokens, pruning, seed: 1, scheme };
  return Array.from({ length: tensors.heads }, (_, i) => prepare(design, tensors, i, setting));
}

export const off: Pruning = { kind: 'off' };
export const keep = (fraction: number): Pruning => ({ kind: 'keep', fraction });
export const presetNames = ['sprint-s', 'sprint-m', 'sprint-l'];
