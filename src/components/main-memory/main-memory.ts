import { z } from 'zod';
import { bits, many, stream, wire } from '../../dsl/kinds.ts';
import { powerOfTwo } from '../../dsl/parameters.ts';
import { input, output, slave } from '../../dsl/ports.ts';
import type { Process } from '../../dsl/process.ts';
import { defineStructure } from '../../dsl/structure.ts';
import { fullCurrent, KeyCrossbar, queryLevels } from '../../reram/crossbar.ts';
import { comparatorLevels } from '../../reram/programmed.ts';
import { arrayKind, type ReramSettings, reramGroup } from '../../reram/settings.ts';
import { bankControl } from '../bank-control/bank-control.ts';
import { channelControl } from '../channel-control/channel-control.ts';
import { crossbarTile } from '../crossbar-tile/crossbar-tile.ts';
import { fillRouter, keyFillPayload, valueFillPayload } from '../fill-router/fill-router.ts';
import { fork } from '../fork/fork.ts';
import { indexBits, requestPayload } from '../payloads.ts';
import { prunedJoin } from '../pruned-join/pruned-join.ts';
import { lookupPayload } from '../query-dispatch/query-dispatch.ts';
import { requestRouter } from '../request-router/request-router.ts';
import { writePayload } from '../sequencer/sequencer.ts';
import { sram } from '../sram/sram.ts';
import { localTokens, prunedPayload } from '../token-select/token-select.ts';
import { writeRouter } from '../write-router/write-router.ts';
import {
  bankBus,
  type MemoryParameters,
  memoryLayout,
  memoryParameters,
  readDataPayload,
  readPayload,
} from './layout.ts';

/** The parameters of a part that shares names with `p`. */
const pick = <K extends keyof MemoryParameters>(p: MemoryParameters, ...names: K[]): Pick<MemoryParameters, K> =>
  Object.fromEntries(names.map((n) => [n, p[n]])) as Pick<MemoryParameters, K>;

/** The part of the parameters that the memory's own parts take. */
const memoryPart = (p: MemoryParameters & { readonly reram?: ReramSettings | undefined }): MemoryParameters => {
  const kind = arrayKind(p.reram);
  return {
    ...(Object.fromEntries(
      Object.keys(memoryParameters.shape).map((n) => [n, p[n as keyof MemoryParameters]]),
    ) as MemoryParameters),
    devices: kind && comparatorLevels(kind, fullCurrent(p)),
    replica: p.reram?.calibration === 'replica' ? true : undefined,
  };
};

/** A bank: the crossbar tiles that hold the high bits of its keys. */
export const memoryBank = defineStructure({
  name: 'memory_bank',
  summary: 'A bank of transposable crossbar tiles, which hold the high bits of its keys, with their comparators.',
  parameters: memoryParameters,
  ports: (p) => ({
    bank: slave(bankBus(p)),
    noise_seed: input(wire(bits(32))),
    channel_number: input(wire(bits(8))),
    bank_number: input(wire(bits(8))),
  }),
  build: (p, { instance, array, connect, port }) => {
    const control = instance('control', bankControl(p));
    const shape = pick(
      p,
      'tokens',
      'dim',
      'channels',
      'banks',
      'rows',
      'columns',
      'cellBits',
      'dacBits',
      'tAxTh',
      'programSigma',
      'readSigma',
      'comparatorSigma',
      'devices',
      'replica',
    );
    const tile = array('tile', memoryLayout(p).tiles, crossbarTile(shape));
    connect(port.bank, control.bank);
    connect(control.tiles, tile.port);
    connect(control.tile_numbers, tile.tile_number);
    connect(port.noise_seed, tile.noise_seed);
    connect(port.channel_number, tile.channel_number);
    connect(port.bank_number, tile.bank_number);
  },
});

/** A channel: its controller, its crossbar banks, and the standard arrays of the low key bits and the values. */
export const memoryChannel = defineStructure({
  name: 'memory_channel',
  summary:
    'A memory channel: the controller, its banks of crossbars, and standard ReRAM for the low key bits and the values.',
  parameters: memoryParameters,
  ports: (p) => ({
    channel_number: input(wire(bits(8))),
    noise_seed: input(wire(bits(32))),
    write: input(stream(writePayload(p.tokens, p.dim, p.cellBits))),
    idle: output(wire(bits(1))),
    lookup: input(stream(lookupPayload(p.tokens, p.dim, p.dacBits))),
    pruned: output(stream(prunedPayload(memoryLayout(p).bankTokens * p.banks))),
    read: input(stream(readPayload(p.tokens))),
    data: output(stream(readDataPayload(p.tokens, p.dim))),
  }),
  build: (p, { instance, array, connect, pick: one, port, tie }) => {
    const control = instance('control', channelControl(p));
    const bank = array('bank', p.banks, memoryBank(p));
    connect(port.write, control.write);
    connect(control.idle, port.idle);
    connect(port.lookup, control.lookup);
    connect(control.pruned, port.pruned);
    connect(port.read, control.read);
    connect(control.data, port.data);
    connect(control.banks, bank.bank);
    connect(port.noise_seed, bank.noise_seed);
    connect(port.channel_number, bank.channel_number);
    for (let b = 0; b < p.banks; b++) tie(b, one(bank.bank_number, b));
    // Standard arrays: one logical memory for all banks of the channel, since a channel accesses one bank at a time.
    const depth = memoryLayout(p).bankTokens * p.banks;
    const values = instance('values', sram({ role: 'channel_value', technology: 'reram', depth, width: p.dim * 8 }));
    connect(control.values, values.memory);
    if (p.cellBits < 8) {
      const low = instance(
        'low',
        sram({ role: 'channel_key_low', technology: 'reram', depth, width: p.dim * (8 - p.cellBits) }),
      );
      connect(control.low, low.memory);
    }
  },
});

