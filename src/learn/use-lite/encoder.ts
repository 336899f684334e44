/** Universal Sentence Encoder Lite as an encoder to learn on. */
import type { Encoder, Weight } from '../encoder.ts';
import { find, findLinear, heads } from './forward.ts';

const layers = [
  { name: 'layer0', dim: 64, projected: true },
  { name: 'layer1', dim: 128, projected: false },
];

export function useLiteEncoder(given: ReadonlyMap<string, Weight>): Encoder {
  const weights = new Map<string, Weight>();
  const dense = (name: string, { kernel, bias }: { kernel: Weight; bias: Weight }) => {
    weights.set(`${name}.kernel`, { shape: kernel.shape.slice(-2), data: kernel.data });
    weights.set(`${name}.bias`, bias);
  };
  const norm = (name: string, of: string) => {
    const part = (which: string) => find(given, `${of}/layer_norm/layer_norm_${which}/ConcatPartitions/concat`);
    weights.set(`${name}.scale`, part('scale'));
    weights.set(`${name}.bias`, part('bias'));
  };
  const frequencies = find(given, 'TimingSignal/ExpandDims_1').data;
  weights.set('embeddings', find(given, 'Embeddings_en'));
  weights.set('frequencies', { shape: [frequencies.length], data: frequencies });
  layers.forEach(({ name, projected }, n) => {
    const of = `Layer_${n}/TransformerLayer`;
    norm(`${name}.norm`, `${of}/layer_prepostprocess`);
    const { kernel, bias } = findLinear(given, `${of}/MultiheadAttention/qkv_transform_single`);
    ['query', 'key', 'value'].forEach((part, i) =>
      dense(`${name}.${part}`, { kernel: columns(kernel, i, 3), bias: columns(bias, i, 3) }),
    );
    dense(`${name}.output`, findLinear(given, `${of}/MultiheadAttention/output_transform_single`));
    if (projected) dense(`${name}.residual`, findLinear(given, `${of}/dense`));
    norm(`${name}.feed.norm`, `${of}/FFN/layer_prepostprocess`);
    dense(`${name}.expand`, findLinear(given, `${of}/FFN/conv1`));
    dense(`${name}.contract`, findLinear(given, `${of}/FFN/conv2`));
  });
  dense('sentence', { kernel: find(given, 'tanh_layer_0/weights'), bias: find(given, 'tanh_layer_0/bias') });
  return { name: 'use-lite', heads, layers, weights };
}

/** The nth of `parts` equal blocks of columns. */
function columns({ shape, data }: Weight, n: number, parts: number): Weight {
  const all = shape.at(-1)!;
  const width = all / parts;
  const rows = data.length / all;
  const out = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    out.set(data.subarray(i * all + n * width, i * all + (n + 1) * width), i * width);
  }
  return { shape: [...shape.slice(-2, -1), width], data: out };
}
