/** `prunus run` */
import { resolve } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, needHeads, runAttention } from '../explore/attention.ts';
import { headDesign, type HeadDesign } from '../explore/head-design.ts';
import { topKForKeep } from '../explore/relevance.ts';
import type { AttentionSetting, Measured, Pruning } from '../explore/setting.ts';
import { type Problem, ProblemsError, PrunusError } from '../errors.ts';
import { loadMeasured } from '../workload/measured.ts';
import { writeNpy } from '../workload/npy.ts';
import { defaultScheme, plainScheme, type QuantisationScheme } from '../workload/quantise.ts';
import { type AttentionTensors, loadAttention } from '../workload/tensors.ts';
import { loadThresholds } from '../workload/threshold-file.ts';
import type { Action } from './action.ts';
import { type CodebookChoice, codebookDefaults, hasCodebook, predictionFrom } from './codebook.ts';
import { type Design, findDesign } from './designs.ts';
import { checkOptions, common, realNumber, settings, wholeNumber, word } from './options.ts';
import { progressBar, say } from './progress.ts';
import { reportData, reportText } from './run-report.ts';
import { systemAround, systemChoice } from './system.ts';
import { counted } from './table.ts';

const file = z.string('a file is needed').min(1);
const schema = z.object({
  ...common,
  ...settings,
  q: file,
  k: file,
  v: file,
  threshold: z.string().optional(),
  layer: z.string().min(1).optional(),
  keep: realNumber(0, 1).optional(),
  select: word(['rank', 'threshold']).optional(),
  topK: wholeNumber(1, 4096).optional(),
  codebook: z.string().min(1).optional(),
  diagonal: z.boolean().default(false),
  dense: z.boolean().default(false),
  causal: z.boolean().default(false),
  validLength: wholeNumber(1, 16383).optional(),
  engine: word(['golden', 'rtl', 'both']),
  out: file.optional(),
  raw: file.optional(),
  seed: wholeNumber(0, 2 ** 32 - 1),
  scheme: z.string(),
  measured: file.optional(),
  waves: file.optional(),
  wavesWindow: z
    .string()
    .regex(/^\d+:\d+$/, 'two cycles as from:to are needed')
    .optional(),
  wavesHead: wholeNumber(0, 4095),
  ...systemChoice,
});

export type RunOptions = z.output<typeof schema>;

export const run: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  checkTogether(options);
  const design = await findDesign(given, options.set);
  const tensors = loadAttention(options);
  const { sized, report } = await attention(design, tensors, options);
  const { shape } = tensors;
  if (options.out) writeNpy(options.out, shape, report.output);
  if (options.raw) writeNpy(options.raw, shape, report.raw);
  const data = reportData(sized, tensors, options, report);
  process.stdout.write(options.json ? `${JSON.stringify(data)}\n` : reportText(data));
  return complain(report, options, tensors);
};

/** Sizes the design to the tensors and runs it; also what `demo` does. */
export async function attention(
  design: Design,
  tensors: AttentionTensors,
  options: SettingOptions &
    Pick<RunOptions, 'engine' | 'waves' | 'wavesWindow' | 'wavesHead'> &
    Partial<Pick<RunOptions, 'system' | 'systemSet'>>,
): Promise<{ sized: Design; report: AttentionReport }> {
  const { engine } = options;
  const { sized, heads, tensors: taken, setting } = await sizedTo(design, tensors, options);
  const bar = engine === 'golden' ? undefined : await progressBar('heads', tensors.heads);
  const [from, to] = (options.wavesWindow ?? ':').split(':').map((n) => (n === '' ? undefined : Number(n)));
  const waves = options.waves && { file: options.waves, case: options.wavesHead, from, to };
  try {
    const report = await runAttention({
      design: heads,
      tensors: taken,
      ...setting,
      engine,
      system: systemAround(sized, options.system, options.systemSet ?? []),
      rtl: {
        waves: waves || undefined,
        onBuilt: ({ cached, seconds }) => cached || say(`simulation built in ${seconds.toFixed(1)} s`),
        onProgress: bar && ((p) => bar.at(p.casesDone, `${p.cycles} cycles`)),
      },
    });
    return { sized, report };
  } finally {
    bar?.end();
  }
}

