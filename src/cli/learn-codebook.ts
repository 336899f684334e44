/** `prunus learn --codebook` */
import { z } from 'zod';
import { ProblemsError } from '../errors.ts';
import { writeCodebookFile } from '../workload/codebook-file.ts';
import { trainCodebooks } from '../workload/codebook-training.ts';
import { loadAttention } from '../workload/tensors.ts';
import type { Action } from './action.ts';
import { codebookDefaults } from './codebook.ts';
import { checkOptions, common, wholeNumber, word } from './options.ts';
import { counted } from './table.ts';

const files = z.array(z.string().min(1)).min(1, 'a file for each layer is needed');
const schema = z.object({
  ...common,
  codebook: z.string().min(1),
  q: files,
  k: files,
  subspaces: wholeNumber(1, 64).optional(),
  centroids: wholeNumber(2, 256).optional(),
  mixing: word(['balanced', 'none']).optional(),
  model: z.string().min(1),
  validLength: wholeNumber(1, 16383).optional(),
  seed: wholeNumber(0, 2 ** 32 - 1),
});

export const learnCodebook: Action = async (raw) => {
  const options = checkOptions(schema, raw);
  const { codebook, q, k, subspaces, centroids, mixing, model, validLength, seed } = options;
  if (q.length !== k.length) {
    const message = `${k.length} files for ${q.length} of --q; each layer has one of both.`;
    throw new ProblemsError([{ code: 'PR0706', path: '--k', message }]);
  }
  // Values have no part in it; the keys stand in for them.
  const layers = q.map((path, n) => ({
    name: `layer${n}`,
    tensors: loadAttention({ q: path, k: k[n]!, v: k[n]! }),
    validLength,
  }));
  const chosen = { ...(subspaces && { subspaces }), ...(centroids && { centroids }), ...(mixing && { mixing }) };
  const trained = layers.map((layer) =>
    trainCodebooks([layer], { ...codebookDefaults(layer.tensors.dim), ...chosen, model, seed }),
  );
  const file = {
    ...trained[0]!,
    about: { layers: trained.map((f) => f.about) },
    layers: trained.flatMap((f) => f.layers),
  };
  writeCodebookFile(codebook, file);
  const heads = file.layers.map((l) => ({
    name: l.name,
    heads: l.heads.length,
    dim: l.dim,
    subspaces: l.subspaces,
    centroids: l.centroids,
  }));
  if (options.json) process.stdout.write(`${JSON.stringify({ out: codebook, model, layers: heads })}\n`);
  else {
    const lines = heads.map(
      (l) =>
        `  ${l.name}: ${counted(l.heads, 'head')} of ${l.dim}, ${counted(l.subspaces, 'subspace')} of ${l.centroids} centroids\n`,
    );
    process.stdout.write(`${codebook}\n${lines.join('')}`);
  }
  return 0;
};
