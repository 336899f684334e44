/** The crossbars of a product quantiser, and what sets them up and drives them. */
import { z } from 'zod';
import { codebookArray } from '../../../src/components/codebook-array/codebook-array.ts';
import { codebookDrive } from '../../../src/components/codebook-drive/codebook-drive.ts';
import { headSetup } from '../../../src/components/head-setup/head-setup.ts';
import {
  codebookPayload,
  codebookRows,
  drivePayload,
  idBits,
  type RelevanceShape,
} from '../../../src/components/relevance-payloads.ts';
import { defineComponent, type Part } from '../../../src/dsl/component.ts';
import { bits, type Field, type Fields, payload, stream, wire } from '../../../src/dsl/kinds.ts';
import { input, output } from '../../../src/dsl/ports.ts';
import type { Process } from '../../../src/dsl/process.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomItem, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, trialsOf } from './stimulus.ts';

const base = {
  tokens: 16,
  dim: 8,
  subspaces: 2,
  centroids: 8,
  cellBits: 4,
  dacBits: 4,
  crossingBits: 8,
  relevance: 'asymmetric',
  evaluation: 4,
  programSigma: 0,
  readSigma: 0,
  comparatorSigma: 0,
  jitterSigma: 0,
} as const;
type Shape = {
  readonly [K in keyof typeof base]: (typeof base)[K] extends string ? RelevanceShape['relevance'] : number;
};
const shape = (change: Partial<Shape>): Shape => ({ ...base, ...change });

/** Gives a codebook before the first vector: as one stream, so that the simulation keeps their order. */
const ordered = defineComponent({
  name: 'ordered',
  summary: 'Passes a codebook and vectors on in the order in which they come.',
  parameters: z.strictObject({ shape: z.custom<Shape>() }),
  variant: (p) => `${p.shape.subspaces}x${p.shape.centroids}_${p.shape.dim}_${p.shape.evaluation}`,
  ports: (p) => ({
    command: input(stream(commandPayload(p.shape))),
    columns: output(stream(codebookPayload(p.shape))),
    drive: output(stream(drivePayload(p.shape))),
    programmed: output(wire(bits(1))),
  }),
  template: {
    text: `  assign command_ready = command_drive ? drive_ready : columns_ready;
  assign columns_valid = command_valid && !command_drive;
  assign drive_valid = command_valid && command_drive;
  assign programmed = 1'b1;
{{#each book}}
  assign columns_{{this}} = command_{{this}};
{{/each}}
{{#each driven}}
  assign drive_{{this}} = command_{{this}};
{{/each}}
`,
  },
  view: (p) => ({
    book: Object.keys(codebookPayload(p.shape).fields),
    driven: Object.keys(drivePayload(p.shape).fields),
  }),
  *model(_, io): Process {
    io.programmed.set(1);
    for (;;) {
      const item = yield* io.command.take();
      if (item.drive) io.drive.put(item as never);
      else io.columns.put(item as never);
    }
  },
});

const commandPayload = (p: Shape) =>
  payload('command', { drive: bits(1), ...codebookPayload(p).fields, ...drivePayload(p).fields } as Fields & {
    drive: ReturnType<typeof bits>;
  });

const exactShapes = {
  usual: shape({}),
  odd: shape({
    tokens: 5,
    dim: 15,
    subspaces: 5,
    centroids: 2,
    cellBits: 7,
    dacBits: 1,
    crossingBits: 3,
    evaluation: 1,
  }),
  slow: shape({ dim: 3, subspaces: 1, centroids: 16, cellBits: 1, dacBits: 8, crossingBits: 12, evaluation: 20 }),
  // The largest current is far below the largest code.
  faint: shape({ dim: 4, subspaces: 1, cellBits: 1, dacBits: 1, crossingBits: 12, evaluation: 2 }),
  many: shape({ dim: 8, subspaces: 8, centroids: 4, evaluation: 3 }),
  tabled: shape({ relevance: 'table', dim: 4, subspaces: 2, centroids: 4, evaluation: 2 }),
};
const noisyShapes = {
  all: shape({ programSigma: 0.05, readSigma: 0.02, comparatorSigma: 0.03, jitterSigma: 0.02 }),
  programming: shape({ programSigma: 0.2, dim: 15, subspaces: 3 }),
  read: shape({ readSigma: 0.1, cellBits: 2, dacBits: 3 }),
  offset: shape({ comparatorSigma: 0.1 }),
  jitter: shape({ jitterSigma: 0.1, crossingBits: 4 }),
};
type Shapes = Readonly<Record<string, Shape>>;

const arrays = (name: string, shapes: Shapes): Part =>
  bench(
    name,
    Object.fromEntries(
      Object.entries(shapes).map(([n, p]) => [
        n,
        bench(`${name}_${n}`, { order: ordered({ shape: p }), array: codebookArray(p) }, (at, { connect }) => {
          connect(at.order.columns, at.array.columns);
          connect(at.order.drive, at.array.drive);
          connect(at.order.programmed, at.array.programmed);
        }),
      ]),
    ),
  );

