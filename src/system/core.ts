/** What a system around a design needs to know of it, read off its ports. */
import type { Part } from '../dsl/component.ts';
import type { Payload, Stream, Vector } from '../dsl/kinds.ts';
import { portElements } from '../dsl/ports.ts';
import { PrunusError } from '../errors.ts';
import { codebookColumnBytes } from '../components/codebook-join/codebook-join.ts';
import { rowBytes } from '../components/axi.ts';

export interface CoreCodebook {
  readonly payload: Payload;
  readonly dim: number;
  readonly subspaces: number;
  readonly centroids: number;
  readonly cellBits: number;
  readonly crossingBits: number;
  readonly relevance: 'asymmetric' | 'table' | 'count';
  readonly columnBytes: number;
  readonly columns: number;
}

export interface AttentionCore {
  readonly part: Part;
  readonly tokens: number;
  readonly dim: number;
  readonly queryBits: number;
  readonly keyBits: number;
  readonly valueBits: number;
  readonly thresholdBits: number;
  /** Elements of a beat of results. */
  readonly lanes: number;
  readonly configure: Payload;
  readonly load: Payload;
  readonly codebook: CoreCodebook | undefined;
  /** Output wires that count, as port elements: `keys_kept0`. */
  readonly counters: readonly { readonly name: string; readonly port: string; readonly index: number | undefined }[];
  /** Bytes of a row of each tensor. */
  readonly bytes: { readonly key: number; readonly value: number; readonly query: number; readonly result: number };
}

/** Throws PR1002 for a design that is not one of attention as the three machines are, or has input wires. */
export function attentionCore(part: Part): AttentionCore {
  const elements = portElements(part.ports);
  const streams = new Map(
    elements.flatMap((p) => (p.kind.kind === 'stream' ? [[p.name, p.kind as Stream] as const] : [])),
  );
  const refuse = (message: string): never => {
    const fix = 'use SPRINT, LeOPArd or HARDSEA, or a design with their streams and no input wires.';
    throw new PrunusError('PR1002', `${part.definition.name}: ${message}`, fix);
  };
  const field = (port: string, name: string): Vector => {
    const found = streams.get(port)?.payload.fields[name];
    return (found as Vector | undefined) ?? refuse(`there is no stream ${port} with ${name}.`);
  };
  const known = ['configure', 'load', 'query', 'result', 'codebook'];
  for (const e of elements) {
    if (e.direction === 'in' && e.kind.kind === 'wire') refuse(`a system does not drive the input wire ${e.name}.`);
    if (e.kind.kind !== 'wire' && !known.includes(e.name)) refuse(`a system does not know the port ${e.name}.`);
  }
  const length = field('configure', 'length');
  const { dim, tokens } = part.parameters as { dim?: number; tokens?: number };
  const size = { dim: dim ?? field('load', 'key').count, tokens: tokens ?? 2 ** length.width - 1 };
  const widths = {
    queryBits: field('query', 'data').width,
    keyBits: field('load', 'key').width,
    valueBits: field('load', 'value').width,
  };
  return {
    part,
    ...size,
    ...widths,
    thresholdBits: field('query', 'threshold').width,
    lanes: field('result', 'data').count,
    configure: streams.get('configure')!.payload,
    load: streams.get('load')!.payload,
    codebook: codebookOf(part, streams.get('codebook')?.payload),
    counters: elements.flatMap(({ name, port, index, direction, kind }) =>
      direction === 'out' && kind.kind === 'wire' && kind.role === 'counter' ? [{ name, port, index }] : [],
    ),
    bytes: {
      key: rowBytes(size.dim, widths.keyBits),
      value: rowBytes(size.dim, widths.valueBits),
      query: rowBytes(size.dim, widths.queryBits),
      result: 2 * size.dim,
    },
  };
}

function codebookOf({ parameters }: Part, payload: Payload | undefined): CoreCodebook | undefined {
  if (!payload) return undefined;
  const { dim, subspaces, centroids, cellBits, crossingBits, relevance } = parameters as unknown as CoreCodebook;
  const shape = { dim, subspaces, centroids, cellBits, crossingBits, relevance };
  return { payload, ...shape, columnBytes: codebookColumnBytes(shape), columns: subspaces * centroids };
}
