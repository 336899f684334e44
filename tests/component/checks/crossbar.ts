/** Memories and crossbars, reached through their command ports. */
import { crossbarTile } from '../../../src/components/crossbar-tile/crossbar-tile.ts';
import { memoryLayout, memoryParameters } from '../../../src/components/main-memory/layout.ts';
import { memoryBank } from '../../../src/components/main-memory/main-memory.ts';
import { sram } from '../../../src/components/sram/sram.ts';
import type { Part } from '../../../src/dsl/component.ts';
import { bench } from '../../../src/explore/component-check/bench.ts';
import type { ComponentCheck, Trial } from '../../../src/explore/component-check/check.ts';
import { randomField, rangeOf, streamFields } from '../../../src/explore/component-check/items.ts';
import type { Random } from '../../../src/explore/verify/random.ts';
import { deviate, gaussian, random, randomTag } from '../../../src/numerics/random.ts';
import { conductance, noiseScales } from '../../../src/reram/crossbar.ts';
import { columnCounter } from '../../../src/reram/layout.ts';
import type { SimItem } from '../../../src/sim/cases.ts';
import { listOf, shuffled, trialsOf } from './stimulus.ts';

interface MemoryModel {
  readonly words: number[];
  last: number | undefined;
}

const memoryShapes = {
  one: { depth: 1, width: 8 },
  two: { depth: 2, width: 1 },
  five: { depth: 5, width: 13 },
  sixteen: { depth: 16, width: 40 },
};
const memories = bench('bench_memory', {
  one: sram({ ...memoryShapes.one, role: 'one' }),
  two: sram({ ...memoryShapes.two, role: 'two' }),
  five: sram({ ...memoryShapes.five, role: 'five' }),
  sixteen: sram({ ...memoryShapes.sixteen, role: 'sixteen' }),
});

/** Every word is written first; then reads, writes, both at once, and looks at the word that was read last. */
function memoryTrials(r: Random): Trial[] {
  const models = new Map<string, MemoryModel>();
  return trialsOf(4, () => {
    const streams: Record<string, SimItem[]> = {};
    const expect: Record<string, SimItem[]> = {};
    for (const [name, { depth, width }] of Object.entries(memoryShapes)) {
      const model = models.get(name) ?? { words: [], last: undefined };
      models.set(name, model);
      const port = `${name}_memory`;
      const commands: SimItem[] = (streams[`${port}_command`] = []);
      const answers: SimItem[] = (expect[`${port}_answer`] = []);
      const give = (write: number | undefined, read: number | undefined): void => {
        const data = r.integer(0, 2 ** width - 1);
        if (read !== undefined) model.last = model.words[read];
        if (write !== undefined) model.words[write] = data;
        commands.push({
          write_enable: write === undefined ? 0 : 1,
          write_address: write ?? r.integer(0, depth - 1),
          write_data: data,
          read_enable: read === undefined ? 0 : 1,
          read_address: read ?? r.integer(0, depth - 1),
          ask: model.last === undefined ? 0 : 1,
        });
        if (model.last !== undefined) answers.push({ read_data: model.last });
      };
      for (const address of shuffled(r, depth)) give(address, undefined);
      for (let n = 0; n < 60; n++) {
        const one = (chance: number) => (r.chance(chance) ? r.integer(0, depth - 1) : undefined);
        give(one(0.4), one(0.5));
      }
    }
    return { streams, expect };
  });
}

const base = memoryParameters.parse({});
const shape = (change: Partial<typeof base>) => ({ ...base, channels: 1, banks: 1, ...change });

