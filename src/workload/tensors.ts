/**
 * Q, K and V from `.npy` files, checked together: shapes `[tokens, dim]` or `[heads, tokens, dim]`,
 * all three floats or all three integers (already quantised), K and V with Q's number of heads or a
 * divisor of it (grouped heads: key head = floor(head * keyHeads / heads), so neighbours share one).
 */
import { PrunusError, type Problem, ProblemsError } from '../errors.ts';
import { indexText, type NpyArray, readNpy, shapeText } from './npy.ts';

export interface AttentionPaths {
  readonly q: string;
  readonly k: string;
  readonly v: string;
}

/** One head: row-major `[tokens, dim]` views, not copies. */
export type HeadTensors =
  | { readonly kind: 'float'; readonly q: Float32Array; readonly k: Float32Array; readonly v: Float32Array }
  | { readonly kind: 'quantised'; readonly q: Int8Array; readonly k: Int8Array; readonly v: Int8Array };

export interface AttentionTensors {
  readonly kind: HeadTensors['kind'];
  readonly heads: number;
  /** Heads of K and V; divides `heads`. */
  readonly keyHeads: number;
  readonly tokens: number;
  /** Equal to `tokens`: the accelerators do self-attention. */
  readonly keyTokens: number;
  readonly dim: number;
  /** Q's shape as it was in the file, which is also the output's. */
  readonly shape: readonly number[];
  /** The tensors of query head `index`, 0 to `heads - 1`. */
  head(index: number): HeadTensors;
}

/**
 * Reads and checks the three tensors. Throws a ProblemsError with every problem found: the codes of
 * `readNpy`, PR0420 rank, PR0421 dtype, PR0422 tokens or dimension differ, PR0423 numbers of heads,
 * PR0424 an int16 outside -128..127.
 */
export function loadAttention(paths: AttentionPaths): AttentionTensors {
  const problems: Problem[] = [];
  const read = (name: keyof AttentionPaths) => readOne(name, paths[name], problems);
  const q = read('q');
  const k = read('k');
  const v = read('v');
  if (q && k) compare(['q', q], ['k', k], problems);
  if (q && v) compare(['q', q], ['v', v], problems);
  if (k && v && k.heads !== v.heads) {
    add(problems, 'PR0423', 'v', `has ${count(v.heads, 'head')}, k has ${k.heads}; they share one number of heads`);
  }
  if (!q || !k || !v || problems.length > 0) throw new ProblemsError(problems);
  return assemble(q, k, v);
}

interface Tensor {
  readonly heads: number;
  readonly tokens: number;
  readonly dim: number;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array;
}

function add(problems: Problem[], code: string, path: string, message: string, fix?: string): void {
  problems.push({ code, path, message, fix });
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function readOne(name: string, path: string, problems: Problem[]): Tensor | undefined {
  let array: NpyArray;
  try {
    array = readNpy(path);
  } catch (cause) {
    if (!(cause instanceof PrunusError)) throw cause;
    add(problems, cause.code, name, cause.message, cause.fix);
    return undefined;
  }
  const { shape } = array;
  const before = problems.length;
  if (shape.length !== 2 && shape.length !== 3) {
    const message = `${path}: shape ${shapeText(shape)} has rank ${shape.length}; [tokens, dim] or [heads, tokens, dim] is needed`;
    add(problems, 'PR0420', name, message);
  }
  const data = asOperand(name, path, array, problems);
  if (problems.length > before || data === undefined) return undefined;
  const [heads, tokens, dim] = shape.length === 3 ? shape : [1, ...shape];
  return { heads, tokens, dim, shape, data };
}

/** float32 as it is; int8 and int16 as int8. */
function asOperand(
  name: string,
  path: string,
  array: NpyArray,
  problems: Problem[],
): Float32Array | Int8Array | undefined {
  if (array.dtype === 'float32' || array.dtype === 'int8') return array.data;
  if (array.dtype === 'int32') {
    const message = `${path}: dtype int32 is not a tensor's; float32, int8 and int16 are`;
    add(problems, 'PR0421', name, message, 'Convert it with x.astype(np.int8) if every value is in -128..127.');
    return undefined;
  }
  const { data } = array;
  const wide = data.findIndex((x) => x < -128 || x > 127);
  if (wide < 0) return Int8Array.from(data);
  const where = indexText(wide, array.shape);
  const message = `${path}: element ${where} is ${data[wide]}; quantised tensors hold -128..127`;
  add(problems, 'PR0424', name, message, 'Give float32 tensors to have them quantised.');
  return undefined;
}

function compare([first, q]: [string, Tensor], [second, x]: [string, Tensor], problems: Problem[]): void {
  const given = `shape ${shapeText(x.shape)} against ${first}'s ${shapeText(q.shape)}`;
  if (kindOf(x) !== kindOf(q)) {
    const message = `holds ${describe(x)}, ${first} ${describe(q)}`;
    add(problems, 'PR0421', second, message, 'Give all three as float32, or all three as int8 or int16.');
  }
  if (x.tokens !== q.tokens) {
    add(problems, 'PR0422', second, `${given}: ${count(x.tokens, 'token')} where ${q.tokens} are needed`);
  }
  if (x.dim !== q.dim) {
    add(problems, 'PR0422', second, `${given}: head dimension ${x.dim} where ${q.dim} is needed`);
  }
  if (q.heads % x.heads !== 0) {
    add(problems, 'PR0423', second, `${given}: ${count(x.heads, 'head')} do not divide ${q.heads}`);
  }
}

function kindOf(tensor: Tensor): HeadTensors['kind'] {
  return tensor.data instanceof Float32Array ? 'float' : 'quantised';
}

function describe(tensor: Tensor): string {
  return kindOf(tensor) === 'float' ? 'floats' : 'integers';
}

function assemble(q: Tensor, k: Tensor, v: Tensor): AttentionTensors {
  const { heads, tokens, dim, shape } = q;
  const size = tokens * dim;
  return {
    kind: kindOf(q),
    heads,
    keyHeads: k.heads,
    tokens,
    keyTokens: tokens,
    dim,
    shape,
    head(index) {
      if (!Number.isInteger(index) || index < 0 || index >= heads) {
        throw new RangeError(`head ${index} of ${heads}`);
      }
      const keyHead = Math.floor((index * k.heads) / heads);
      const part = (tensor: Tensor, n: number) => tensor.data.subarray(n * size, (n + 1) * size);
      return { kind: kindOf(q), q: part(q, index), k: part(k, keyHead), v: part(v, keyHead) } as HeadTensors;
    },
  };
}
