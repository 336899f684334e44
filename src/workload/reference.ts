/**
 * Attention in floating point, for one head: what every accelerator output is held against. Sums are
 * float64 over the inputs as given, straight loops, maximum subtracted before the exponential.
 */

export interface AttentionInputs {
  /** Row-major `[tokens, dim]`, any numeric array. */
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly tokens: number;
  readonly dim: number;
  /** Tokens before padding, 1 to `tokens`; rows from here on are zero in the output. Default `tokens`. */
  readonly validLength?: number | undefined;
  /** Whether query i sees keys 0 to i only. Default false. */
  readonly causal?: boolean | undefined;
  /** What a score is multiplied by: one number, or one a query. Default 1/sqrt(dim). */
  readonly scoreScale?: number | ArrayLike<number> | undefined;
}

/** Whether a mask lets query i see key j: both inside the valid length, and j <= i when causal. */
export function isValidPair(i: number, j: number, validLength: number, causal: boolean): boolean {
  return i < validLength && j < validLength && (!causal || j <= i);
}

/** softmax(q k^T / sqrt(dim)) v over the keys that the length and the causal mask leave, `[tokens, dim]`. */
export function denseAttention(inputs: AttentionInputs): Float64Array {
  return attention(inputs, () => true);
}

/**
 * The same over a kept set. `kept` is row-major `[tokens, tokens]`, nonzero where query i keeps key j;
 * the length and the causal mask still apply. A query that keeps nothing has a zero row.
 */
export function keptAttention(inputs: AttentionInputs, kept: ArrayLike<number>): Float64Array {
  const { tokens } = inputs;
  if (kept.length !== tokens * tokens) {
    throw new RangeError(`the kept mask has ${kept.length} entries, not ${tokens} x ${tokens}`);
  }
  return attention(inputs, (i, j) => kept[i * tokens + j] !== 0);
}

function attention(inputs: AttentionInputs, keep: (i: number, j: number) => boolean): Float64Array {
  const { q, k, v, tokens, dim, scoreScale } = inputs;
  const validLength = inputs.validLength ?? tokens;
  const causal = inputs.causal ?? false;
  const output = new Float64Array(tokens * dim);
  const scores = new Float64Array(tokens);
  const columns = new Int32Array(tokens);
  for (let i = 0; i < validLength; i++) {
    const scale = scaleOf(scoreScale, i, dim);
    const last = causal ? i + 1 : validLength;
    let used = 0;
    let max = -Infinity;
    for (let j = 0; j < last; j++) {
      if (!keep(i, j)) continue;
      let dot = 0;
      for (let c = 0; c < dim; c++) dot += q[i * dim + c] * k[j * dim + c];
      scores[used] = dot * scale;
      columns[used] = j;
      max = Math.max(max, scores[used++]);
    }
    if (used > 0) accumulate(output, i * dim, { scores, columns, used, max, v, dim });
  }
  return output;
}

function scaleOf(scale: AttentionInputs['scoreScale'], i: number, dim: number): number {
  if (scale === undefined) return 1 / Math.sqrt(dim);
  return typeof scale === 'number' ? scale : scale[i];
}

interface Row {
  readonly scores: Float64Array;
  readonly columns: Int32Array;
  readonly used: number;
  readonly max: number;
  readonly v: ArrayLike<number>;
  readonly dim: number;
}

/** Adds one output row, softmax-weighted, at `output[at...]`. */
function accumulate(output: Float64Array, at: number, row: Row): void {
  const { scores, columns, used, max, v, dim } = row;
  let sum = 0;
  for (let n = 0; n < used; n++) sum += Math.exp(scores[n] - max);
  for (let n = 0; n < used; n++) {
    const p = Math.exp(scores[n] - max) / sum;
    const from = columns[n] * dim;
    for (let c = 0; c < dim; c++) output[at + c] += p * v[from + c];
  }
}

export interface OutputComparison {
  /** Cosine similarity over all elements, -1 to 1; 1 when both are all zero, 0 when one is. */
  readonly cosine: number;
  /** The lowest cosine similarity of any row, and the row. */
  readonly worstRowCosine: number;
  readonly worstRow: number;
  /** Largest absolute difference, in the units of the outputs; NaN if any is. */
  readonly maxAbsoluteError: number;
}

/** Compares two outputs `[rows, dim]`; throws RangeError when their sizes differ. */
export function compareOutputs(actual: ArrayLike<number>, expected: ArrayLike<number>, dim: number): OutputComparison {
  const size = expected.length;
  if (actual.length !== size || size === 0 || size % dim !== 0) {
    throw new RangeError(`outputs of ${actual.length} and ${size} elements, rows of ${dim}`);
  }
  const whole = [0, 0, 0];
  let worstRowCosine = Infinity;
  let worstRow = 0;
  let maxAbsoluteError = 0;
  for (let row = 0; row < size / dim; row++) {
    const products = [0, 0, 0];
    for (let n = row * dim; n < (row + 1) * dim; n++) {
      products[0] += actual[n] * expected[n];
      products[1] += actual[n] * actual[n];
      products[2] += expected[n] * expected[n];
      const error = Math.abs(actual[n] - expected[n]);
      if (Number.isNaN(error) || error > maxAbsoluteError) maxAbsoluteError = error;
    }
    const cosine = cosineOf(products);
    if (cosine < worstRowCosine) {
      worstRowCosine = cosine;
      worstRow = row;
    }
    for (let p = 0; p < 3; p++) whole[p] += products[p];
  }
  return { cosine: cosineOf(whole), worstRowCosine, worstRow, maxAbsoluteError };
}

/** From the sums of a*b, a*a and b*b. */
function cosineOf([ab, aa, bb]: readonly number[]): number {
  if (aa === 0 || bb === 0) return aa === bb ? 1 : 0;
  return Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb)));
}
