/**
 * How many block RAMs a memory of one write and one read port needs, from what the vendors document: a block RAM is so many rows of so many
 * lanes, and a write may leave lanes out. A memory takes one shape; its words are cut into pieces as deep as the shape, and the lanes of
 * all pieces share block RAMs.
 */
import type { TargetName } from '../../src/synth/targets.ts';

interface Shape {
  readonly rows: number;
  readonly lanes: number;
  /** Bits of a lane. */
  readonly bits: number;
  /** In units of `Amounts.blockRams`. */
  readonly units: number;
}

/** `rows x lanes x bits` each. */
const shapes = (units: number, ...list: string[]): Shape[] =>
  list.map((text) => {
    const [rows, lanes, bits] = text.split('x').map(Number) as [number, number, number];
    return { rows, lanes, bits, units };
  });

const blockRams: Readonly<Partial<Record<TargetName, readonly Shape[]>>> = {
  // SB_RAM40_4K with a mask for every bit; its narrower shapes hold nothing that this one does not. Lattice TN-02002, iCE40 memory usage.
  ice40: shapes(1, '256x16x1'),
  // DP16KD and PDPW16KD, bytes of nine bits. Lattice TN-02204, ECP5 memory usage.
  ecp5: shapes(1, '512x4x9', '1024x2x9', '2048x1x9', '4096x1x4', '8192x1x2', '16384x1x1'),
  // RAMB18E1 and RAMB36E1, bytes of nine bits. Xilinx UG473, 7 series memory resources.
  xilinx: [
    ...shapes(1, '512x4x9', '1024x2x9', '2048x1x9', '4096x1x4', '8192x1x2', '16384x1x1'),
    ...shapes(2, '512x8x9', '1024x4x9', '2048x2x9', '4096x1x9', '8192x1x4', '16384x1x2', '32768x1x1'),
  ],
};

/** Undefined for a target without block RAMs. */
export function expectedBlockRams(target: TargetName, words: number, width: number): number | undefined {
  const possible = blockRams[target]?.map(({ rows, lanes, bits, units }) => {
    const all = Math.ceil(words / rows) * Math.ceil(width / bits);
    return units * Math.ceil(all / lanes);
  });
  return possible && Math.min(...possible);
}
