/** Dense matrices of the nodal solution, row-major, the symmetric ones as lower triangles where it is said. */

/** out = matrix `[out.length, x.length]` times x. */
export function multiply(matrix: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const n = x.length;
  const most = n - (n % 4);
  for (let r = 0, at = 0; r < out.length; r++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let k = 0;
    for (; k < most; k += 4, at += 4) {
      a += matrix[at] * x[k];
      b += matrix[at + 1] * x[k + 1];
      c += matrix[at + 2] * x[k + 2];
      d += matrix[at + 3] * x[k + 3];
    }
    for (; k < n; k++, at++) a += matrix[at] * x[k];
    out[r] = a + b + (c + d);
  }
  return out;
}

/**
 * Inverts the M-matrix whose off-diagonals are -`links` (lower triangle, the diagonal is not read) and whose row sums
 * are `sums`, in place; the result is the lower triangle of the inverse. Only additions and products of numbers >= 0.
 * `sums` is overwritten. At least one sum of each connected part must be positive.
 *
 * Sweeping out node p of magnitudes m is m[i][k] += m[i][p] m[p][k] / pivot, whichever of i and k were swept before.
 * Four nodes are swept in one pass over the matrix, each with what the ones before it in the pass have done to its row.
 */
export function invert(links: Float64Array, sums: Float64Array, n: number): void {
  const swept = Array.from({ length: 4 }, () => new Float64Array(n));
  const [c0, c1, c2, c3] = swept;
  const scales = new Float64Array(4);
  for (let first = 0; first < n; first += 4) {
    for (let q = 0; q < 4; q++) {
      const row = swept[q];
      const p = first + q;
      if (p >= n) {
        row.fill(0);
        continue;
      }
      takeRow(links, n, p, row);
      for (let r = 0; r < q; r++) {
        const before = swept[r];
        const factor = before[p] * scales[r];
        for (let k = 0; k < n; k++) row[k] += factor * before[k];
        before[p] = 0;
      }
      let pivot = sums[p];
      for (let k = p + 1; k < n; k++) pivot += row[k];
      row[p] = 1;
      scales[q] = 1 / pivot;
      const leak = sums[p] / pivot;
      for (let k = p + 1; k < n; k++) sums[k] += row[k] * leak;
    }
    // Two rows at a time share what they load.
    for (let i = 0; i < n; i += 2) {
      const f0 = c0[i] * scales[0];
      const f1 = c1[i] * scales[1];
      const f2 = c2[i] * scales[2];
      const f3 = c3[i] * scales[3];
      // Past the last row: the last once more, by nothing.
      const j = i + 1 < n ? i + 1 : i;
      const here = i + 1 < n ? 1 : 0;
      const g0 = here * c0[j] * scales[0];
      const g1 = here * c1[j] * scales[1];
      const g2 = here * c2[j] * scales[2];
      const g3 = here * c3[j] * scales[3];
      const top = i * n;
      const under = j * n;
      for (let k = 0; k <= i; k++) {
        const p = c0[k];
        const q = c1[k];
        const r = c2[k];
        const t = c3[k];
        links[top + k] += f0 * p + f1 * q + (f2 * r + f3 * t);
        links[under + k] += g0 * p + g1 * q + (g2 * r + g3 * t);
      }
      links[under + j] += here * (g0 * c0[j] + g1 * c1[j] + (g2 * c2[j] + g3 * c3[j]));
    }
  }
}

/** Moves row p of a symmetric matrix, of which there is the lower triangle, into `row`. */
function takeRow(lower: Float64Array, n: number, p: number, row: Float64Array): void {
  for (let k = 0, at = p * n; k < p; k++, at++) {
    row[k] = lower[at];
    lower[at] = 0;
  }
  lower[p * n + p] = 0;
  for (let k = p + 1, at = k * n + p; k < n; k++, at += n) {
    row[k] = lower[at];
    lower[at] = 0;
  }
}

/** Rows `first` to `last`-1 of `left` `[_, n]` times a symmetric matrix, into the same rows of `out`. */
export function timesSymmetric(
  left: Float64Array,
  symmetric: Float64Array,
  first: number,
  last: number,
  n: number,
  out: Float64Array,
): void {
  let r = first;
  for (; r + 1 < last; r += 2) {
    const top = r * n;
    let c = 0;
    for (; c + 3 < n; c += 4) {
      let a = 0;
      let b = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      let g = 0;
      let h = 0;
      let m = 0;
      for (let k = 0, at = c * n; k < n; k++, at++) {
        const x = left[top + k];
        const y = left[top + n + k];
        const s = symmetric[at];
        const t = symmetric[at + n];
        const u = symmetric[at + 2 * n];
        const v = symmetric[at + 3 * n];
        a += x * s;
        b += x * t;
        d += x * u;
        e += x * v;
        f += y * s;
        g += y * t;
        h += y * u;
        m += y * v;
      }
      out[top + c] = a;
      out[top + c + 1] = b;
      out[top + c + 2] = d;
      out[top + c + 3] = e;
      out[top + n + c] = f;
      out[top + n + c + 1] = g;
      out[top + n + c + 2] = h;
      out[top + n + c + 3] = m;
    }
    for (; c < n; c++) {
      let a = 0;
      let f = 0;
      for (let k = 0, at = c * n; k < n; k++, at++) {
        a += left[top + k] * symmetric[at];
        f += left[top + n + k] * symmetric[at];
      }
      out[top + c] = a;
      out[top + n + c] = f;
    }
  }
  if (r < last) multiply(symmetric, left.subarray(r * n, (r + 1) * n), out.subarray(r * n, (r + 1) * n));
}
