/**
 * Mixing the channels of a head before it is quantised, so that a product quantiser predicts better. Keys become k T and
 * queries q T^-T: no q.k changes, so neither does attention, but for what quantisation adds. Where Q and K come straight
 * from linear projections, T goes into their weights off line and costs nothing; with rotary positions between, it does
 * not commute with them and costs dim^2 products a token.
 *
 * T is the product of
 *
 * - E[q q^T]^power, which at a power of 1/2 makes an error of a key count by what it does to q.k, whatever its direction. A lower
 *   power leaves more of what differs between channels with Q, whose elements then use their few bits better;
 * - the principal axes of the keys after that, dealt to the subspaces so that these hold products of variances as equal as can be:
 *   the allocation of OPQ (Ge, He, Ke, Sun, "Optimized product quantization", 2013), so that no subspace needs more centroids than others;
 * - a random rotation in each subspace, since word lines and cells of few bits are used better by elements of like size;
 * - a scale a subspace, which makes the largest element of each alike. The nearest centroid does not depend on it.
 */
import { EigenvalueDecomposition, inverse, Matrix, QrDecomposition } from 'ml-matrix';
import { gaussian, random } from '../numerics/random.ts';
import { PrunusError } from '../errors.ts';
import type { CodebookLayer } from './codebook-file.ts';
import { defaultScheme, type QuantisationScheme } from './quantise.ts';
import type { AttentionTensors } from './tensors.ts';

/** Of the mean variance of queries, added to each: directions that training hardly saw are not taken for irrelevant. */
const ridge = 0.01;

/** Variances below this share of the largest count as this. */
const leastVariance = 1e-6;

/** What is random here, apart from all else: ASCII of PQMX. */
const tag = 0x50514d58;

export interface MixOptions {
  readonly subspaces: number;
  /** 0 to 1/2. */
  readonly power: number;
  readonly seed: number;
}

/** T of queries and keys `[rows, dim]`. */
export function balancedMix(q: Matrix, k: Matrix, { subspaces, power, seed }: MixOptions): Matrix {
  const dim = k.columns;
  const size = dim / subspaces;
  const weighting = spectrum(secondMoment(q), (variance, mean) => (variance + ridge * mean) ** power);
  const centred = k.clone().subRowVector(k.mean('column'));
  const weighted = centred.mmul(weighting);
  const axes = new EigenvalueDecomposition(secondMoment(weighted), { assumeSymmetric: true });
  const dealt = deal(axes.realEigenvalues, subspaces);
  const mix = new Matrix(dim, dim);
  for (let m = 0; m < subspaces; m++) {
    const columns = axes.eigenvectorMatrix.subMatrixColumn(dealt[m]!);
    const turned = weighting.mmul(columns).mmul(randomRotation(size, seed, m));
    const largest = centred.mmul(turned).abs().max();
    mix.setSubMatrix(largest > 0 ? turned.div(largest) : turned, 0, m * size);
  }
  return mix;
}

const secondMoment = (x: Matrix): Matrix => x.transpose().mmul(x).div(x.rows);

/** A symmetric matrix with its eigenvalues changed; `change` gets their mean besides. */
function spectrum(x: Matrix, change: (value: number, mean: number) => number): Matrix {
  const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(x, { assumeSymmetric: true });
  const mean = x.trace() / x.rows || 1;
  return v.mmul(Matrix.diag(realEigenvalues.map((value) => change(Math.max(0, value), mean)))).mmul(v.transpose());
}

/** Which axes each subspace gets: the largest first, to the subspace with the smallest product so far. */
function deal(variances: readonly number[], subspaces: number): number[][] {
  const largest = Math.max(...variances);
  const size = variances.length / subspaces;
  const dealt = Array.from({ length: subspaces }, () => ({ axes: [] as number[], sum: 0 }));
  // In logarithms over the least variance, and something for each axis.
  const worth = (axis: number): number =>
    largest > 0 ? Math.log(2 * Math.max(1, variances[axis]! / largest / leastVariance)) : 1;
  for (const axis of variances.map((_, n) => n).toSorted((a, b) => variances[b]! - variances[a]!)) {
    const open = dealt.filter(({ axes }) => axes.length < size);
    const next = open.reduce((least, other) => (other.sum < least.sum ? other : least));
    next.axes.push(axis);
    next.sum += worth(axis);
  }
  return dealt.map(({ axes }) => axes);
}

function randomRotation(size: number, seed: number, m: number): Matrix {
  const values = Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_column, c) => gaussian(random(seed, tag, m, r * size + c))),
  );
  return new QrDecomposition(values).orthogonalMatrix;
}

/** How heads are quantised that a layer's codebook is for: mixed keys have one scale, as another a channel would change distances. */
export const codebookScheme = ({ heads }: Pick<CodebookLayer, 'heads'>): QuantisationScheme =>
  heads.some(({ mix }) => mix) ? { ...defaultScheme, key: 'head' } : defaultScheme;

/** The tensors as a layer's codebook takes them. Every query head then has keys of its own. Throws PR0459 for integers to be mixed. */
export function mixedTensors(
  tensors: AttentionTensors,
  { name, heads }: Pick<CodebookLayer, 'name' | 'heads'>,
): AttentionTensors {
  if (heads.every(({ mix }) => !mix)) return tensors;
  if (tensors.kind !== 'float') {
    const fix = 'give float32 tensors, or train the codebook without mixing.';
    throw new PrunusError('PR0459', `the codebook of ${name} mixes channels, and the tensors are integers`, fix);
  }
  return {
    ...tensors,
    keyHeads: tensors.heads,
    head(index) {
      const head = tensors.head(index);
      const { mix } = heads[index]!;
      if (!mix || head.kind !== 'float') return head;
      const keyMix = Matrix.from1DArray(tensors.dim, tensors.dim, mix);
      return { ...head, k: mixRows(head.k, keyMix), q: mixRows(head.q, inverse(keyMix).transpose()) };
    },
  };
}

const mixRows = (x: Float32Array, mix: Matrix): Float32Array =>
  Float32Array.from(
    Matrix.from1DArray(x.length / mix.rows, mix.rows, Array.from(x))
      .mmul(mix)
      .to1DArray(),
  );
