/** Designs that compute attention head by head: how a head goes in, how its result comes out, and what is expected. */
import type { HardseaHead } from '../architectures/hardsea/functional.ts';
import type { AttentionHead, Integers, IntegerWidths } from '../architectures/head.ts';
import type { Part } from '../dsl/component.ts';
import { elaborate } from '../dsl/elaborate.ts';
import type { Fields, Item, Stream, Vector, Wire } from '../dsl/kinds.ts';
import type { Netlist } from '../dsl/netlist.ts';
import { runGolden } from '../dsl/network.ts';
import { portElements } from '../dsl/ports.ts';
import type { SimCase, SimItem, Stall } from '../sim/cases.ts';
import { exactScore, memoryScore, type PruningScore } from '../workload/thresholds.ts';
import type { Machine, MachineMaker, ModelOutput } from './machines/machine.ts';
import { isPredicted } from './predicted.ts';
import { type HeadProgramming, headProgramming } from './programming.ts';

/** A design with the top-level streams of an attention accelerator: configure, load, query, result. */
export interface HeadDesign {
  readonly part: Part;
  readonly netlist: Netlist;
  readonly tokens: number;
  readonly dim: number;
  readonly widths: IntegerWidths;
  /** Elements of a result beat, and beats of a query. */
  readonly lanes: number;
  readonly beats: number;
  /** Fraction bits of a result's 16 bits. */
  readonly fractionBits: number;
  /** Whether a head is configured with a seed for the devices' noise. */
  readonly noise: boolean;
  /** Sizes of the codebook that relevance is predicted from; absent where nothing is predicted. */
  readonly codebook: CodebookSizes | undefined;
  /** What thresholds are compared with. */
  readonly score: PruningScore;
  /** Absent for what a user put together, whose own network is the model. */
  readonly machine: Machine | undefined;
  /** What programming makes of a head; absent where arrays are ideal. */
  readonly programming: HeadProgramming | undefined;
  /** Input wires, which a design of the user's own may have: configuration that its streams do not carry. */
  readonly wires: readonly { readonly name: string; readonly field: Wire['field'] }[];
}

export interface CodebookSizes {
  readonly subspaces: number;
  readonly centroids: number;
  /** Cells of a column. */
  readonly rows: number;
  readonly cellBits: number;
  readonly dacBits: number;
  readonly crossingBits: number;
  /** Whether columns come with a row of a table of products. */
  readonly table: boolean;
}

/** A value for every input wire. */
export type WireValues = Readonly<Record<string, number>>;

/** What a design's input wires have where nobody says anything: 0. */
export const wiresAtRest = (design: HeadDesign): WireValues =>
  Object.fromEntries(design.wires.map(({ name }) => [name, 0]));

/**
 * How a design takes heads, or undefined for a design with other streams. `machine`: of its architecture; none for what a user put together.
 */
export function headDesign(part: Part, name: string, machine?: MachineMaker): HeadDesign | undefined {
  const { netlist } = elaborate(part, name);
  const streams = new Map(
    portElements(part.ports).flatMap((p) => (p.kind.kind === 'stream' ? [[p.name, p.kind as Stream] as const] : [])),
  );
  const wanted = { configure: 'configure', load: 'load', query: 'requested_query', result: 'result' };
  if (Object.entries(wanted).some(([port, payload]) => streams.get(port)?.payload.name !== payload)) return undefined;
  const hasCodebook = streams.get('codebook')?.payload.name === 'codebook';
  if (streams.size !== Object.keys(wanted).length + (hasCodebook ? 1 : 0)) return undefined;
  const fields = (port: keyof typeof wanted) => streams.get(port)!.payload.fields;
  const vector = (port: keyof typeof wanted, field: string) => fields(port)[field] as Vector;
  const dim = vector('load', 'key').count;
  const lanes = vector('result', 'data').count;
  const longest = 2 ** fields('configure')['length']!.width - 1;
  // What the ports do not say, the parts inside do.
  const inside = (parameter: string, otherwise: number): number => {
    const owner = netlist.modules.find((m) => typeof m.parameters[parameter] === 'number');
    return owner ? (owner.parameters[parameter] as number) : otherwise;
  };
  const widths = {
    queryBits: vector('query', 'data').width,
    keyBits: vector('load', 'key').width,
    valueBits: vector('load', 'value').width,
  };
  const noise = 'noise_seed' in fields('configure');
  return {
    part,
    netlist,
    tokens: inside('tokens', longest),
    dim,
    widths,
    lanes,
    beats: Math.ceil(dim / lanes),
    fractionBits: vector('result', 'data').width - widths.valueBits,
    noise,
    codebook: hasCodebook ? codebookSizes(streams.get('codebook')!.payload.fields, inside) : undefined,
    // Noise without a codebook is the mark of keys in an array of devices; other scores are exact, or predicted head by head.
    score:
      noise && !hasCodebook
        ? memoryScore({ queryBits: inside('dacBits', 4), keyBits: inside('cellBits', 4) })
        : exactScore(fields('query')['threshold']!.width),
    machine: machine?.(part.parameters),
    programming: headProgramming(netlist),
    wires: portElements(part.ports).flatMap((p) =>
      p.direction === 'in' && p.kind.kind === 'wire' ? [{ name: p.name, field: p.kind.field }] : [],
    ),
  };
}