/** Throws PR0604 for a design whose keys are not in cells of a device. */
function measuredFor(path: string, { programming, machine }: HeadDesign, tensors: AttentionTensors): Measured {
  if (programming?.holds === 'keys' && machine) return loadMeasured(path, programming.kind.coding, tensors);
  const message = 'measured conductances are for the keys of a preset or .json design with a device';
  throw new PrunusError('PR0604', message, 'choose the device that was measured: sprint-s --set reram.device=wan2022.');
}

export type SettingOptions = Pick<RunOptions, 'causal' | 'validLength' | 'seed' | 'scheme'> &
  Partial<Pick<RunOptions, 'codebook' | 'diagonal' | 'measured'>> &
  Pick<CodebookChoice, 'sizes'> &
  PruningOptions;

/** A design with the sizes of the tensors, these as it takes them, and what is asked of it. */
export async function sizedTo(
  design: Design,
  tensors: AttentionTensors,
  options: SettingOptions,
): Promise<{ sized: Design; heads: HeadDesign; tensors: AttentionTensors; setting: AttentionSetting }> {
  const { causal, seed, diagonal, validLength = tensors.tokens } = options;
  if (validLength > tensors.tokens) {
    const message = `${validLength} is more than the ${tensors.tokens} tokens of the tensors.`;
    throw new ProblemsError([{ code: 'PR0706', path: '--valid-length', message }]);
  }
  const prediction = options.codebook ? await predictionFrom(options.codebook, tensors, options) : undefined;
  const { codebook } = prediction ?? {};
  const { subspaces, centroids } = codebook ?? codebookDefaults(tensors.dim);
  const sizes = hasCodebook(design) ? { subspaces, centroids } : {};
  const sized = design.resized({ tokens: tensors.tokens, dim: tensors.dim, ...sizes });
  const heads = needHeads(headDesign(sized.part, sized.name, sized.machine), sized.label);
  const pruning = pruningOf(options, tensors, design, validLength);
  const scheme = prediction?.scheme ?? schemeOf(options.scheme);
  const measured = options.measured ? measuredFor(options.measured, heads, tensors) : undefined;
  return {
    sized,
    heads,
    tensors: prediction?.tensors ?? tensors,
    setting: { causal, validLength, pruning, seed, scheme, codebook, diagonal, measured },
  };
}

/** What has to be said, and the exit code. */
export function complain(
  report: AttentionReport,
  options: Pick<RunOptions, 'json'>,
  { heads }: AttentionTensors,
): number {
  const { comparison } = report;
  if (!comparison || comparison.mismatches === 0) return 0;
  const shown = comparison.lines.slice(0, 20);
  for (const line of shown) process.stderr.write(`mismatch: ${line}\n`);
  if (comparison.mismatches > shown.length) {
    process.stderr.write(`... and ${comparison.mismatches - shown.length} more in ${counted(heads, 'head')}\n`);
  }
  if (comparison.replay && !options.json) process.stderr.write(`To replay: make -C ${comparison.replay} replay\n`);
  return 1;
}

interface PruningOptions {
  readonly threshold?: string | undefined;
  readonly layer?: string | undefined;
  readonly keep?: number | undefined;
  readonly select?: 'rank' | 'threshold' | undefined;
  readonly topK?: number | undefined;
  readonly dense?: boolean | undefined;
}

/**
 * What the command line says; where it says nothing, the design's own thresholds. A design that can rank keys keeps the best of each
 * query, which captures more attention than one threshold a head does (docs/hardsea.md).
 */
