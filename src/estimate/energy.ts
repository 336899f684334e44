/**
 * Energy at 65 nm: of memories and analog arrays by CACTI and NVSim, of logic by what `prunus power` says of osu018's cells (180 nm), scaled.
 * Good for comparing designs, not for adding up to a chip.
 */
import type { AreaEstimate } from './area.ts';

/** pJ by access. */
export const accessEnergy = {
  /** A bit of an SRAM of 16 KB with words of 512 bits: CACTI 7, 65 nm, ITRS-HP. */
  sramRead: 0.09,
  sramWrite: 0.18,
  /** A bit of a ReRAM array of 128 KB, one transistor and one resistor a cell, 10 kOhm: NVSim, 65 nm. */
  reramRead: 0.17,
  reramWrite: 3.6,
  /** A device in an analog evaluation, V^2 G t: 0.2 V over 25 kOhm for 5 ns. Devices of pairs count twice. */
  device: 0.008,
  /** A decision of a column: a charging comparator, TIMELY (ISCA 2020), table II, 65 nm. */
  decision: 0.0417,
} as const;

/** From 180 nm and 1.8 V to 65 nm and 1.2 V: capacitance by length, and the square of the voltage. Inferred, not measured. */
const scale = (65 / 180) * (1.2 / 1.8) ** 2;

/**
 * pJ of a cycle, 180 nm: `prunus power sprint-s --set dim=8 --set tokens=16 --set memory.channels=1 --set memory.banks=1` has 122.3 mW of clock
 * in 5,264 flip-flops and 24.4 mW of transitions in 78,209 gate equivalents at 100 MHz.
 */
const cellEnergy = {
  /** The clock pin of a flip-flop. */
  registerCycle: 0.232,
  /** Transitions of a gate equivalent. */
  gateCycle: 0.0031,
} as const;

/** What a design did. */
export interface DoneWork {
  readonly cycles: number;
  /** Queries, and as many keys and values; elements of each. */
  readonly rows: number;
  readonly dim: number;
  readonly keyBits: number;
  readonly valueBits: number;
  readonly keptPairs: number;
  readonly pruned: boolean;
  /** Null where memory on chip holds all. */
  readonly keysFetched: number | null;
  readonly valuesFetched: number | null;
}

export interface EnergyEstimate {
  /** J */
  readonly total: number;
  readonly parts: readonly { readonly name: string; readonly joules: number; readonly of: string }[];
}

/** Every kept pair reads a key and a value on chip, every fetch or load writes one; an evaluation of a query drives all devices. */
export function estimateEnergy({ total }: AreaEstimate, w: DoneWork): EnergyEstimate {
  const { sramRead, sramWrite, reramRead, reramWrite, device, decision } = accessEnergy;
  const [key, value] = [w.dim * w.keyBits, w.dim * w.valueBits];
  const [keys, values] = [w.keysFetched ?? w.rows, w.valuesFetched ?? w.rows];
  const fetches = w.keysFetched !== null;
  const picojoules = (name: string, pj: number, of: string) => ({ name, joules: pj * 1e-12, of });
  const parts = [
    picojoules(
      'clock',
      w.cycles * total.registers * cellEnergy.registerCycle * scale,
      '65 nm, scaled from osu018: every flip-flop in every cycle',
    ),
    picojoules(
      'logic',
      w.cycles * total.area * cellEnergy.gateCycle * scale,
      '65 nm, scaled from osu018: as busy as a small SPRINT',
    ),
    picojoules('reads on chip', w.keptPairs * (key + value) * sramRead, '65 nm, a key and a value a kept pair'),
    picojoules('writes on chip', (keys * key + values * value) * sramWrite, '65 nm, a vector a fetch'),
    ...(fetches
      ? [
          picojoules('main memory', (keys * key + values * value) * reramRead, '65 nm ReRAM, a vector a fetch'),
          picojoules('loading', w.rows * (key + value) * reramWrite, '65 nm ReRAM, every key and value once'),
        ]
      : []),
    ...(w.pruned && total.reramDevices > 0
      ? [
          picojoules(
            'analog evaluation',
            w.rows * (total.reramDevices * device + w.rows * decision),
            '0.2 V, 25 kOhm, 5 ns; a comparator a column',
          ),
        ]
      : []),
  ];
  return { total: parts.reduce((n, p) => n + p.joules, 0), parts };
}
