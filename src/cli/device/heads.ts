/** What `margin` and `yield` are asked about: a design with devices, and heads of tensors. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Problem, ProblemsError } from '../../errors.ts';
import { idealHeads, needDevices } from '../../explore/device/chip.ts';
import type { HeadDesign } from '../../explore/head-design.ts';
import type { Devices } from '../../explore/machines/machine.ts';
import type { PreparedHead } from '../../explore/prepare.ts';
import { type AttentionTensors, loadAttention } from '../../workload/tensors.ts';
import { type Design, findDesign } from '../designs.ts';
import { common, realNumber, settings, wholeNumber } from '../options.ts';
import { sizedTo, thresholdProblem } from '../run.ts';
import { sizesText } from '../table.ts';

const file = z.string().min(1).optional();
export const headOptions = {
  ...common,
  ...settings,
  q: file,
  k: file,
  v: file,
  keep: realNumber(0, 1).optional(),
  threshold: z.string().optional(),
  layer: z.string().min(1).optional(),
  codebook: z.string().min(1).optional(),
  causal: z.boolean().default(false),
  validLength: wholeNumber(1, 16383).optional(),
  scheme: z.string(),
  seed: wholeNumber(0, 2 ** 32 - 1),
  out: file,
};

type Options = z.output<z.ZodObject<typeof headOptions>> & {
  readonly topK?: number | undefined;
  readonly select?: 'rank' | 'threshold' | undefined;
};

export interface DeviceHeads {
  readonly sized: Design;
  readonly design: HeadDesign;
  readonly devices: Devices;
  readonly tensors: AttentionTensors;
  /** As the ideal design takes them. */
  readonly heads: readonly PreparedHead[];
}

/** Throws PR0607 for a design without devices, PR0706 and PR0708 for options. */
export async function deviceHeads(given: string, options: Options): Promise<DeviceHeads> {
  checkTogether(options);
  const found = await findDesign(given, options.set);
  const loaded = loadAttention(pathsOf(options));
  const said = options.threshold !== undefined || options.topK !== undefined || found.thresholds;
  const how = { ...options, keep: options.keep ?? (said ? undefined : 0.25) };
  const { sized, heads: design, tensors, setting } = await sizedTo(found, loaded, how);
  const devices = needDevices(design, sized.label);
  return { sized, design, devices, tensors, heads: idealHeads(design, devices, tensors, setting) };
}

const example = (name: string): string =>
  fileURLToPath(new URL(`../../../${join('examples', 'tensors', 'use-lite', `l0_${name}.npy`)}`, import.meta.url));

const letters = ['q', 'k', 'v'] as const;

function pathsOf({ q, k, v }: Options): { q: string; k: string; v: string } {
  return { q: q ?? example('q'), k: k ?? example('k'), v: v ?? example('v') };
}

function checkTogether(options: Options): void {
  const problems: Problem[] = [];
  const missing = letters.filter((name) => options[name] === undefined);
  if (missing.length > 0 && missing.length < letters.length) {
    const message = 'is missing; --q, --k and --v go together.';
    problems.push(...missing.map((name) => ({ code: 'PR0706', path: `--${name}`, message })));
  }
  const ways = [
    ['threshold', '--threshold'],
    ['keep', '--keep'],
    ['topK', '--top-k'],
  ] as const;
  const [first, second] = ways.filter(([name]) => options[name] !== undefined);
  if (first && second) {
    const fix = 'choose how keys are kept in one way.';
    problems.push({ code: 'PR0708', path: second[1], message: `cannot be used together with ${first[1]}.`, fix });
  }
  const bad = thresholdProblem(options.threshold);
  if (bad) problems.push(bad);
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** `4 heads x 128 tokens x 64, 25.0 % kept` */
export const headsText = (tensors: AttentionTensors, keptFraction: number): string =>
  `${sizesText(tensors)}, ${percent(keptFraction)} kept`;

export const percent = (x: number, digits = 1): string => `${(100 * x).toFixed(digits)} %`;

/** What a report says first: of what design, on what heads. */
export const aboutHeads = ({ sized, tensors, heads }: DeviceHeads, set: readonly string[], seed: number) => ({
  design: sized.label,
  settings: set,
  heads: tensors.heads,
  tokens: tensors.tokens,
  dim: tensors.dim,
  seed,
  thresholds: heads.map((h) => h.threshold),
});
