/** What a design can be mapped to, and the yosys script that maps one module to it. */
import { genericLiberty } from './cells.ts';

export const targetNames = ['generic', 'ice40', 'ecp5', 'xilinx', 'liberty'] as const;
export type TargetName = (typeof targetNames)[number];

export interface Target {
  readonly name: TargetName;
  /** Gates of a library, or what an FPGA is made of. */
  readonly kind: 'cells' | 'fpga';
  /** The text of the liberty file, of targets of kind `cells`. */
  readonly liberty: string | undefined;
  /** What areas are in. */
  readonly unit: 'gate equivalents' | 'library units' | undefined;
  /** Files of `templates/synth` that the commands read. */
  readonly support: readonly string[];
  /** Commands after `read_verilog` and `hierarchy`, up to the mapped module. */
  readonly map: (top: string) => readonly string[];
  /** Warnings that say nothing about the netlist. */
  readonly harmless?: RegExp;
}

/** Area before delay: what is mapped for no particular clock should be small. */
const areaScript = '+strash;ifraig;scorr;dc2;dch,-f;map,-a;topo';
const coarse = [
  'proc',
  'opt_expr',
  'opt_clean',
  'check',
  'opt -nodffe -nosdff',
  'fsm',
  'opt',
  'wreduce',
  'peepopt',
  'opt_clean',
];
const fine = [
  'alumacc',
  'share',
  'opt',
  'memory -nomap',
  'opt_clean',
  'opt -fast -full',
  'memory_map',
  'opt -undriven -fine',
  'techmap',
  'opt -fast',
];

const generic: Target = {
  name: 'generic',
  kind: 'cells',
  liberty: genericLiberty(),
  unit: 'gate equivalents',
  support: ['arithmetic.v'],
  map: () => [
    ...coarse,
    'techmap -map arithmetic.v',
    'opt',
    'techmap -map arithmetic.v',
    'opt',
    ...fine,
    'dfflibmap -liberty cells.lib',
    `abc -liberty cells.lib -script ${areaScript}`,
    'opt_clean -purge',
  ],
};

/**
 * Delay before area, then gates as small as a path of so many ps allows. yosys' own script for `-constr` maps with `map` on choices and
 * buffers with `buffer`, which did not end within minutes for a normaliser of two lanes; `&nf` and `buffer -c` take a second.
 */
const delayScript = (ps: number): string =>
  `+strash;ifraig;scorr;dc2;dch,-f;strash;&get,-n;&nf;&put;buffer,-c;topo;upsize,-D,${ps};dnsize,-D,${ps};stime,-p`;

/** What abc sizes gates for where nothing is said, MHz. */
export const defaultClock = 100;

/** Without, abc fails where it is asked for gates that are fast. */
const hasTiming = (liberty: string): boolean => /\btiming\s*\(/.test(liberty);

/**
 * A user's own cells: yosys' adders, which are faster than ripple adders; abc maps for delay and buffers what drives much, or for area where
 * the library knows of nothing else.
 */
const libertyTarget = (liberty: string, clock: number): Target => ({
  name: 'liberty',
  kind: 'cells',
  liberty,
  unit: 'library units',
  support: [],
  map: () => [
    ...coarse,
    ...fine,
    'dfflibmap -liberty cells.lib',
    hasTiming(liberty)
      ? `abc -liberty cells.lib -constr abc.constr -script ${delayScript(Math.round(1e6 / clock))}`
      : `abc -liberty cells.lib -script ${areaScript}`,
    'setundef -zero',
    'splitnets',
    'opt_clean -purge',
  ],
});

/**
 * Without DSP blocks: `synth_ice40 -dsp` of Yosys 0.23 and 0.55 packs the register of one product into the multiplier of another, and
 * the netlist computes something else.
 */
const ice40: Target = {
  name: 'ice40',
  kind: 'fpga',
  liberty: undefined,
  unit: undefined,
  support: ['rows.v'],
  map: (top) => [...coarse, 'techmap -map rows.v', `synth_ice40 -top ${top}`],
};

const fpga = (name: TargetName, command: (top: string) => string): Target => ({
  name,
  kind: 'fpga',
  liberty: undefined,
  unit: undefined,
  support: [],
  map: (top) => [command(top)],
});

/** A target by its name; `liberty` takes the text of a library, and a clock in MHz that gates are sized for. */
export function targetOf(name: TargetName, liberty?: string, clock = defaultClock): Target {
  switch (name) {
    case 'generic':
      return generic;
    case 'liberty':
      return libertyTarget(liberty!, clock);
    case 'ice40':
      return ice40;
    case 'ecp5':
      return fpga(name, (top) => `synth_ecp5 -top ${top}`);
    case 'xilinx':
      return {
        ...fpga(name, (top) => `synth_xilinx -family xc7 -noiopad -noclkbuf -top ${top}`),
        // Its map of block RAMs connects wires as wide as the widest shape to the ports of narrower ones.
        harmless:
          /^Resizing cell port \S+\.(D[IO]P?[AB]D[IO]P?|ADDR(ARD|BWR)ADDR|WEA|WEBWE) from \d+ bits to \d+ bits\.$/,
      };
  }
}
