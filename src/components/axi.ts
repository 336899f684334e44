/**
 * The AXI bundles, as interfaces with the signal names of the AMBA specifications (IHI 0022: AXI4 and AXI4-Lite; IHI 0051: AXI4-Stream).
 * ACLK is `clk`, ARESETn is `rst_n`.
 */
import { bits, bus, flag, type Interface, payload, vector } from '../dsl/kinds.ts';

type Signals = Record<string, { readonly field: ReturnType<typeof bits>; readonly from: 'master' | 'slave' }>;
type Widths = Readonly<Record<string, number>>;

/** One channel: `<channel>valid`, `<channel>ready` and the rest, all but ready driven by whoever sends. */
function channel(name: string, from: 'master' | 'slave', widths: Widths): Signals {
  const other = from === 'master' ? 'slave' : 'master';
  return {
    ...Object.fromEntries(
      Object.entries(widths).map(([signal, width]) => [name + signal, { field: bits(width), from }]),
    ),
    [`${name}valid`]: { field: bits(1), from },
    [`${name}ready`]: { field: bits(1), from: other },
  };
}

/** AXI4-Lite with data of 32 bits. */
export const axiLite = (addressBits: number): Interface<'axi_lite'> =>
  bus('axi_lite', {
    ...channel('aw', 'master', { addr: addressBits, prot: 3 }),
    ...channel('w', 'master', { data: 32, strb: 4 }),
    ...channel('b', 'slave', { resp: 2 }),
    ...channel('ar', 'master', { addr: addressBits, prot: 3 }),
    ...channel('r', 'slave', { data: 32, resp: 2 }),
  });

/** Widths of an AXI4 port. Its transactions have one ID, 0, of one bit. */
export interface AxiShape {
  readonly addressBits: number;
  /** A power of two of bytes. */
  readonly dataBits: number;
}

const address = (addressBits: number): Widths => ({
  id: 1,
  addr: addressBits,
  len: 8,
  size: 3,
  burst: 2,
  cache: 4,
  prot: 3,
});

const readSignals = ({ addressBits, dataBits }: AxiShape): Signals => ({
  ...channel('ar', 'master', address(addressBits)),
  ...channel('r', 'slave', { id: 1, data: dataBits, resp: 2, last: 1 }),
});

const writeSignals = ({ addressBits, dataBits }: AxiShape): Signals => ({
  ...channel('aw', 'master', address(addressBits)),
  ...channel('w', 'master', { data: dataBits, strb: dataBits / 8, last: 1 }),
  ...channel('b', 'slave', { id: 1, resp: 2 }),
});

/** The read channels of AXI4, the write channels, and all of them. */
export const axiRead = (shape: AxiShape): Interface<'axi_read'> => bus('axi_read', readSignals(shape));
export const axiWrite = (shape: AxiShape): Interface<'axi_write'> => bus('axi_write', writeSignals(shape));
export const axi = (shape: AxiShape): Interface<'axi'> => bus('axi', { ...writeSignals(shape), ...readSignals(shape) });

/** AXI4-Stream; `user`: bits of TUSER, 0 for none. */
export const axiStream = (bytes: number, user = 0): Interface<'axi_stream'> =>
  bus('axi_stream', channel('t', 'master', { data: 8 * bytes, keep: bytes, last: 1, ...(user > 0 ? { user } : {}) }));

/** One transfer of bytes on its way in; byte 0 is the lowest. */
export const beatPayload = (bytes: number) => payload('beat', { data: vector(bytes, bits(8)) });

/** The same as it comes from a stream: which bytes are there, and whether a packet ends. */
export const framedBeatPayload = (bytes: number) =>
  payload('framed_beat', { ...beatPayload(bytes).fields, keep: vector(bytes, bits(1)), last: flag() });

/** The same as it comes from memory, with what it belongs to. */
export const taggedBeatPayload = (bytes: number) =>
  payload('tagged_beat', { ...beatPayload(bytes).fields, tag: bits(tagBits) });

/** Tags of what is read from memory. */
export const tagBits = 3;
export const tags = { key: 0, value: 1, query: 2, scale: 3, record: 4, codebook: 5 } as const;

/** The bytes of a tensor's row, or of any other record. */
export const rowPayload = (bytes: number) => payload('row_bytes', { data: vector(bytes, bits(8)) });

/**
 * One transfer of results. `keep`: bytes that are part of the row; `none`: the row kept no key; `row_end`, `last`: the row, the head, ends
 * with it.
 */
export const resultBeatPayload = (bytes: number) =>
  payload('result_beat', {
    data: vector(bytes, bits(8)),
    keep: vector(bytes, bits(1)),
    none: flag(),
    row_end: flag(),
    last: flag(),
  });

/** What turns a query's dot products into scores, and what they, or what predicts them, must reach. */
export const queryScaleBytes = 8;

/** A row's elements lie in bytes, or in pairs of bytes, low byte first. */
export const containerBits = (elementBits: number): 8 | 16 => (elementBits <= 8 ? 8 : 16);
export const rowBytes = (dim: number, elementBits: number): number => (dim * containerBits(elementBits)) / 8;
