/**
 * The analog half of HARDSEA: M crossbars hold a codebook each, a vector is driven into them subspace by subspace, and a
 * time-domain winner-take-all tells when each column crosses a falling reference. Integers throughout, so RTL and model
 * agree bit for bit with deviations too. How much of this is the paper's and how much inferred: `docs/hardsea.md`.
 *
 * A crossbar m has C columns of R = `codebookRows` cells g[m][c][r], each the difference of a pair, |g| <= 2^cellBits - 1:
 * first `subspaceDim` elements of the centroid, then the bias rows, of which the last is the fine one. A vector x (8 bits an
 * element; subspace m has elements m * subspaceDim and on) drives the word lines with
 *
 *     element row r    l_r = 2 * (x_r >> (8 - dacBits)) + 1
 *     bias rows        2^dacBits - 1, the fine one 1, when the bias is driven; else 0
 *
 * In units of 1/64 of a level times a level (`unitsPerLevel`), with o the number of the operation:
 *
 *     conductance   G[m][c][r] = 64 * g[m][c][r] + deviate(gaussian(random(seed, 'PQPR', m * 65536 + c, r)), program)
 *     current       I[m][c]    = sum over r of l_r * G[m][c][r]
 *                                + deviate(gaussian(random(seed, 'PQOF', m * 65536 + c, 0)), offset)
 *                                + deviate(gaussian(random(seed, 'PQRD', m * 65536 + c, o)), read)
 *     jitter        J[m][c]    = deviate(gaussian(random(seed, 'PQJT', m * 65536 + c, o)), jitter), 64 units a step of time
 *     code              [m][c] = clamp(floor((floor(I / 2^ramp) + J) / 64) + 2^(crossingBits - 1), 0, 2^crossingBits - 1)
 *     winner            [m]    = the lowest c with the largest code
 *
 * (floor((I + J * 2^ramp) / (64 * 2^ramp)) is the same number; the form above needs fewer bits.) The quoted tags are
 * `predictorTag`; `random`, `gaussian` and `deviate` are those of `src/numerics/random.ts`, the scales those of
 * `predictorScales`. A scale of 0 deviates by 0 and draws nothing; with all of them 0 the code is
 * clamp(floor(sum l g / 2^ramp) + ...). A word line that is not driven adds nothing, whatever its cells deviate by.
 *
 * With devices (`reram`) the conductances, an offset and two scales of read noise a column (for reads without and with the
 * bias) come from `src/reram/programmed.ts` instead of the first three deviates.
 *
 * Key j is operation j, with the bias and at `keyRamp`: its winners are its ids. Query i is operation tokens + i: in the
 * asymmetric form without the bias and at `queryRamp`, as its products are wanted; in the others as a key, as its ids are. The relevance of key j to it is the sum over m of S[m][id_m(j)], where S[m][c] is
 *
 *     asymmetric    code[m][c]
 *     table         products[m][winner[m]][c]
 *     count         1 if c = winner[m], else 0
 *
 * Exact in doubles: a deviate is at most 510 * 2^31 / 2^16 < 2^24, so |G| < 2^25, and with at most 1024 + 513 rows of levels
 * below 2^8, |I| < 2^44. Codes of devices have 32 bits, so |I| < 2^50.
 *
 * Errors: PR0301 a spread too large or not a number.
 */
import { biasRows, codebookRows, type RelevanceShape, subspaceDim } from '../../components/relevance-payloads.ts';
import { deviate, gaussian, random, randomAt, randomCounter, randomLine } from '../../numerics/random.ts';
import { unitsPerLevel } from '../../reram/layout.ts';
import { noiseScale } from '../../reram/noise.ts';
import { type ProgrammedCodebook, programCodebook } from '../../reram/programmed.ts';
import { type ArrayKind, arrayKind, type ReramSettings } from '../../reram/settings.ts';
import type { Integers } from '../head.ts';
import type { Codebook } from './codebook.ts';

/** What the random words are for: ASCII of PQPR, PQOF, PQRD, PQJT. */
export const predictorTag = { program: 0x50515052, offset: 0x50514f46, read: 0x50515244, jitter: 0x50514a54 } as const;

