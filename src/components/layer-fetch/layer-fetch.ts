import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, payload, stream, type Wire, wire } from '../../dsl/kinds.ts';
import { integer } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import { tagBits, tags } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { headRecordBytes } from '../head-settings.ts';
import { indexBits } from '../payloads.ts';

export const addressBits = integer({
  description: 'bits of an address',
  unit: 'bits',
  min: 32,
  max: 48,
  default: 40,
});

/** Transfers of the longest row. */
export const mostBeats = 2048;

/** A row to be read: `beats` transfers from an address that is a multiple of a transfer, and what it belongs to. */
export const readPayload = (address: number) =>
  payload('read', { address: bits(address), beats: bits(indexBits(mostBeats + 1)), tag: bits(tagBits) });

const rowSize = (description: string) => integer({ description, unit: 'bytes', min: 1, max: 4096, default: 64 });
const parameters = z.strictObject({
  addressBits,
  bytes: beatBytes,
  tokens: integer({ description: 'most tokens of a head', unit: 'tokens', min: 1, max: 4096, default: 128 }),
  keyBytes: rowSize("bytes of a key's row"),
  valueBytes: rowSize("bytes of a value's row"),
  queryBytes: rowSize("bytes of a query's row"),
  columnBytes: integer({ description: "bytes of a codebook's column; 0: no codebook", min: 0, max: 4096, default: 0 }),
  columns: integer({ description: 'columns of a codebook', min: 0, max: 65535, default: 0 }),
});
type Shape = z.output<typeof parameters>;

/** Bytes between the records of two heads, or between two columns of a codebook: whole transfers. */
export const wholeBeats = (size: number, bytes: number): number => bytes * Math.ceil(size / bytes);
/** Bytes of a word of the table of query scales. */
export const scaleWordBytes = (bytes: number): number => Math.max(8, bytes);

/** What is read, and from where: a base and the distances of heads and of rows that the program chooses. */
const tensors = (p: Shape) => [
  { name: 'k', row: true, head: true },
  { name: 'v', row: true, head: true },
  { name: 'q', row: true, head: true },
  { name: 'scales', row: false, head: true },
  { name: 'records', row: false, head: false },
  ...(p.columnBytes > 0 ? [{ name: 'codebook', row: false, head: true }] : []),
];

type Addresses = Record<`${string}_base` | `${string}_base_high` | `${string}_stride`, Directed<'in', Wire<false>>>;

/** The addresses of a tensor as registers give them. */
export function addressWires(name: string, address: number, row: boolean, head: boolean): [string, number][] {
  return [
    [`${name}_base`, 32],
    ...(address > 32 ? [[`${name}_base_high`, address - 32] satisfies [string, number]] : []),
    ...(row ? [[`${name}_row_stride`, 32] satisfies [string, number]] : []),
    ...(head ? [[`${name}_head_stride`, 32] satisfies [string, number]] : []),
  ];
}

/**
 * Says row by row what is to be read, in the order in which it is needed: a head's record, its codebook, keys and values in turn, then
 * queries, with a word of the table of scales before those that it serves. So nothing waits for what was asked for behind it.
 */
export const layerFetch = defineComponent({
  name: 'layer_fetch',
  summary:
    'Asks for the rows of all heads of a run in the order in which they are used: settings, codebook, keys and values, queries with their scales.',
  parameters,
  ports: (p) => ({
    launch: input(wire(bits(1))),
    heads: input(wire(bits(16))),
    group: input(wire(bits(16))),
    length: input(wire(bits(indexBits(p.tokens + 1)))),
    per_query: input(wire(bits(1))),
    from_record: input(wire(bits(1))),
    with_codebook: input(wire(bits(1))),
    ...(Object.fromEntries(
      tensors(p)
        .flatMap(({ name, row, head }) => addressWires(name, p.addressBits, row, head))
        .map(([name, width]) => [name, input(wire(bits(width)))]),
    ) as Addresses),
    reads: output(stream(readPayload(p.addressBits))),
    aligned: output(wire(bits(1))),
  }),
  template: { file: 'layer-fetch/layer-fetch.v.hbs' },
  constants: (p) => ({
    ADDRESS: p.addressBits,
    COUNT: indexBits(p.tokens + 1),
    BEATS: indexBits(mostBeats + 1),
    COLUMN: indexBits(Math.max(2, p.columns)),
    LOW: Math.log2(p.bytes),
    GROUP: Math.max(1, Math.log2(scaleWordBytes(p.bytes) / 8)),
  }),
  view: (p) => {
    const beats = (bytes: number) => Math.ceil(bytes / p.bytes);
    const all = tensors(p);
    const wires = all.flatMap(({ name, row, head }) =>
      addressWires(name, p.addressBits, row, head)
        .map(([wireName]) => wireName)
        .filter((wireName) => !wireName.endsWith('_high')),
    );
    return {
      codebook: p.columnBytes > 0,
      lastColumn: p.columns - 1,
      shared: p.bytes > 8,
      tensors: all.map((t) => ({ ...t, upper: p.addressBits > 32 })),
      wires,
      rows: [
        { name: 'key', at: 'k_row', beats: beats(p.keyBytes), tag: tags.key },
        { name: 'value', at: 'v_row', beats: beats(p.valueBytes), tag: tags.value },
        { name: 'query', at: 'q_row', beats: beats(p.queryBytes), tag: tags.query },
        { name: 'scale', at: 'scales_row', beats: beats(8), tag: tags.scale },
        ...(p.columnBytes > 0
          ? [{ name: 'codebook', at: 'codebook_row', beats: beats(p.columnBytes), tag: tags.codebook }]
          : []),
        { name: 'record', at: 'records_row', beats: beats(headRecordBytes), tag: tags.record },
      ].map((r) => ({ ...r, state: r.name.toUpperCase() })),
      beatBits: indexBits(mostBeats + 1),
      addressBits: p.addressBits,
      scaleBytes: scaleWordBytes(p.bytes),
      recordBytes: wholeBeats(headRecordBytes, p.bytes),
      columnStep: wholeBeats(p.columnBytes, p.bytes),
      alignBits: Math.log2(p.bytes) * wires.length,
    };
  },
});
