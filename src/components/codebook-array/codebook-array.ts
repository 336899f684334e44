import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, stream, wire } from '../../dsl/kinds.ts';
import { integer, real } from '../../dsl/parameters.ts';
import { input, output } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { clog2 } from '../../numerics/fixed.ts';
import { deviate, gaussian, random } from '../../numerics/random.ts';
import { noiseScale } from '../../reram/noise.ts';
import { programCodebook } from '../../reram/programmed.ts';
import { centroidRecordWords } from '../../reram/records.ts';
import { arrayKind, reramDevice, reramGroup } from '../../reram/settings.ts';
import { programmingRecords, randomFunctions } from '../device-verilog.ts';
import { codeFraction, deviceSpread } from '../main-memory/layout.ts';
import { indexBits } from '../payloads.ts';
import {
  biasRows,
  codebookPayload,
  codebookRows,
  crossingPayload,
  drivePayload,
  idBits,
  relevanceShape,
  subspaceDim,
  subspaceRules,
} from '../relevance-payloads.ts';

const { tokens, dim, subspaces, centroids, cellBits, dacBits, crossingBits, relevance } = relevanceShape;

/** What an accelerator passes on: how long an evaluation takes, and the spread of its devices. */
export const arrayShape = {
  evaluation: integer({
    description: 'from driving the word lines to the last crossing',
    unit: 'cycles',
    min: 1,
    max: 255,
    default: 4,
    source: 'not published; invented',
  }),
};

export const arraySpread = {
  ...deviceSpread,
  jitterSigma: real({
    description: 'jitter of a crossing time, of the whole ramp',
    min: 0,
    max: 0.5,
    default: 0,
    source: 'a parameter',
  }),
};

const parameters = z.strictObject({
  tokens,
  dim,
  subspaces,
  centroids,
  cellBits,
  dacBits,
  crossingBits,
  relevance,
  ...arrayShape,
  ...arraySpread,
  reram: reramGroup,
});
type Parameters = z.output<typeof parameters>;

/** What the random words are for: ASCII of PQPR, PQOF, PQRD, PQJT. */
const tags = { program: 0x50515052, offset: 0x50514f46, read: 0x50515244, jitter: 0x50514a54 } as const;

/** What `deviate` takes for each spread, as fractions of full scale. */
function scalesOf(p: Parameters) {
  const cell = (2 ** p.cellBits - 1) * 2 ** codeFraction;
  const current = (2 ** p.dacBits - 1) * cell * subspaceDim(p);
  return {
    program: noiseScale('programSigma', p.programSigma, cell),
    offset: noiseScale('comparatorSigma', p.comparatorSigma, current),
    read: noiseScale('readSigma', p.readSigma, current),
    jitter: noiseScale('jitterSigma', p.jitterSigma, 2 ** (p.crossingBits + codeFraction)),
  };
}

/** Bits of a column's current: levels below 2^dacBits, cells below 2^cellBits, over all rows, signed, and a bit to spare; and at least a code's. */
const currentBits = (p: Parameters): number =>
  Math.max(p.dacBits + p.cellBits + clog2(codebookRows(p)) + 2, p.crossingBits + 1);

/** Columns of a subspace that the ideal form computes in a cycle: a power of two, so that they divide the centroids. */
const idealLanes = (p: Parameters): number => 2 ** clog2(Math.ceil(p.centroids / p.evaluation));

/**
 * The crossbars of a product quantiser, one a subspace, and the winner-take-all behind their columns (HARDSEA; the coding is inferred:
 * docs/hardsea.md). A reference that falls linearly meets the larger currents first; the time of the crossing, told in
 * `crossingBits` bits, is a column's code, 2^(crossingBits-1) for no current, and the first column of the largest code wins:
 * columns closer than a step of time are alike. Three forms with one port list: ideal (synthesizable, exact), behavioural (with the spread
 * of cells, comparators, reads and crossing times) and macro (empty).
 *
 * A vector is taken, and its codes are there after `evaluation` more cycles, in the last of which the next one is taken. They stay until they
 * are taken themselves: the evaluation of the next vector goes on when they are, from that cycle on.
 */
