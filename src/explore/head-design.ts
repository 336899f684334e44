/** Designs that compute attention head by head: how a head goes in, how its result comes out, and what is expected. */
import { sprintParameters, type SprintParameters } from '../architectures/sprint/parameters.ts';
import {
  type SprintFunctionalDesign,
  type SprintHead,
  sprintHead,
  type SprintOutput,
} from '../architectures/sprint/functional.ts';
import type { Part } from '../dsl/component.ts';
import { elaborate } from '../dsl/elaborate.ts';
import type { Item, Stream, Vector, Wire } from '../dsl/kinds.ts';
import type { Netlist } from '../dsl/netlist.ts';
import { runGolden } from '../dsl/network.ts';
import { portElements } from '../dsl/ports.ts';
import type { CaseResult, SimCase, SimItem, Stall } from '../sim/cases.ts';

/** A design with SPRINT's top-level streams: configure, load, query, result. */
export interface HeadDesign {
  readonly part: Part;
  readonly netlist: Netlist;
  readonly tokens: number;
  readonly dim: number;
  /** Elements of a result beat, and beats of a query. */
  readonly lanes: number;
  readonly beats: number;
  readonly cellBits: number;
  readonly dacBits: number;
  /** For the presets' architecture; absent for what a user put together, whose own network is the model. */
  readonly sprint: SprintParameters | undefined;
  /** Input wires, which a design of the user's own may have: configuration that its streams do not carry. */
  readonly wires: readonly { readonly name: string; readonly field: Wire['field'] }[];
}

/** A value for every input wire. */
export type WireValues = Readonly<Record<string, number>>;

/** What a design's input wires have where nobody says anything: 0. */
export const wiresAtRest = (design: HeadDesign): WireValues =>
  Object.fromEntries(design.wires.map(({ name }) => [name, 0]));

/** How a design takes heads, or undefined for a design with other streams. */
export function headDesign(part: Part, name: string, architecture?: string): HeadDesign | undefined {
  const { netlist } = elaborate(part, name);
  const streams = new Map(
    portElements(part.ports).flatMap((p) => (p.kind.kind === 'stream' ? [[p.name, p.kind as Stream] as const] : [])),
  );
  const wanted = { configure: 'configure', load: 'load', query: 'requested_query', result: 'result' };
  if (Object.entries(wanted).some(([port, payload]) => streams.get(port)?.payload.name !== payload)) return undefined;
  if (streams.size !== Object.keys(wanted).length) return undefined;
  const dim = (streams.get('load')!.payload.fields['key'] as Vector).count;
  const lanes = (streams.get('result')!.payload.fields['data'] as Vector).count;
  const longest = 2 ** streams.get('configure')!.payload.fields['length']!.width - 1;
  // What the ports do not say, the parts inside do.
  const inside = (parameter: string, otherwise: number): number => {
    const owner = netlist.modules.find((m) => typeof m.parameters[parameter] === 'number');
    return owner ? (owner.parameters[parameter] as number) : otherwise;
  };
  return {
    part,
    netlist,
    tokens: inside('tokens', longest),
    dim,
    lanes,
    beats: Math.ceil(dim / lanes),
    cellBits: inside('cellBits', 4),
    dacBits: inside('dacBits', 4),
    sprint: architecture === 'sprint' ? sprintParameters.parse(part.parameters) : undefined,
    wires: portElements(part.ports).flatMap((p) =>
      p.direction === 'in' && p.kind.kind === 'wire' ? [{ name: p.name, field: p.kind.field }] : [],
    ),
  };
}

/** What the functional model needs to know of SPRINT's parameters. */
export const functionalDesign = (
  p: SprintParameters & Partial<Pick<SprintFunctionalDesign, 'normalisation' | 'probabilityRounding'>>,
): SprintFunctionalDesign => ({
  tokens: p.tokens,
  dim: p.dim,
  channels: p.memory.channels,
  banks: p.memory.banks,
  columns: p.tile.columns,
  cellBits: p.tile.cellBits,
  dacBits: p.tile.dacBits,
  ...p.device,
  scoreBits: p.scoreBits as 12,
  normalisation: p.normalisation ?? 'deferred',
  probabilityRounding: p.probabilityRounding ?? 'round',
});

/** The streams of one head. */
export function headStreams(head: SprintHead, dim: number): Record<'configure' | 'load' | 'query', SimItem[]> {
  const { length, q, k, v, multiplier, threshold } = head;
  const row = (x: Int8Array, i: number) => x.subarray(i * dim, (i + 1) * dim);
  const rows = Array.from({ length }, (_, i) => i);
  return {
    configure: [
      {
        length,
        causal: Number(head.causal),
        prune: Number(head.prune),
        score_shift: head.scoreShift,
        exponent_shift: head.expShift,
        noise_seed: head.noiseSeed,
      },
    ],
    load: rows.map((i) => ({ key: row(k, i), value: row(v, i) })),
    query: rows.map((i) => ({ data: row(q, i), multiplier: multiplier[i], threshold: threshold[i] })),
  };
}

export interface CaseOptions {
  readonly reset: boolean;
  readonly stall?: Stall | undefined;
  readonly wires?: WireValues | undefined;
}

/** One head as a case of a simulation. */
export function headCase(design: HeadDesign, head: SprintHead, { reset, stall, wires }: CaseOptions): SimCase {
  return {
    reset,
    wires: wires ?? wiresAtRest(design),
    streams: headStreams(head, design.dim),
    expect: { result: head.length * design.beats },
    ...(stall ? { stall } : {}),
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
  head: SprintHead,
  wires: WireValues = wiresAtRest(design),
): readonly SimItem[] {
  const streams = headStreams(head, design.dim) as unknown as Record<string, Item[]>;
  return (runGolden(design.part, { streams, wires })['result'] ?? []) as unknown as SimItem[];
}

/** What is expected of a head: from the functional model where there is one, from the network otherwise. */
export function expectedHead(
  design: HeadDesign,
  head: SprintHead,
  wires?: WireValues,
): { readonly items: readonly SimItem[]; readonly output: SprintOutput | undefined } {
  if (!design.sprint) return { items: networkResult(design, head, wires), output: undefined };
  const output = sprintHead(functionalDesign(design.sprint), head);
  return { items: resultItems(design, output.out, output.none), output };
}

/** Counters of a design's output wires after a head; those of several CORELETs are added. */
export interface HeadCounters {
  readonly cycles: number;
  readonly load_cycles: number;
  readonly stall_cycles: number;
  readonly keys_kept: number;
  readonly keys_fetched: number;
  readonly keys_reused: number;
  readonly values_fetched: number;
  readonly values_reused: number;
}

export function headCounters(result: CaseResult): HeadCounters {
  const sum = (name: string) =>
    Object.entries(result.wires).reduce((n, [wire, value]) => (wire.replace(/\d+$/, '') === name ? n + value : n), 0);
  return {
    cycles: sum('cycles'),
    load_cycles: sum('load_cycles'),
    stall_cycles: sum('stall_cycles'),
    keys_kept: sum('keys_kept'),
    keys_fetched: sum('keys_fetched'),
    keys_reused: sum('keys_reused'),
    values_fetched: sum('values_fetched'),
    values_reused: sum('values_reused'),
  };
}