/** Tiles and banks of them; what has no spread also runs in its synthesizable form. */
const idealShapes = {
  usual: shape({ tokens: 16, dim: 8, columns: 16, cellBits: 4, dacBits: 4, tAxTh: 8 }),
  odd: shape({ tokens: 5, dim: 15, columns: 5, cellBits: 1, dacBits: 8, tAxTh: 2 }),
  fast: shape({ tokens: 7, dim: 3, columns: 7, cellBits: 8, dacBits: 1, tAxTh: 1 }),
  slow: shape({ tokens: 6, dim: 2, columns: 6, cellBits: 2, dacBits: 3, tAxTh: 20 }),
  single: shape({ tokens: 1, dim: 1, columns: 4, cellBits: 8, dacBits: 8, tAxTh: 3 }),
  tiles: shape({ tokens: 22, dim: 4, columns: 4, cellBits: 4, dacBits: 4, banks: 2 }),
  // Where the packed sums of the behavioural form are fullest, and where one is not enough.
  fullest: shape({ tokens: 3, dim: 144, columns: 3, cellBits: 4, dacBits: 4 }),
  several: shape({ tokens: 5, dim: 11, columns: 5, cellBits: 5, dacBits: 8 }),
  thirds: shape({ tokens: 22, dim: 3, columns: 3, cellBits: 4, dacBits: 4, banks: 2 }),
  pair: shape({ tokens: 4, dim: 4, columns: 2, cellBits: 3, dacBits: 5, tAxTh: 1 }),
};
const noisyShapes = {
  all: shape({
    tokens: 40,
    dim: 5,
    columns: 4,
    cellBits: 3,
    dacBits: 3,
    channels: 2,
    banks: 2,
    programSigma: 0.05,
    readSigma: 0.02,
    comparatorSigma: 0.02,
  }),
  programming: shape({ tokens: 6, dim: 9, columns: 6, cellBits: 4, dacBits: 4, programSigma: 0.1 }),
  read: shape({ tokens: 20, dim: 8, columns: 6, cellBits: 1, dacBits: 4, banks: 4, readSigma: 0.05 }),
  offset: shape({ tokens: 12, dim: 8, columns: 4, cellBits: 4, dacBits: 2, comparatorSigma: 0.04 }),
};
type Shapes = Readonly<Record<string, typeof base>>;

/** A bank, or a single tile. */
function crossbar(name: string, p: typeof base, whole: boolean): Part {
  const after = { answerAfter: p.tAxTh + 2 };
  if (whole) return bench(`bank_${name}`, { bank: memoryBank(p) }, undefined, after);
  const {
    tokens,
    dim,
    channels,
    banks,
    rows,
    columns,
    cellBits,
    dacBits,
    tAxTh,
    programSigma,
    readSigma,
    comparatorSigma,
  } = p;
  const tile = {
    tokens,
    dim,
    channels,
    banks,
    rows,
    columns,
    cellBits,
    dacBits,
    tAxTh,
    programSigma,
    readSigma,
    comparatorSigma,
  };
  return bench(`tile_${name}`, { tile: crossbarTile(tile) }, undefined, after);
}

const crossbars = (name: string, shapes: Shapes, whole: boolean): Part =>
  bench(name, Object.fromEntries(Object.entries(shapes).map(([n, p]) => [n, crossbar(n, p, whole)])));

interface CrossbarModel {
  readonly keys: number[][];
  read: number[] | undefined;
  pruned: number[] | undefined;
}