function pruningOf(
  { threshold, layer, keep, select, topK, dense, causal }: PruningOptions & { readonly causal: boolean },
  tensors: AttentionTensors,
  design: Design,
  validLength: number,
): Pruning {
  const { thresholds: own } = design;
  if (keep !== undefined && (select ?? (hasCodebook(design) ? 'rank' : 'threshold')) === 'rank') {
    return { kind: 'top', keys: topKForKeep(keep, validLength, causal) };
  }
  if (keep !== undefined) return { kind: 'keep', fraction: keep };
  if (topK !== undefined) return { kind: 'top', keys: topK };
  const given = threshold ?? (dense ? undefined : own?.path);
  if (given === undefined) return { kind: 'off' };
  if (isFile(given)) {
    return {
      kind: 'threshold',
      perHead: loadThresholds(given, tensors, layer ?? (threshold ? undefined : own?.layer)),
    };
  }
  const value = Number(given);
  return { kind: 'threshold', perHead: Array.from({ length: tensors.heads }, () => value) };
}

const isFile = (threshold: string): boolean => /\.(npy|json)$/.test(threshold);

/** What is wrong with the text of --threshold. */
export function thresholdProblem(threshold: string | undefined): Problem | undefined {
  if (threshold === undefined || isFile(threshold)) return undefined;
  if (threshold.trim() !== '' && Number.isFinite(Number(threshold))) return undefined;
  const message = `'${threshold}': a number, a .npy file or a .json file is needed.`;
  return { code: 'PR0706', path: '--threshold', message };
}

/** Options that contradict one another, or files that would overwrite one another. */
function checkTogether(o: RunOptions): void {
  const problems: Problem[] = [];
  const add = (path: string, message: string, fix: string) => problems.push({ code: 'PR0708', path, message, fix });
  const ways = (['threshold', 'keep', 'topK', 'dense'] as const)
    .filter((name) => o[name] !== undefined && o[name] !== false)
    .map((name) => (name === 'topK' ? 'top-k' : name));
  if (ways.length > 1) {
    add(`--${ways[1]}`, `cannot be used together with --${ways[0]}.`, 'choose how keys are kept in one way.');
  }
  const bad = thresholdProblem(o.threshold);
  if (bad) problems.push(bad);
  if (o.select !== undefined && o.keep === undefined) add('--select', 'says how --keep is reached.', 'give --keep.');
  if (o.waves !== undefined && o.engine === 'golden')
    add('--waves', 'the golden model has no waves.', 'use --engine rtl or both.');
  const outputs = [o.out, o.raw].flatMap((path) => (path === undefined ? [] : [resolve(path)]));
  if (new Set(outputs).size < outputs.length) add('--raw', 'is the same file as --out.', 'name two files.');
  if (problems.length > 0) throw new ProblemsError(problems);
  schemeOf(o.scheme);
}

/** `best`, `plain`, or settings that change `best`. Throws PR0706. */
export function schemeOf(text: string): QuantisationScheme {
  if (text === 'best') return defaultScheme;
  if (text === 'plain') return plainScheme;
  const scheme: Record<string, string | boolean> = { ...defaultScheme };
  const allowed: Record<string, readonly string[]> = {
    query: ['row', 'head'],
    key: ['channel', 'head'],
    value: ['channel', 'head'],
    centre: ['yes', 'no'],
  };
  for (const item of text.split(',')) {
    const [name = '', value = ''] = item.split('=');
    if (!Object.hasOwn(allowed, name) || !allowed[name].includes(value)) {
      const valid = Object.entries(allowed).map(([n, values]) => `${n}=${values.join('|')}`);
      throw new PrunusError('PR0706', `--scheme: '${item}' is not best, plain or one of ${valid.join(', ')}.`);
    }
    if (name === 'centre') scheme['centreKeys'] = value === 'yes';
    else scheme[name] = value;
  }
  return scheme as unknown as QuantisationScheme;
}
