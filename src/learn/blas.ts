/** A BLAS library of the machine, called for products of matrices. */
import { createRequire } from 'node:module';
import { PrunusError } from '../errors.ts';

/** C = A B, all row-major in float32: C `[m, n]`; A `[m, k]`, or `[k, m]` and to be transposed; B `[k, n]`, or `[n, k]`. */
export type Sgemm = (
  shape: {
    readonly m: number;
    readonly n: number;
    readonly k: number;
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  },
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
) => void;

const koffiVersion = '3.3.4';

/** Of the CBLAS interface, www.netlib.org/blas. */
const signature =
  'void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, void *a, int lda, void *b, int ldb, float beta, void *c, int ldc)';
const rowMajor = 101;
const asItIs = 111;
const transposed = 112;

/**
 * `library`: a file name as the machine's loader finds it (`libopenblas.so.0`), or a path. Throws PR0810 without the package `koffi`,
 * PR0815 when there is no such library or it has no `cblas_sgemm`.
 */
export function loadBlas(library: string): Sgemm {
  const call = cblasSgemm(library);
  return ({ m, n, k, transposeA, transposeB }, a, b, c) => {
    const ways = [transposeA ? transposed : asItIs, transposeB ? transposed : asItIs];
    call(rowMajor, ...ways, m, n, k, 1, a, transposeA ? m : k, b, transposeB ? k : n, 0, c, n);
  };
}

function cblasSgemm(library: string): (...given: readonly unknown[]) => void {
  const koffi = loadKoffi();
  try {
    return koffi.load(library).func(signature);
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0];
    const fix =
      'give one that has cblas_sgemm, such as libopenblas.so.0 (Debian: apt-get install libopenblas0-serial).';
    throw new PrunusError('PR0815', `--blas: '${library}' cannot be used: ${why}.`, fix);
  }
}

function loadKoffi(): typeof import('koffi') {
  try {
    return createRequire(import.meta.url)('koffi') as typeof import('koffi');
  } catch {
    const message = '--blas: a library is called through koffi, which is not installed.';
    throw new PrunusError('PR0810', message, `npm install koffi@${koffiVersion}`);
  }
}