/** Codebooks are known by their columns, and by how these are driven. */
function codebookSizes(fields: Fields, inside: (parameter: string, otherwise: number) => number): CodebookSizes {
  const cells = fields['cells'] as Vector;
  return {
    subspaces: inside('subspaces', 2 ** fields['subspace']!.width),
    centroids: 2 ** fields['column']!.width,
    rows: cells.count,
    cellBits: cells.width - 1,
    dacBits: inside('dacBits', 4),
    crossingBits: inside('crossingBits', 8),
    table: 'products' in fields,
  };
}

/** The streams of one head. */
export function headStreams(
  { dim, noise, codebook }: Pick<HeadDesign, 'dim' | 'noise' | 'codebook'>,
  head: AttentionHead,
): Record<string, SimItem[]> {
  const { length, q, k, v, multiplier, threshold } = head;
  const row = (x: Integers, i: number) => x.subarray(i * dim, (i + 1) * dim);
  const rows = Array.from({ length }, (_, i) => i);
  return {
    configure: [
      {
        length,
        causal: Number(head.causal),
        prune: Number(head.prune),
        score_shift: head.scoreShift,
        exponent_shift: head.expShift,
        ...(noise ? { noise_seed: head.noiseSeed } : {}),
        ...(isPredicted(head) ? predictionSettings(head) : {}),
      },
    ],
    ...(codebook ? { codebook: isPredicted(head) ? codebookColumns(codebook, head) : [] } : {}),
    load: rows.map((i) => ({ key: row(k, i), value: row(v, i) })),
    query: rows.map((i) => ({ data: row(q, i), multiplier: multiplier[i], threshold: threshold[i] })),
  };
}

const predictionSettings = (head: HardseaHead): SimItem => ({
  program: Number(head.codebook !== null),
  key_ramp: head.keyRamp,
  query_ramp: head.queryRamp,
  top_k: head.topK,
  diagonal: Number(head.diagonal),
});

/** A codebook column by column. */
function codebookColumns({ subspaces, centroids, rows, table }: CodebookSizes, { codebook }: HardseaHead): SimItem[] {
  if (!codebook) return [];
  return Array.from({ length: subspaces * centroids }, (_, n) => ({
    subspace: Math.floor(n / centroids),
    column: n % centroids,
    cells: codebook.cells.subarray(n * rows, (n + 1) * rows),
    ...(table ? { products: codebook.products!.subarray(n * centroids, (n + 1) * centroids) } : {}),
  }));
}

export interface CaseOptions {
  readonly reset: boolean;
  readonly stall?: Stall | undefined;
  readonly wires?: WireValues | undefined;
}

/** One head as a case of a simulation. */
export function headCase(design: HeadDesign, head: AttentionHead, { reset, stall, wires }: CaseOptions): SimCase {
  return {
    reset,
    wires: wires ?? wiresAtRest(design),
    streams: headStreams(design, head),
    expect: { result: head.length * design.beats },
    ...(stall ? { stall } : {}),
    ...(design.programming ? { programming: design.programming.records(head) } : {}),
  };
}

/** The result items that an output stands for. */
export function resultItems(design: HeadDesign, out: Int16Array, none: Uint8Array): SimItem[] {
  const { dim, lanes, beats } = design;
  return Array.from(none, (nothing, i) =>
    Array.from({ length: beats }, (_, beat) => {
      const data = new Int16Array(lanes);
      data.set(out.subarray(i * dim + beat * lanes, Math.min((i + 1) * dim, i * dim + (beat + 1) * lanes)));
      return { data, none: nothing, last: Number(beat === beats - 1) };
    }),
  ).flat();
}

/** A head's output from its result beats; rows that did not come stay zero. */
export function outputOf(
  design: HeadDesign,
  length: number,
  items: readonly SimItem[],
): { out: Int16Array; none: Uint8Array } {
  const { dim, lanes, beats } = design;
  const out = new Int16Array(length * dim);
  const none = new Uint8Array(length);
  items.slice(0, length * beats).forEach((item, n) => {
    const query = Math.floor(n / beats);
    const at = (n % beats) * lanes;
    const data = item['data'] as ArrayLike<number>;
    for (let e = 0; e < lanes && at + e < dim; e++) out[query * dim + at + e] = data[e];
    none[query] = item['none'] as number;
  });
  return { out, none };
}

/** What the process network of the design's own parts makes of a head. */
export function networkResult(
  design: HeadDesign,
  head: AttentionHead,
  wires: WireValues = wiresAtRest(design),
): readonly SimItem[] {
  const streams = headStreams(design, head) as unknown as Record<string, Item[]>;
  return (runGolden(design.part, { streams, wires })['result'] ?? []) as unknown as SimItem[];
}

/** What is expected of a head. */
export interface ExpectedHead {
  readonly items: readonly SimItem[];
  /** Output wires whose values are known. */
  readonly wires: Readonly<Record<string, number>>;
  readonly output: ModelOutput | undefined;
}

/** From the functional model where there is one, from the network otherwise. */
export function expectedHead(design: HeadDesign, head: AttentionHead, wires?: WireValues): ExpectedHead {
  const { machine } = design;
  if (!machine) return { items: networkResult(design, head, wires), wires: {}, output: undefined };
  const output = machine.functional(head);
  return { items: resultItems(design, output.out, output.none), wires: machine.wires(output), output };
}