const { devices: _devices, replica: _replica, ...memoryOwn } = memoryParameters.shape;
const parameters = z.strictObject({
  ...memoryOwn,
  corelets: powerOfTwo({ description: 'CORELETs', min: 1, max: 64, default: 1 }),
  reram: reramGroup,
});

/** The ReRAM main memory with its controller: tokens are written, queries are thresholded in memory, vectors are read. */
export const mainMemory = defineStructure({
  name: 'main_memory',
  summary:
    'The ReRAM main memory: channels and banks, in-memory thresholding, and the routers between the channels and the token stores.',
  parameters,
  ports: (p) => {
    const local = localTokens(p.tokens, p.corelets);
    return {
      clear: input(wire(bits(1))),
      length: input(wire(bits(indexBits(p.tokens + 1)))),
      noise_seed: input(wire(bits(32))),
      write: input(stream(writePayload(p.tokens, p.dim, p.cellBits))),
      loaded: output(wire(bits(1))),
      lookup: input(stream(lookupPayload(p.tokens, p.dim, p.dacBits))),
      pruned: output(stream(prunedPayload(p.tokens))),
      key_requests: input(many(p.corelets, stream(requestPayload(local)))),
      value_requests: input(many(p.corelets, stream(requestPayload(local)))),
      key_fills: output(many(p.corelets, stream(keyFillPayload(local, p.dim, p.cellBits), 'packet'))),
      value_fills: output(many(p.corelets, stream(valueFillPayload(local, p.dim), 'packet'))),
    };
  },
  build: (p, { instance, array, connect, pick: one, port, tie }) => {
    const writes = instance('writes', writeRouter(pick(p, 'tokens', 'dim', 'channels', 'cellBits')));
    const lookups = instance('lookups', fork(lookupPayload(p.tokens, p.dim, p.dacBits), p.channels));
    const channel = array('channel', p.channels, memoryChannel(memoryPart(p)));
    const answers = instance('answers', prunedJoin(pick(p, 'tokens', 'dim', 'channels', 'banks', 'rows', 'columns')));
    const requests = instance(
      'requests',
      requestRouter({ tokens: p.tokens, channels: p.channels, corelets: p.corelets }),
    );
    const fills = instance(
      'fills',
      fillRouter({ ...pick(p, 'tokens', 'channels', 'dim', 'cellBits'), corelets: p.corelets }),
    );
    connect(port.clear, writes.clear);
    connect(port.length, writes.length);
    connect(port.write, writes.write);
    connect(writes.channels, channel.write);
    connect(channel.idle, writes.idle);
    connect(writes.loaded, port.loaded);
    connect(port.noise_seed, channel.noise_seed);
    for (let c = 0; c < p.channels; c++) tie(c, one(channel.channel_number, c));
    connect(port.lookup, lookups.from);
    connect(lookups.to, channel.lookup);
    connect(channel.pruned, answers.channels);
    connect(answers.pruned, port.pruned);
    connect(port.key_requests, requests.keys);
    connect(port.value_requests, requests.values);
    connect(requests.channels, channel.read);
    connect(channel.data, fills.channels);
    connect(fills.keys, port.key_fills);
    connect(fills.values, port.value_fills);
  },
  model(p, io): Process[] {
    const keys = new Map<number, Int8Array>();
    const values = new Map<number, ArrayLike<number>>();
    const parts = new Map<number, Record<string, unknown>>();
    const memory = { complete: false };
    function* load(): Process {
      const length = yield* io.length.read();
      for (let n = 0; n < length; n++) {
        const { index, value, ...key } = yield* io.write.take();
        const low = 'lsb' in key ? (key.lsb as ArrayLike<number>) : undefined;
        keys.set(
          index,
          Int8Array.from(key.msb, (h, d) => h * 2 ** (8 - p.cellBits) + (low?.[d] ?? 0)),
        );
        values.set(index, value);
        parts.set(index, key);
      }
      memory.complete = true;
      io.loaded.set(1);
    }
    function* threshold(): Process {
      const seed = yield* io.noise_seed.read();
      let crossbar: KeyCrossbar | undefined;
      for (;;) {
        const { levels, threshold: limit, row } = yield* io.lookup.take();
        while (!memory.complete) yield;
        const count = keys.size;
        crossbar ??= new KeyCrossbar(
          p,
          seed,
          Int8Array.from({ length: count * p.dim }, (_, i) => keys.get(Math.floor(i / p.dim))![i % p.dim]!),
        );
        // The model takes queries at full width; their cut-off bits do not matter to it.
        const query = new Int8Array((row + 1) * p.dim);
        query.set(
          Array.from(levels, (l) => l * 2 ** (8 - p.dacBits)),
          row * p.dim,
        );
        const kept = new Int32Array(count);
        const found = crossbar.keep(queryLevels(query, p.dacBits), row, count, limit, kept);
        const pruned = new Uint8Array(p.tokens).fill(1);
        for (const j of kept.subarray(0, found)) pruned[j] = 0;
        io.pruned.put({ pruned });
      }
    }
    const answer = function* (lane: number, value: boolean): Process {
      const requests = (value ? io.value_requests : io.key_requests)[lane]!;
      const fills = (value ? io.value_fills : io.key_fills)[lane]!;
      for (;;) {
        const { index } = yield* requests.take();
        const token = index * p.corelets + lane;
        while (!parts.has(token)) yield;
        fills.put({ index, ...(value ? { data: values.get(token) } : parts.get(token)) } as never);
      }
    };
    const lanes = Array.from({ length: p.corelets }, (_, lane) => [answer(lane, false), answer(lane, true)]).flat();
    return [load(), threshold(), ...lanes];
  },
});