/** How far devices are from what they should be; 0 is an exact device. */
export interface PredictorSpreads {
  /** Standard deviation of a programmed pair of cells, as a fraction of the largest difference: (2^cellBits - 1) * 64 units. */
  readonly programSigma: number;
  /** Of a column current from one operation to the next, as a fraction of the largest current without bias (`fullCurrent`). */
  readonly readSigma: number;
  /** Of a column's comparator offset, constant over operations, as a fraction of the same. */
  readonly comparatorSigma: number;
  /** Of a crossing time from one operation to the next, as a fraction of the whole ramp: 2^crossingBits steps. */
  readonly jitterSigma: number;
}

export type PredictorDesign = PredictorSpreads & {
  /** Devices instead of the spreads of cells, reads and comparators; ideal cells if absent. */
  readonly reram?: ReramSettings | undefined;
} & Pick<
    RelevanceShape,
    'tokens' | 'dim' | 'subspaces' | 'centroids' | 'cellBits' | 'dacBits' | 'crossingBits' | 'relevance'
  >;

/** The largest current of a column without its bias rows and without deviations, in units. */
export const fullCurrent = (p: PredictorDesign): number =>
  (2 ** p.dacBits - 1) * (2 ** p.cellBits - 1) * subspaceDim(p) * unitsPerLevel;

/** What `deviate` takes for each spread, 0 to 2^31. Throws PR0301. */
export function predictorScales(p: PredictorDesign) {
  const full = fullCurrent(p);
  return {
    program: noiseScale('programSigma', p.programSigma, (2 ** p.cellBits - 1) * unitsPerLevel),
    offset: noiseScale('comparatorSigma', p.comparatorSigma, full),
    read: noiseScale('readSigma', p.readSigma, full),
    jitter: noiseScale('jitterSigma', p.jitterSigma, 2 ** p.crossingBits * unitsPerLevel),
  };
}

/** One vector on the word lines. */
export interface Drive {
  readonly bias: boolean;
  /** The reference falls by 2^ramp levels times levels in a step: 0 to 31. */
  readonly ramp: number;
  readonly operation: number;
}

/** `programCodebook` for a design. Throws PR0911. */
export const programmedCodebook = (
  p: Pick<PredictorDesign, 'dim' | 'subspaces' | 'centroids' | 'cellBits' | 'dacBits'>,
  kind: ArrayKind,
  seed: number,
  cells: ArrayLike<number>,
): ProgrammedCodebook => programCodebook({ ...p, elements: subspaceDim(p), biasRows: biasRows(p) }, kind, seed, cells);

/** The crossbars of one head, programmed. */
export class CodebookArray {
  /** Of the last drive: row-major `[subspaces, centroids]`, 0 to 2^crossingBits - 1. */
  readonly codes: Int32Array;
  /** Of the last drive, one a subspace. */
  readonly winners: Int32Array;

  private readonly p: PredictorDesign;
  private readonly scales: ReturnType<typeof predictorScales>;
  /** `[subspaces, centroids, rows]`. */
  private readonly conductances: Float64Array;
  /** `[subspaces, centroids]`, as are the scales of read noise and the lines. */
  private readonly offsets: ArrayLike<number>;
  /** Of reads without and with the bias rows. */
  private readonly readScales: readonly [ArrayLike<number>, ArrayLike<number>];
  private readonly readLines: Uint32Array;
  private readonly jitterLines: Uint32Array;
  private readonly levels: Float64Array;

  /** `cells`: `[subspaces, centroids, codebookRows]`; `seed` unsigned, 32 bits. Throws PR0301. */
  constructor(p: PredictorDesign, cells: Int8Array, seed: number) {
    const columns = p.subspaces * p.centroids;
    const rows = codebookRows(p);
    this.p = p;
    this.scales = predictorScales(p);
    this.codes = new Int32Array(columns);
    this.winners = new Int32Array(p.subspaces);
    this.levels = new Float64Array(rows);
    const counters = Uint32Array.from({ length: columns }, (_, n) => {
      return Math.floor(n / p.centroids) * 65536 + (n % p.centroids);
    });
    this.readLines = counters.map((c) => randomLine(seed, predictorTag.read, c));
    this.jitterLines = counters.map((c) => randomLine(seed, predictorTag.jitter, c));
    const kind = arrayKind(p.reram);
    if (kind) {
      const made = programmedCodebook(p, kind, seed, cells);
      this.conductances = Float64Array.from(made.codes);
      this.offsets = made.offsets;
      this.readScales = [made.readScales, made.biasedReadScales];
      return;
    }
    const spread = (scale: number, tag: number, x: number, y: number): number =>
      scale === 0 ? 0 : deviate(gaussian(random(seed, tag, x, y)), scale);
    this.conductances = Float64Array.from({ length: columns * rows }, (_, at) => {
      const deviation = spread(this.scales.program, predictorTag.program, counters[Math.floor(at / rows)], at % rows);
      return unitsPerLevel * cells[at] + deviation;
    });
    this.offsets = Float64Array.from(counters, (c) => spread(this.scales.offset, predictorTag.offset, c, 0));
    const same = new Float64Array(columns).fill(this.scales.read);
    this.readScales = [same, same];
  }