function crossbarTrials(part: Part, shapes: Shapes, whole: boolean): ComponentCheck['trials'] {
  const [port, place] = whole ? ['bank', 'slot'] : ['port', 'column'];
  return (r) => {
    // A bank's conductances are those of its keys: number and seed stay.
    const wires: Record<string, number> = {};
    const models = new Map<string, CrossbarModel>();
    const own = new Map<string, { channel: number; bank: number; tile: number; seed: number }>();
    for (const [name, p] of Object.entries(shapes)) {
      const { tiles } = memoryLayout(p);
      const numbers = {
        channel: r.integer(0, p.channels - 1),
        bank: r.integer(0, p.banks - 1),
        tile: whole ? 0 : r.integer(0, tiles - 1),
        seed: r.word(),
      };
      own.set(name, numbers);
      models.set(name, { keys: [], read: undefined, pruned: undefined });
      wires[`${name}_noise_seed`] = numbers.seed;
      wires[`${name}_channel_number`] = numbers.channel;
      wires[`${name}_bank_number`] = numbers.bank;
      if (!whole) wires[`${name}_tile_number`] = numbers.tile;
    }
    return trialsOf(4, (i) => {
      const streams: Record<string, SimItem[]> = {};
      const expect: Record<string, SimItem[]> = {};
      for (const [name, p] of Object.entries(shapes)) {
        const { bankTokens, usedColumns } = memoryLayout(p);
        const count = whole ? bankTokens : usedColumns;
        const model = models.get(name)!;
        const fields = streamFields(part, `${name}_${port}_command`);
        const commands: SimItem[] = (streams[`${name}_${port}_command`] = []);
        const answers: SimItem[] = (expect[`${name}_${port}_answer`] = []);
        const give = (what: { write?: number; read?: number; evaluate?: boolean }): void => {
          const extreme = r.chance(0.2);
          // All elements at one limit give the largest currents.
          const vectorOf = (vector: string): number[] => {
            const field = fields[vector]!;
            const limit = r.pick(rangeOf(field));
            return r.chance(0.2) ? listOf(p.dim, () => limit) : (randomField(field, r, extreme) as number[]);
          };
          const data = vectorOf('write_data');
          const levels = vectorOf('levels');
          const operation = r.integer(0, p.tokens - 1);
          if (what.read !== undefined) model.read = model.keys[what.read];
          if (what.write !== undefined) model.keys[what.write] = data;
          let threshold = r.integer(-(2 ** 27), 2 ** 27 - 1);
          if (what.evaluate) {
            const at = own.get(name)!;
            const currents = model.keys.map((key, n) => currentOf(p, at, n, key, levels, operation));
            // A threshold among the currents, equal to one of them where that can be.
            if (r.chance(0.9)) threshold = Math.round(r.pick(currents) / 64) + r.integer(-1, 1);
            model.pruned = currents.map((a) => (a < threshold * 64 ? 1 : 0));
          }
          const ask = model.read && model.pruned && model.keys.length === count ? 1 : 0;
          commands.push({
            evaluate: what.evaluate ? 1 : 0,
            levels,
            threshold,
            operation,
            write_enable: what.write === undefined ? 0 : 1,
            [`write_${place}`]: what.write ?? r.integer(0, count - 1),
            write_data: data,
            read_enable: what.read === undefined ? 0 : 1,
            [`read_${place}`]: what.read ?? r.integer(0, count - 1),
            ask,
          });
          if (ask) answers.push({ read_data: model.read!, pruned: model.pruned! });
        };
        const any = () => r.integer(0, count - 1);
        if (i === 0) for (const column of shuffled(r, count)) give({ write: column });
        for (let n = 0; n < 40; n++) {
          const what = r.integer(0, 9);
          if (n < 2 || what < 4) give(n === 0 ? { read: any() } : { evaluate: true });
          else if (what < 6) give({ read: any() });
          else if (what < 8) give({ write: any() });
          else if (what < 9) give({ write: any(), read: any() });
          else give({});
        }
      }
      return { streams, wires, expect };
    });
  };
}

/** The current of one column, by the formula of src/reram/crossbar.ts. */
function currentOf(
  p: typeof base,
  at: { channel: number; bank: number; tile: number; seed: number },
  place: number,
  key: readonly number[],
  levels: readonly number[],
  operation: number,
): number {
  const { tiles, usedColumns } = memoryLayout(p);
  const tile = at.tile + Math.floor(place / usedColumns);
  const tileId = (at.channel * p.banks + at.bank) * tiles + tile;
  const column = columnCounter({ tileId, column: place % usedColumns });
  const scales = noiseScales(p);
  const noise = (tag: number, counter: number, scale: number) =>
    deviate(gaussian(random(at.seed, tag, column, counter)), scale);
  let current = noise(randomTag.offset, 0, scales.offset) + noise(randomTag.read, operation, scales.read);
  key.forEach((k, d) => {
    const code = conductance(k * 2 ** (8 - p.cellBits), d, column, p.cellBits, at.seed, scales.program);
    current += (2 * levels[d]! + 1) * code;
  });
  return current;
}

const crossbarCheck = (name: string, shapes: Shapes, whole: boolean): ComponentCheck => {
  const part = crossbars(`bench_${name}`, shapes, whole);
  return { name, part, trials: crossbarTrials(part, shapes, whole) };
};

export const memoryChecks: readonly ComponentCheck[] = [{ name: 'memory', part: memories, trials: memoryTrials }];

const listOfShapes = Object.entries(idealShapes);
const banked = Object.fromEntries(listOfShapes.filter(([, p]) => memoryLayout(p).tiles > 1 || p.dim === 3));

export const idealCrossbarChecks: readonly ComponentCheck[] = [
  crossbarCheck('crossbar_tile', idealShapes, false),
  crossbarCheck('memory_bank', banked, true),
];

export const noisyCrossbarChecks: readonly ComponentCheck[] = [
  crossbarCheck('crossbar_tile_noise', noisyShapes, false),
  crossbarCheck('memory_bank_noise', { all: noisyShapes.all, offset: noisyShapes.offset }, true),
];
