import { bitSelect, elementOf } from '../bit-select.ts';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Interface, many, stream, wire } from '../../dsl/kinds.ts';
import { type Directed, input, master, output } from '../../dsl/ports.ts';
import {
  bankBus,
  type MemoryParameters,
  memoryLayout,
  memoryParameters,
  readDataPayload,
  readPayload,
} from '../main-memory/layout.ts';
import { gainBits } from '../../reram/calibration.ts';
import { indexBits } from '../payloads.ts';
import { lookupPayload } from '../query-dispatch/query-dispatch.ts';
import { memoryBus } from '../sram/sram.ts';
import { thresholdBits, writePayload } from '../sequencer/sequencer.ts';
import { prunedPayload } from '../token-select/token-select.ts';

/** The array of the key bits that the cells do not hold; absent when they hold all eight. */
const lowArray = (p: MemoryParameters): { low: Directed<'out', Interface<'memory'>> } =>
  (p.cellBits < 8
    ? { low: master(memoryBus(memoryLayout(p).bankTokens * p.banks, p.dim * (8 - p.cellBits))) }
    : {}) as never;

/**
 * A memory channel (SPRINT's memory controller): banks with an open row each, one data bus. WRITE and READ need the row open (tRP to
 * close another, tRCD to open), a READ's vector leaves tCL + tBURST cycles after its command; CopyQ takes a query's most
 * significant bits to the banks (tCL + tBURST, no row), evaluation takes tAxTh, ReadP brings the pruning bits back like a READ that
 * hits. Commands that use the bus are tBURST cycles apart, a WRITE (key and value) twice that. Order of preference: ReadP, CopyQ,
 * WRITE, READ (banks in turn). A crossbar that evaluates cannot be read.
 */
export const channelControl = defineComponent({
  name: 'channel_control',
  summary:
    'Controls the banks of one memory channel: open rows, command timing, the data bus, and in-memory thresholding (CopyQ, evaluation, ReadP). The next query is copied while the present one is evaluated or its result waits.',
  parameters: memoryParameters,
  ports: (p) => ({
    write: input(stream(writePayload(p.tokens, p.dim, p.cellBits))),
    idle: output(wire(bits(1))),
    lookup: input(stream(lookupPayload(p.tokens, p.dim, p.dacBits))),
    pruned: output(stream(prunedPayload(memoryLayout(p).bankTokens * p.banks))),
    read: input(stream(readPayload(p.tokens))),
    data: output(stream(readDataPayload(p.tokens, p.dim))),
    banks: master(many(p.banks, bankBus(p))),
    values: master(memoryBus(memoryLayout(p).bankTokens * p.banks, p.dim * 8)),
    ...lowArray(p),
  }),
  template: { file: 'channel-control/channel-control.v.hbs' },
  constants: (p) => {
    const { bankTokens } = memoryLayout(p);
    const bursts = Math.ceil((bankTokens * p.banks) / (8 * p.dim));
    return {
      TOKEN: indexBits(p.tokens),
      SLOT: indexBits(bankTokens),
      BANKS: p.banks,
      QUEUE: p.queue,
      POINTER: indexBits(p.queue),
      FILL: indexBits(p.queue + 1),
      // Bank timers, and the bus.
      TIMER: indexBits(Math.max(p.tRP, p.tRCD, 2 * p.tBURST, p.tBURST * bursts) + 1),
      BANK: indexBits(p.banks),
      ROW: Math.max(1, indexBits(bankTokens) - Math.log2(p.rowTokens)),
      LEVELS: p.dim * p.dacBits,
      THRESHOLD: thresholdBits,
      HIGH: p.dim * p.cellBits,
      VECTOR: p.dim * 8,
      ADDRESS: indexBits(bankTokens * p.banks),
      PRUNED: bankTokens * p.banks,
      STAGES: p.tCL + p.tBURST,
      // Timers of commands that take a query or its answer across the bus.
      STEP: indexBits(gainBits),
      LONG: indexBits(p.tCL + p.tBURST * bursts + p.tAxTh + 3),
    };
  },
  view: (p) => {
    const { bankTokens } = memoryLayout(p);
    const channelBits = Math.log2(p.channels);
    const bankBits = Math.log2(p.banks);
    const slotLow = channelBits + bankBits;
    const token = indexBits(p.tokens);
    const bursts = Math.ceil((bankTokens * p.banks) / (8 * p.dim));
    const slotBits = indexBits(bankTokens);
    const rowBits = Math.max(0, slotBits - Math.log2(p.rowTokens));
    // Bits of a token number beyond its width are 0: a small design has fewer bits than its banks could number.
    const addressBits = indexBits(bankTokens * p.banks);
    const part = (name: string, high: number, low: number): string => {
      const top = Math.min(high, token - 1);
      if (low > top) return `${high - low + 1}'d0`;
      const body = bitSelect(name, top, low, token);
      return high > top ? `{ ${high - top}'d0, ${body} }` : body;
    };
    return {
      writeBank: part('write_index', slotLow - 1, channelBits),
      writeSlot: part('write_index', slotLow + slotBits - 1, slotLow),
      readBank: part('read_token', slotLow - 1, channelBits),
      headSlots: Array.from({ length: p.banks }, (_, b) => part(`head_token${b}`, slotLow + slotBits - 1, slotLow)),
      writeAddress: part('write_index', channelBits + addressBits - 1, channelBits),
      tailAddress: part('tail_token', channelBits + addressBits - 1, channelBits),
      tailBank: part('tail_token', slotLow - 1, channelBits),
      tailSlot: part('tail_token', slotLow + slotBits - 1, slotLow),
      bankBits,
      rowBits,
      rowLow: Math.log2(p.rowTokens),
      rows: rowBits > 0,
      banks: Array.from({ length: p.banks }, (_, b) => b),
      split: p.cellBits < 8,
      // Grants in turn: for each value of the turn, banks in the order in which they are looked at.
      turns: Array.from({ length: p.banks }, (_, turn) => ({
        turn,
        order: Array.from({ length: p.banks }, (_, i) => (turn + i) % p.banks),
      })),
      tRP: p.tRP,
      tRCD: p.tRCD,
      burst: p.tBURST - 1,
      writeBurst: 2 * p.tBURST - 1,
      answerBurst: p.tBURST * bursts - 1,
      copyTime: p.tCL + p.tBURST,
      answerTime: p.tCL + p.tBURST * bursts,
      evaluateTime: p.tAxTh + 2,
      replica: p.replica ?? false,
      lastStep: gainBits - 1,
      severalStages: p.tCL + p.tBURST > 1,
      prunedOrder: Array.from({ length: bankTokens * p.banks }, (_, i) => bankTokens * p.banks - 1 - i).map((a) => {
        const bit = `banks${a % p.banks}_pruned`;
        return elementOf(bit, 1, Math.floor(a / p.banks), bankTokens);
      }),
    };
  },
});
