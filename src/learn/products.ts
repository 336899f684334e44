/**
 * How TensorFlow.js multiplies matrices: the wasm backend's own kernel, or a BLAS library of the machine. Gradients are the library's either way.
 */
import { isDeepStrictEqual } from 'node:util';
import { loadBlas, type Sgemm } from './blas.ts';

type TensorFlow = typeof import('@tensorflow/tfjs-core');
type Kernel = Parameters<TensorFlow['registerKernel']>[0];
type Run = Kernel['kernelFunc'];
type TensorInfo = import('@tensorflow/tfjs-core').TensorInfo;

export interface Products {
  useWasm(): void;
  /** Throws PR0810 without the package that calls libraries, PR0815 for one that cannot multiply. */
  useBlas(library: string): void;
}

/** What of the wasm backend is needed: its tensors lie in one memory. */
interface Heap {
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(x: TensorInfo): Float32Array;
  disposeData(id: object): void;
}

/** To be asked for once: what is registered then is what `useWasm` goes back to. */
export function productsOf(tf: TensorFlow): Products {
  const kernel = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const use = (kernelFunc: Run) => {
    tf.unregisterKernel('BatchMatMul', 'wasm');
    tf.registerKernel({ ...kernel, kernelFunc });
  };
  return {
    useWasm: () => use(transposingFirst(kernel.kernelFunc, transpose.kernelFunc)),
    useBlas: (library) => use(by(loadBlas(library), kernel.kernelFunc)),
  };
}

/**
 * The wasm kernel is fast only when neither matrix is transposed, while gradients transpose one of them: transposing first makes a
 * training step 8 times as fast.
 */
function transposingFirst(multiply: Run, transpose: Run): Run {
  return ({ inputs, backend, attrs }) => {
    const flipped: TensorInfo[] = [];
    const flip = (x: TensorInfo, wanted: unknown): TensorInfo => {
      if (!wanted) return x;
      const perm = x.shape.map((_, axis) => axis);
      perm.push(...perm.splice(-2).toReversed());
      const made = transpose({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
      flipped.push(made);
      return made;
    };
    const a = flip(inputs['a']!, attrs?.['transposeA']);
    const b = flip(inputs['b']!, attrs?.['transposeB']);
    const product = multiply({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    for (const { dataId } of flipped) (backend as Heap).disposeData(dataId);
    return product;
  };
}

/** `rare` multiplies what `sgemm` is not given: operands of unlike leading dimensions, and empty ones. */
function by(sgemm: Sgemm, rare: Run): Run {
  return (given) => {
    const a = given.inputs['a']!;
    const b = given.inputs['b']!;
    const outer = a.shape.slice(0, -2);
    const alike = isDeepStrictEqual(outer, b.shape.slice(0, -2));
    if (!alike || a.shape.includes(0) || b.shape.includes(0)) return rare(given);
    const transposeA = given.attrs?.['transposeA'] === true;
    const transposeB = given.attrs?.['transposeB'] === true;
    const m = a.shape.at(transposeA ? -1 : -2)!;
    const k = a.shape.at(transposeA ? -2 : -1)!;
    const n = b.shape.at(transposeB ? -2 : -1)!;
    const heap = given.backend as Heap;
    const c = heap.makeOutput([...outer, m, n], 'float32');
    // Making the output may have moved the memory, so that arrays are taken after it.
    const matrices = (x: TensorInfo, size: number) => {
      const all = heap.typedArrayFromHeap(x);
      return (at: number) => all.subarray(at * size, (at + 1) * size);
    };
    const [from, factor, to] = [matrices(a, m * k), matrices(b, k * n), matrices(c, m * n)];
    const count = outer.reduce((x, y) => x * y, 1);
    for (let at = 0; at < count; at++) {
      sgemm({ m, n, k, transposeA, transposeB }, from(at), factor(at), to(at));
    }
    return c;
  };
}
