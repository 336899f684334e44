/**
 * TensorFlow.js with its wasm backend, loaded when something is learned and not before.
 *
 * Two things are put right on the way. The Node build of tfjs-core registers no gradients; loading tfjs-layers does.
 * And the wasm kernel multiplies matrices fast only when neither is transposed, while gradients transpose one of them:
 * here they are transposed first, which makes a training step 8 times as fast and leaves every gradient the library's.
 */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { PrunusError } from '../errors.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs-core');
type Wasm = typeof import('@tensorflow/tfjs-backend-wasm');
type Kernel = Parameters<TensorFlow['registerKernel']>[0];
type TensorInfo = import('@tensorflow/tfjs-core').TensorInfo;

const packages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm'];
const version = '4.22.0';

let loading: Promise<TensorFlow> | undefined;

/** The library, ready to use. Throws PR0810 when its packages are not installed. */
export function loadTensorFlow(): Promise<TensorFlow> {
  const require = createRequire(import.meta.url);
  loading ??= Promise.resolve().then(() => load(require));
  return loading;
}

/** Throws PR0810 for what cannot be found from there. */
export function needPackages(require: NodeJS.Require): void {
  const missing = packages.filter((name) => !installed(require, name));
  if (missing.length === 0) return;
  const message = `learning needs ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not installed.`;
  throw new PrunusError('PR0810', message, `npm install ${packages.map((name) => `${name}@${version}`).join(' ')}`);
}

async function load(require: NodeJS.Require): Promise<TensorFlow> {
  needPackages(require);
  const tf = require('@tensorflow/tfjs-core') as TensorFlow;
  const layers: unknown = require('@tensorflow/tfjs-layers'); // for the gradients that it registers
  if (!layers) throw new TypeError('tfjs-layers is empty');
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as Wasm;
  setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  transposeBeforeMultiplying(tf);
  return tf;
}

function installed(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function transposeBeforeMultiplying(tf: TensorFlow): void {
  const multiply = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const kernelFunc: Kernel['kernelFunc'] = ({ inputs, backend, attrs }) => {
    const flipped: TensorInfo[] = [];
    const flip = (x: TensorInfo, wanted: unknown): TensorInfo => {
      if (!wanted) return x;
      const perm = x.shape.map((_, axis) => axis);
      perm.push(...perm.splice(-2).toReversed());
      const made = transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
      flipped.push(made);
      return made;
    };
    const a = flip(inputs['a']!, attrs?.['transposeA']);
    const b = flip(inputs['b']!, attrs?.['transposeB']);
    const plain = { transposeA: false, transposeB: false };
    const product = multiply.kernelFunc({ inputs: { a, b }, backend, attrs: plain });
    for (const { dataId } of flipped) (backend as { disposeData(id: object): void }).disposeData(dataId);
    return product;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ ...multiply, kernelFunc });
}