export const codebookArray = defineComponent({
  name: 'codebook_array',
  summary:
    'The crossbars that hold the centroids, one a subspace, with a time-domain winner-take-all: a vector on the word lines gives every column its crossing time and each subspace its winner.',
  parameters,
  rules: subspaceRules,
  ports: (p) => ({
    programmed: input(wire(bits(1))),
    noise_seed: input(wire(bits(32))),
    columns: input(stream(codebookPayload(p))),
    drive: input(stream(drivePayload(p))),
    crossings: output(stream(crossingPayload(p))),
  }),
  template: { file: 'codebook-array/ideal.v.hbs' },
  forms: (p) => ({
    behavioural: { file: `codebook-array/${reramDevice(p.reram) ? 'devices' : 'behavioural'}.v.hbs` },
    macro: { file: 'codebook-array/macro.v.hbs' },
  }),
  // Two cells a weight: one for each sign.
  storage: (p) => ({
    technology: 'reram',
    cells: 2 * p.subspaces * codebookRows(p) * p.centroids,
    evaluation: { begins: 'drive', decisions: p.subspaces * p.centroids },
  }),
  constants: (p) => {
    const scales = scalesOf(p);
    return {
      SUBSPACES: p.subspaces,
      TILE_COLUMNS: p.subspaces * p.centroids,
      RECORD: centroidRecordWords(codebookRows(p)),
      TILES_ALL: 1,
      SUBSPACE: indexBits(p.subspaces),
      CENTROIDS: p.centroids,
      ID: idBits(p),
      ROWS: codebookRows(p),
      ELEMENTS: subspaceDim(p),
      COARSE: biasRows(p) - 1,
      CELL: p.cellBits + 1,
      DAC: p.dacBits,
      CODE: p.crossingBits,
      CURRENT: currentBits(p),
      OPERATION: indexBits(2 * p.tokens),
      FULL_LEVEL: 2 ** p.dacBits - 1,
      COUNT: indexBits(p.evaluation),
      EVALUATION: p.evaluation,
      LANES: idealLanes(p),
      GROUPS: p.centroids / idealLanes(p),
      GROUP: indexBits(p.centroids / idealLanes(p)),
      FRACTION: codeFraction,
      PROGRAM_SCALE: scales.program,
      OFFSET_SCALE: scales.offset,
      READ_SCALE: scales.read,
      JITTER_SCALE: scales.jitter,
    };
  },
  view: (p) => {
    const scales = scalesOf(p);
    const lanes = idealLanes(p);
    const laneBits = clog2(lanes);
    const dimension = subspaceDim(p);
    return {
      subspaces: Array.from({ length: p.subspaces }, (_, m) => ({ m, first: m * dimension * p.dacBits })),
      lanes: Array.from({ length: lanes }, (_, lane) => ({ lane, isFirst: lane === 0 })),
      laneBits,
      several: p.centroids > lanes,
      table: p.relevance === 'table',
      lastCount: p.evaluation - 1,
      spare: p.centroids / lanes < p.evaluation,
      lastGroup: p.centroids / lanes - 1,
      top: 2 ** p.crossingBits - 1,
      middle: 2 ** (p.crossingBits - 1),
      programNoise: scales.program > 0,
      offsetNoise: scales.offset > 0,
      readNoise: scales.read > 0,
      jitterNoise: scales.jitter > 0,
      randomFunctions,
      programmingRecords: programmingRecords(
        'the codes of a column, its offset, the scale of its read noise without and with the bias driven',
      ),
      anyNoise: scales.program + scales.offset + scales.read + scales.jitter > 0,
    };
  },
  *model(p, io): Process {
    const seed = yield* io.noise_seed.read();
    const cells = Array.from({ length: p.subspaces * p.centroids }, () => new Array<number>(codebookRows(p)).fill(0));
    if (yield* io.programmed.read()) {
      for (let n = 0; n < cells.length; n++) {
        const item = yield* io.columns.take();
        cells[item.subspace * p.centroids + item.column] = Array.from(item.cells);
      }
    }
    const columns = columnsOf(p, cells, seed);
    for (;;) {
      const { levels, bias, ramp, operation } = yield* io.drive.take();
      const codes = columns.map((column, n) => {
        const m = Math.floor(n / p.centroids);
        return codeOf(p, column, linesOf(p, levels, m, bias), { seed, m, c: n % p.centroids, bias, ramp, operation });
      });
      const winners = Array.from({ length: p.subspaces }, (_, m) => {
        const own = codes.slice(m * p.centroids, (m + 1) * p.centroids);
        return own.indexOf(Math.max(...own));
      });
      io.crossings.put({ codes, winners, operation });
    }
  },
});

/** Levels of the word lines of subspace m. */
function linesOf(p: Parameters, levels: ArrayLike<number>, m: number, bias: number): number[] {
  const elements = Array.from({ length: subspaceDim(p) }, (_, d) => 2 * levels[m * subspaceDim(p) + d]! + 1);
  const coarse = new Array<number>(biasRows(p) - 1).fill(bias * (2 ** p.dacBits - 1));
  return [...elements, ...coarse, bias];
}

interface Column {
  /** Conductances, 1/64 level. */
  readonly codes: readonly number[];
  readonly offset: number;
  /** Scale of read noise without and with the bias rows. */
  readonly read: readonly [number, number];
}

/** What programming makes of all columns. */
function columnsOf(p: Parameters, cells: readonly (readonly number[])[], seed: number): Column[] {
  const kind = arrayKind(p.reram);
  if (kind) {
    const rows = codebookRows(p);
    const shape = { ...p, elements: subspaceDim(p), biasRows: biasRows(p) };
    const { codes, offsets, readScales, biasedReadScales } = programCodebook(shape, kind, seed, cells.flat());
    return cells.map((_, n) => ({
      codes: Array.from(codes.subarray(n * rows, (n + 1) * rows)),
      offset: offsets[n]!,
      read: [readScales[n]!, biasedReadScales[n]!],
    }));
  }
  const { program, offset, read } = scalesOf(p);
  return cells.map((column, n) => {
    const x = Math.floor(n / p.centroids) * 65536 + (n % p.centroids);
    return {
      codes: column.map((cell, r) => cell * 2 ** codeFraction + drawn(seed, tags.program, x, r, program)),
      offset: drawn(seed, tags.offset, x, 0, offset),
      read: [read, read],
    };
  });
}

const drawn = (seed: number, tag: number, x: number, y: number, scale: number): number =>
  scale === 0 ? 0 : deviate(gaussian(random(seed, tag, x, y)), scale);

/** The crossing code of a column. */
function codeOf(
  p: Parameters,
  { codes, offset, read }: Column,
  lines: readonly number[],
  at: { seed: number; m: number; c: number; bias: number; ramp: number; operation: number },
): number {
  const x = at.m * 65536 + at.c;
  let current = offset + drawn(at.seed, tags.read, x, at.operation, read[at.bias]!);
  for (const [r, line] of lines.entries()) current += line * codes[r]!;
  const late = drawn(at.seed, tags.jitter, x, at.operation, scalesOf(p).jitter);
  const steps = Math.floor((Math.floor(current / 2 ** at.ramp) + late) / 2 ** codeFraction);
  return Math.max(0, Math.min(2 ** p.crossingBits - 1, steps + 2 ** (p.crossingBits - 1)));
}