  /** Drives the row of `x`, `[rows, dim]`, that starts at `at`, into `codes` and `winners`. */
  drive(x: Integers, at: number, { bias, ramp, operation }: Drive): void {
    const { p, codes, winners, levels, scales } = this;
    const size = subspaceDim(p);
    const rows = codebookRows(p);
    const most = 2 ** p.crossingBits - 1;
    const counter = randomCounter(operation);
    const readScales = this.readScales[Number(bias)];
    levels.fill(bias ? 2 ** p.dacBits - 1 : 0, size);
    if (bias) levels[rows - 1] = 1;
    for (let m = 0; m < p.subspaces; m++) {
      for (let r = 0; r < size; r++) levels[r] = 2 * (x[at + m * size + r] >> (8 - p.dacBits)) + 1;
      let winner = 0;
      for (let c = 0; c < p.centroids; c++) {
        const n = m * p.centroids + c;
        let current = this.offsets[n];
        for (let r = 0; r < rows; r++) current += levels[r] * this.conductances[n * rows + r];
        if (readScales[n] > 0) current += deviate(gaussian(randomAt(this.readLines[n], counter)), readScales[n]);
        let time = Math.floor(current / 2 ** ramp);
        if (scales.jitter > 0) time += deviate(gaussian(randomAt(this.jitterLines[n], counter)), scales.jitter);
        const code = Math.floor(time / unitsPerLevel) + (most + 1) / 2;
        codes[n] = Math.max(0, Math.min(most, code));
        if (codes[n] > codes[m * p.centroids + winner]) winner = c;
      }
      winners[m] = winner;
    }
  }
}

/** The predictor's side of a head. */
export interface PredictedHead {
  readonly length: number;
  /** Row-major `[length, dim]`, 8 bits. */
  readonly q: Integers;
  readonly k: Integers;
  readonly noiseSeed: number;
  readonly codebook: Codebook;
  /** 0 to 31. */
  readonly keyRamp: number;
  readonly queryRamp: number;
}

/** Ids of the keys and relevances of a head whose sizes have been checked. */
export class RelevancePredictor {
  /** `[length, subspaces]`: the winners of every key. */
  readonly ids: Uint16Array;

  private readonly p: PredictorDesign;
  private readonly head: PredictedHead;
  private readonly array: CodebookArray;

  /** Throws PR0301. */
  constructor(p: PredictorDesign, head: PredictedHead) {
    this.p = p;
    this.head = head;
    this.array = new CodebookArray(p, head.codebook.cells, head.noiseSeed);
    this.ids = new Uint16Array(head.length * p.subspaces);
    for (let j = 0; j < head.length; j++) {
      this.array.drive(head.k, j * p.dim, { bias: true, ramp: head.keyRamp, operation: j });
      this.ids.set(this.array.winners, j * p.subspaces);
    }
  }

  /** Writes the relevance of keys 0 to `count` - 1 to query i into `out`. */
  query(i: number, count: number, out: Int32Array): void {
    const { p, head, array, ids } = this;
    // Where the query's own centroids are wanted, it is driven as a key is.
    const clusters = p.relevance !== 'asymmetric';
    const ramp = clusters ? head.keyRamp : head.queryRamp;
    array.drive(head.q, i * p.dim, { bias: clusters, ramp, operation: p.tokens + i });
    const table = this.table();
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let m = 0; m < p.subspaces; m++) sum += table[m * p.centroids + ids[j * p.subspaces + m]];
      out[j] = sum;
    }
  }

  /** S[m][c] of the query driven last. */
  private table(): ArrayLike<number> {
    const { p, head, array } = this;
    const { centroids } = p;
    if (p.relevance === 'asymmetric') return array.codes;
    const { products } = head.codebook;
    return array.codes.map((_, n) => {
      const m = Math.floor(n / centroids);
      const winner = array.winners[m];
      if (p.relevance === 'table') return products![(m * centroids + winner) * centroids + (n % centroids)];
      return n % centroids === winner ? 1 : 0;
    });
  }
}