/** A whole codebook, then vectors; ramps from where every current saturates to where all are alike. */
function arrayTrials(part: Part, shapes: Shapes): ComponentCheck['trials'] {
  return (r) =>
    trialsOf(4, () => {
      const streams: Record<string, SimItem[]> = {};
      for (const [name, p] of Object.entries(shapes)) {
        const port = `${name}_order_command`;
        const fields = streamFields(part, port);
        const most = 2 ** p.cellBits - 1;
        const cell = () => (r.chance(0.2) ? r.pick([-most, most]) : r.integer(-most, most));
        const book = listOf(p.subspaces * p.centroids, (n) =>
          randomItem(fields, r, {
            drive: 0,
            subspace: Math.floor(n / p.centroids),
            column: n % p.centroids,
            cells: listOf(codebookRows(p), cell),
          }),
        );
        const rough = Math.ceil(Math.log2(codebookRows(p))) + p.cellBits + p.dacBits - p.crossingBits;
        const vectors = listOf(12, () =>
          randomItem(fields, r, {
            drive: 1,
            ramp: Math.max(0, Math.min(31, rough + r.integer(-3, 1))),
            operation: r.integer(0, 2 * p.tokens - 1),
          }),
        );
        streams[port] = [...book, ...vectors];
      }
      return { streams, reset: true };
    });
}

const exactArrays = arrays('bench_codebook_array', exactShapes);
const noisyArrays = arrays('bench_codebook_noise', noisyShapes);

export const exactCodebookChecks: readonly ComponentCheck[] = [
  { name: 'codebook_array bench', part: exactArrays, trials: arrayTrials(exactArrays, exactShapes) },
];
const noisyCodebookChecks: readonly ComponentCheck[] = [
  { name: 'codebook_array bench, spread', part: noisyArrays, trials: arrayTrials(noisyArrays, noisyShapes) },
];

const setups = {
  usual: { tokens: 16, dim: 4, subspaces: 2, centroids: 4, cellBits: 4, crossingBits: 8, relevance: 'asymmetric' },
  tabled: { tokens: 5, dim: 3, subspaces: 1, centroids: 2, cellBits: 1, crossingBits: 3, relevance: 'table' },
} as const;
const setupBench = bench('bench_head_setup', {
  usual: headSetup(setups.usual),
  tabled: headSetup(setups.tabled),
});

/** A configuration and its codebook, if it has one. */
function setupTrials(r: Random): Trial[] {
  return trialsOf(6, (i) => {
    const expectWires: Record<string, number> = {};
    const streams: Record<string, SimItem[]> = {};
    for (const [name, p] of Object.entries(setups)) {
      const program = i === 0 || r.chance(0.6) ? 1 : 0;
      const given = randomItem(streamFields(setupBench, `${name}_configure`), r, { program });
      streams[`${name}_configure`] = [given];
      expectWires[`${name}_programmed`] = program;
      for (const setting of ['noise_seed', 'key_ramp', 'query_ramp', 'top_k', 'diagonal']) {
        expectWires[`${name}_${setting}`] = given[setting] as number;
      }
      const fields = streamFields(setupBench, `${name}_codebook`);
      const subspaces = 2 ** idBits({ centroids: p.subspaces });
      streams[`${name}_codebook`] = listOf(program * p.subspaces * p.centroids, () =>
        randomItem(fields, r, { subspace: r.integer(0, Math.min(p.subspaces, subspaces) - 1) }),
      );
    }
    return { streams, expectWires };
  });
}

const drives = {
  usual: { tokens: 9, dim: 6, dacBits: 4, relevance: 'asymmetric', thresholdBits: 11 },
  count: { tokens: 16, dim: 1, dacBits: 8, relevance: 'count', thresholdBits: 3 },
  tabled: { tokens: 3, dim: 4, dacBits: 1, relevance: 'table', thresholdBits: 6 },
} as const;
const driveBench = bench('bench_codebook_drive', {
  usual: codebookDrive(drives.usual),
  count: codebookDrive(drives.count),
  tabled: codebookDrive(drives.tabled),
});

/** All keys, then all queries, after `clear` or after a reset; in some heads not all queries have come by then. */
function driveTrials(r: Random): Trial[] {
  return listOf(10, (head): Trial[] => {
    const streams: Record<string, SimItem[]> = {};
    const wires: Record<string, number> = {};
    const clears: Record<string, number> = {};
    for (const [name, p] of Object.entries(drives)) {
      const length = r.integer(1, p.tokens);
      wires[`${name}_length`] = length;
      wires[`${name}_clear`] = 0;
      clears[`${name}_clear`] = 1;
      const items = (port: string, field: string) =>
        listOf(length, (n) =>
          randomItem(streamFields(driveBench, `${name}_${port}`) as Record<string, Field>, r, { [field]: n }),
        );
      streams[`${name}_write`] = items('write', 'index');
      streams[`${name}_row`] = items('row', 'row').slice(0, r.chance(0.3) ? r.integer(0, length) : length);
    }
    if (head % 4 === 0) return [{ streams, wires, reset: true }];
    return [
      { streams: {}, wires: { ...wires, ...clears } },
      { streams, wires, reset: false },
    ];
  }).flat();
}

export const codebookChecks: readonly ComponentCheck[] = [
  ...exactCodebookChecks,
  ...noisyCodebookChecks,
  { name: 'head_setup bench', part: setupBench, trials: setupTrials },
  { name: 'codebook_drive bench', part: driveBench, trials: driveTrials },
];
