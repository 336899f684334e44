/**
 * The forward pass of Universal Sentence Encoder Lite, read off its graph: 2 x embedding + timing
 * signal, two pre-layer-norm transformer layers (4 heads of 64, then 4 of 128), mean over the tokens,
 * a dense layer with tanh, L2 normalisation. Matrices are row-major; sums are float64.
 */
import type { Weight } from './package.ts';

export const maxTokens = 128;
export const heads = 4;
export const normEpsilon = 1e-6;

/** Q (not yet scaled by 1/sqrt(dim)), K and V of one layer, each `[4, tokens, dim]`. */
export interface LayerTensors {
  readonly dim: number;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

export interface ForwardPass {
  readonly tokens: number;
  readonly layers: readonly LayerTensors[];
  /** 512 numbers of length 1. */
  readonly embedding: Float64Array;
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

type Weights = ReadonlyMap<string, Weight>;

/** Runs the model on piece ids; like the model, uses the first 128 only. */
export function runUseLite(weights: Weights, ids: readonly number[]): ForwardPass {
  const used = ids.slice(0, maxTokens);
  const layers: LayerTensors[] = [];
  let x = inputs(weights, used);
  for (let layer = 0; layer < 2; layer++) {
    const name = `Layer_${layer}/TransformerLayer`;
    const tensors = projections(weights, name, x);
    layers.push(tensors);
    const attended = linear(weights, `${name}/MultiheadAttention/output_transform_single`, attention(tensors, x.rows));
    // Layer 0 is narrower than what follows: its residual goes through a dense layer.
    const residual = layer === 0 ? linear(weights, `${name}/dense`, x) : x;
    const sum = add(attended, residual);
    x = add(feedForward(weights, layer, norm(weights, `${name}/FFN/layer_prepostprocess`, sum)), sum);
  }
  return { tokens: used.length, layers, embedding: sentence(weights, x) };
}

/** A weight by the end of its graph name, which must be unique. */
export function find(weights: Weights, ...endings: readonly string[]): Weight {
  const names = [...weights.keys()].filter((name) => endings.some((ending) => name.endsWith(`/${ending}`)));
  if (names.length !== 1) throw new Error(`${names.length} weights end in ${endings.join(' or ')}`);
  return weights.get(names[0]) as Weight;
}

function inputs(weights: Weights, ids: readonly number[]): Matrix {
  const { shape, data } = find(weights, 'Embeddings_en');
  const columns = shape[1];
  const frequencies = find(weights, 'TimingSignal/ExpandDims_1').data;
  const half = frequencies.length;
  const out = new Float64Array(ids.length * columns);
  ids.forEach((id, position) => {
    for (let c = 0; c < columns; c++) {
      const angle = position * frequencies[c % half];
      const timing = c < half ? Math.sin(angle) : Math.cos(angle);
      out[position * columns + c] = 2 * data[id * columns + c] + timing;
    }
  });
  return { rows: ids.length, columns, data: out };
}

function projections(weights: Weights, name: string, x: Matrix): LayerTensors {
  const normed = norm(weights, `${name}/layer_prepostprocess`, x);
  const qkv = linear(weights, `${name}/MultiheadAttention/qkv_transform_single`, normed);
  const dim = qkv.columns / 3 / heads;
  const part = (which: number) => {
    const out = new Float32Array(heads * x.rows * dim);
    for (let n = 0; n < out.length; n++) {
      const head = Math.floor(n / (x.rows * dim));
      const token = Math.floor(n / dim) % x.rows;
      out[n] = qkv.data[token * qkv.columns + which * heads * dim + head * dim + (n % dim)];
    }
    return out;
  };
  return { dim, q: part(0), k: part(1), v: part(2) };
}

/** softmax(q k^T / sqrt(dim)) v of every head, heads side by side: `[tokens, 4 * dim]`. */
function attention({ dim, q, k, v }: LayerTensors, rows: number): Matrix {
  const columns = heads * dim;
  const data = new Float64Array(rows * columns);
  for (let head = 0; head < heads; head++) {
    const base = head * rows * dim;
    for (let i = 0; i < rows; i++) {
      const scores = Float64Array.from({ length: rows }, (_, j) => {
        let dot = 0;
        for (let c = 0; c < dim; c++) dot += q[base + i * dim + c] * k[base + j * dim + c];
        return dot / Math.sqrt(dim);
      });
      const max = scores.reduce((a, b) => Math.max(a, b));
      const weight = scores.map((s) => Math.exp(s - max));
      const sum = weight.reduce((a, b) => a + b);
      for (let j = 0; j < rows; j++) {
        for (let c = 0; c < dim; c++) {
          data[i * columns + head * dim + c] += (weight[j] / sum) * v[base + j * dim + c];
        }
      }
    }
  }
  return { rows, columns, data };
}

function feedForward(weights: Weights, layer: number, x: Matrix): Matrix {
  const name = `Layer_${layer}/TransformerLayer/FFN`;
  const hidden = linear(weights, `${name}/conv1`, x);
  const active = { ...hidden, data: hidden.data.map((value) => Math.max(0, value)) };
  return linear(weights, `${name}/conv2`, active);
}

/** Mean over the tokens, dense, tanh, length 1. */
function sentence(weights: Weights, x: Matrix): Float64Array {
  const mean = new Float64Array(x.columns);
  for (let n = 0; n < x.data.length; n++) mean[n % x.columns] += x.data[n] / x.rows;
  const dense = product(
    { rows: 1, columns: x.columns, data: mean },
    find(weights, 'tanh_layer_0/weights'),
    find(weights, 'tanh_layer_0/bias'),
  );
  const out = dense.data.map(Math.tanh);
  const length = Math.sqrt(out.reduce((sum, value) => sum + value * value, 0));
  return out.map((value) => value / length);
}

function linear(weights: Weights, name: string, x: Matrix): Matrix {
  const { kernel, bias } = findLinear(weights, name);
  return product(x, kernel, bias);
}

/** A layer's matrix and bias; the graph files them under three spellings. */
export function findLinear(weights: Weights, name: string): { kernel: Weight; bias: Weight } {
  const spellings = ['kernel/part_0', 'kernel/ConcatPartitions/concat', 'Tensordot/Reshape_1'];
  return {
    kernel: find(weights, ...spellings.map((spelling) => `${name}/${spelling}`)),
    bias: find(weights, `${name}/bias/ConcatPartitions/concat`),
  };
}

function product(x: Matrix, kernel: Weight, bias: Weight): Matrix {
  const [rows, columns] = kernel.shape.slice(-2);
  if (rows !== x.columns || columns !== bias.data.length) throw new Error(`a ${rows} x ${columns} matrix does not fit`);
  const data = new Float64Array(x.rows * columns);
  for (let i = 0; i < x.rows; i++) {
    const out = data.subarray(i * columns, (i + 1) * columns);
    out.set(bias.data);
    for (let r = 0; r < rows; r++) {
      const factor = x.data[i * rows + r];
      for (let c = 0; c < columns; c++) out[c] += factor * kernel.data[r * columns + c];
    }
  }
  return { rows: x.rows, columns, data };
}

function norm(weights: Weights, name: string, x: Matrix): Matrix {
  const scale = find(weights, `${name}/layer_norm/layer_norm_scale/ConcatPartitions/concat`).data;
  const bias = find(weights, `${name}/layer_norm/layer_norm_bias/ConcatPartitions/concat`).data;
  const { rows, columns } = x;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = x.data.subarray(i * columns, (i + 1) * columns);
    const mean = row.reduce((a, b) => a + b) / columns;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
    const factor = 1 / Math.sqrt(variance + normEpsilon);
    for (let c = 0; c < columns; c++) data[i * columns + c] = (row[c] - mean) * factor * scale[c] + bias[c];
  }
  return { rows, columns, data };
}

function add(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: a.data.map((value, n) => value + b.data[n]) };
}
