/**
 * TensorFlow.js with its wasm backend, loaded when something is learned and not before. The Node build of tfjs-core registers no
 * gradients; loading tfjs-layers does. Matrices are multiplied as `products.ts` says.
 */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { PrunusError } from '../errors.ts';
import { type Products, productsOf } from './products.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs-core');
type Wasm = typeof import('@tensorflow/tfjs-backend-wasm');

const packages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm'];
const version = '4.22.0';

let loading: Promise<{ readonly tf: TensorFlow; readonly products: Products }> | undefined;

/**
 * The library, ready to use; matrices are multiplied with `blas`, a library of the machine, until it is asked for without or with another
 * one. Throws PR0810 when packages are not installed, PR0815 for a library that cannot multiply.
 */
export async function loadTensorFlow(blas?: string): Promise<TensorFlow> {
  const require = createRequire(import.meta.url);
  loading ??= load(require).then((tf) => ({ tf, products: productsOf(tf) }));
  const { tf, products } = await loading;
  if (blas === undefined) products.useWasm();
  else products.useBlas(blas);
  return tf;
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
