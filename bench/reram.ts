/**
 * Speed of the ReRAM array, one thread: exact solutions with wires, differential reads, and an array on which iterative
 * solvers give up. Rounds after warming up; the first of a process also compiles.
 */
import { mix } from '../src/numerics/random.ts';
import { type WiredArray, WireNetwork } from '../src/reram/array/network.ts';
import { residual } from '../src/reram/array/residual.ts';
import { TileReader } from '../src/reram/array/read.ts';
import { programTile } from '../src/reram/array/tile.ts';
import { devicePreset } from '../src/reram/device/presets.ts';
import type { Group } from './context.ts';
import { median, roundsNote } from './figure.ts';

const show = (seconds: number): string => `${(seconds * 1000).toPrecision(3)} ms`;

interface Rounds {
  /** Seconds of each, by the clock and of a core. */
  readonly wall: readonly number[];
  readonly core: readonly number[];
}

/** `work` is done `times` in each round. Warmed up before. */
function rounds(count: number, times: number, work: (n: number) => unknown): Rounds {
  for (let n = 0; n < Math.max(3, times); n++) work(n);
  const wall: number[] = [];
  const core: number[] = [];
  for (let round = 0; round < count; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    for (let n = 0; n < times; n++) work(n);
    wall.push((performance.now() - start) / 1000 / times);
    const { user, system } = process.cpuUsage(before);
    core.push((user + system) / 1e6 / times);
  }
  return { wall, core };
}

/** The target is on the clock; what it takes of a core says how much of that was waiting for one. */
const note = ({ wall, core }: Rounds): string => `${roundsNote(wall, show)}; ${show(median(core))} of a core`;

const arrayOf = (rows: number, columns: number, least: number, most: number, ohms: readonly [number, number]) => {
  const uniform = (n: number) => mix(n + 1) / 2 ** 32;
  const conductance = Float64Array.from({ length: rows * columns }, (_, n) => least + (most - least) * uniform(n));
  return { rows, columns, conductance, wordOhms: ohms[0], bitOhms: ohms[1] } satisfies WiredArray;
};

/** A few seconds. */
export const reram: Group = async function* ({ quick }) {
  const count = quick ? 5 : 25;
  const array = arrayOf(64, 128, 1e-6, 40e-6, [1.5, 0.5]);
  const word = Float64Array.from({ length: 64 }, (_, i) => 0.2 * ((i % 16) / 15));
  const nodes = new WireNetwork(array).nodes({ word });
  const solved = `residual ${residual(array, { word }, nodes).backward.toExponential(1)}`;
  const ms = ({ wall }: Rounds) => ({ value: 1000 * median(wall), unit: 'ms' as const });

  const first = rounds(count, 1, () => new WireNetwork(array).nodes({ word }));
  yield {
    name: 'reram 64x128 with wires, 16,384 nodes, first vector',
    ...ms(first),
    target: { atMost: 30 },
    note: `${solved}; ${note(first)}`,
  };
  const whole = rounds(count, 1, () => new WireNetwork(array).transfer());
  yield {
    name: 'reram 64x128 with wires, whole transfer matrix',
    ...ms(whole),
    target: { atMost: 1000 },
    note: note(whole),
  };
  const network = new WireNetwork(array);
  const out = new Float64Array(128);
  const further = rounds(count, 1000, () => network.bitCurrents(word, out));
  yield {
    name: 'reram 64x128 with wires, each further vector',
    ...ms(further),
    target: { atMost: 0.05 },
    note: note(further),
  };
  const settings = {
    device: devicePreset('reram65'),
    coding: 'differential',
    cellBits: 4,
    dacBits: 4,
    rows: 64,
    columns: 128,
    wordOhms: 1.5,
    bitOhms: 0.5,
    seed: 1,
  } as const;
  const keys = Int8Array.from({ length: 64 * 128 }, (_, n) => mix(n));
  const reader = new TileReader(programTile({ ...settings, tileId: 0 }, keys), 1);
  const read = rounds(count, 1000, (n) => reader.read(word, n, out));
  yield {
    name: 'reram 64x128 differential read, programmed, read noise',
    ...ms(read),
    target: { atMost: 0.1 },
    note: note(read),
  };
  const programmed = rounds(quick ? 3 : 9, 1, (n) => programTile({ ...settings, tileId: n }, keys));
  yield {
    name: 'reram 64x128 differential tile, programmed and solved',
    ...ms(programmed),
    note: note(programmed),
  };
  yield* hard(quick ? 1 : 3);
};

/** LRS of 1 kohm behind 10 ohm a segment. */
async function* hard(count: number): ReturnType<Group> {
  const array = arrayOf(128, 128, 1e-3, 1e-3, [10, 10]);
  const word = new Float64Array(128).fill(0.2);
  const times = rounds(count, 1, () => new WireNetwork(array).nodes({ word }));
  const nodes = new WireNetwork(array).nodes({ word });
  const { backward, net } = residual(array, { word }, nodes);
  const name = 'reram 128x128, 1 kohm, 10 ohm a segment';
  yield { name, value: 1000 * median(times.wall), unit: 'ms', note: note(times) };
  yield {
    name: `${name}, residual`,
    value: backward,
    unit: 'share',
    target: { atMost: 1e-12 },
    note: `largest net current of a node ${net.toExponential(1)} of all current`,
  };
}
