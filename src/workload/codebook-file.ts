/**
 * Codebooks of a model's layers, one a head, as `trainCodebooks` makes them and a `.json` file holds them:
 *
 *     { "kind": "prunus-codebook", "version": 1, "model": "use-lite", "about": {...},
 *       "layers": [{ "name": "layer0", "dim": 64, "subspaces": 16, "centroids": 16,
 *                    "heads": [{ "centroids": [...], "queries": [...], "mix": [...] }, ...] }, ...] }
 *
 * Errors: PR0455 not such a file, or one that cannot be written, PR0456 no such layer, PR0457 other heads or dimension than the tensors, PR0458 other sizes
 * than the design.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type RelevanceShape, subspaceDim } from '../components/relevance-payloads.ts';
import { PrunusError } from '../errors.ts';

const numbers = z.array(z.number());

const headSchema = z.object({
  /** `[subspaces, centroids, dim / subspaces]`, in units of the mixed keys, less their mean over the tokens. */
  centroids: numbers,
  /**
   * `[subspaces, centroids, dim / subspaces]`: the mean of the queries nearest to this centroid, in units of the largest quantised element
   * (127 is 1). What the table of products is made of.
   */
  queries: numbers,
  /** Row-major `[dim, dim]`: keys become k mix and queries q mix^-T, which leaves every q.k; null where channels stay as they are. */
  mix: numbers.nullable(),
});

const layerSchema = z
  .object({
    name: z.string().min(1),
    dim: z.int().min(1).max(1024),
    subspaces: z.int().min(1).max(64),
    centroids: z.int().min(2).max(256),
    /** One a query head. */
    heads: z.array(headSchema).min(1),
  })
  .superRefine((layer, context) => {
    const { dim, subspaces, centroids, heads } = layer;
    const fail = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (dim % subspaces !== 0) fail(['subspaces'], `${subspaces} do not divide a dimension of ${dim}`);
    if (!isPowerOfTwo(centroids)) fail(['centroids'], `${centroids} is no power of two`);
    heads.forEach((head, h) => {
      for (const [name, size] of [
        ['centroids', dim * centroids],
        ['queries', dim * centroids],
        ['mix', dim * dim],
      ] as const) {
        const given = head[name];
        if (given && given.length !== size) {
          fail(['heads', h, name], `has ${given.length} numbers; ${size} are needed`);
        }
      }
    });
  });

export const codebookFileSchema = z.object({
  kind: z.literal('prunus-codebook'),
  version: z.literal(1),
  /** Whose layers they are. */
  model: z.string().min(1),
  /** How they came about; for people. */
  about: z.record(z.string(), z.unknown()).default({}),
  layers: z.array(layerSchema).min(1),
});

export type CodebookFile = z.output<typeof codebookFileSchema>;
export type CodebookLayer = CodebookFile['layers'][number];
export type CodebookHead = CodebookLayer['heads'][number];

export const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

/** Throws PR0455, also for a file that cannot be read. */
export function readCodebookFile(path: string): CodebookFile {
  const refuse = (why: string): never => {
    throw new PrunusError(
      'PR0455',
      `${path}: is no file of codebooks: ${why}`,
      '`prunus learn --codebook` writes one.',
    );
  };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    refuse((cause as Error).message);
  }
  const checked = codebookFileSchema.safeParse(content);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  return refuse(`${issue!.path.join('.') || 'the file'}: ${issue!.message}`);
}

/** Throws PR0455 when the file cannot be written. */
export function writeCodebookFile(path: string, file: CodebookFile): void {
  try {
    writeFileSync(path, `${JSON.stringify(file)}\n`);
  } catch (cause) {
    throw new PrunusError('PR0455', `${path}: cannot be written: ${(cause as Error).message}`);
  }
}

/** The layer of a name or of a number from 0; without one, the only layer. Throws PR0456. */
export function codebookLayer({ model, layers }: CodebookFile, wanted?: string): CodebookLayer {
  const names = layers.map((l) => l.name).join(', ');
  if (wanted === undefined && layers.length > 1) {
    throw new PrunusError(
      'PR0456',
      `the codebook of ${model} has ${layers.length} layers (${names})`,
      'choose one with --layer.',
    );
  }
  const layer = layers.find((l) => l.name === wanted) ?? layers[wanted === undefined ? 0 : numberOf(wanted)];
  if (layer) return layer;
  throw new PrunusError('PR0456', `the codebook of ${model} has no layer '${wanted}'; there are ${names}`);
}

const numberOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) : -1);

/** Throws PR0457 for a layer with other heads or another dimension than the tensors. */
export function checkCodebookTensors(
  layer: CodebookLayer,
  tensors: { readonly heads: number; readonly dim: number },
): void {
  const { name, heads, dim } = layer;
  if (heads.length === tensors.heads && dim === tensors.dim) return;
  const has = `the codebook of ${name} has ${heads.length} heads of dimension ${dim}`;
  const fix = 'use the codebook of this layer of this model.';
  throw new PrunusError('PR0457', `${has}, the tensors ${tensors.heads} of ${tensors.dim}`, fix);
}

/** Throws PR0458 for a layer with other sizes than a design. */
export function checkCodebookDesign(
  layer: CodebookLayer,
  p: Pick<RelevanceShape, 'dim' | 'subspaces' | 'centroids'>,
): void {
  const of = (x: typeof p): string =>
    `${x.subspaces} subspaces of ${x.centroids} centroids of ${subspaceDim(x)} elements`;
  if (of(layer) === of(p)) return;
  const fix = `set subspaces to ${layer.subspaces} and centroids to ${layer.centroids}, or train a codebook for this design.`;
  throw new PrunusError('PR0458', `the codebook of ${layer.name} has ${of(layer)}, the design takes ${of(p)}`, fix);
}
