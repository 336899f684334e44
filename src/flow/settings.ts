/** What files for other programs need to know beside the design: `flow` of a design file, or `--flow-set name=value`. */
import { z } from 'zod';
import { integer, real } from '../dsl/parameters.ts';

/** The groups of files that can be asked for. */
export const flowNames = ['fusesoc', 'vivado', 'yosys', 'asic', 'memories', 'diagram', 'map'] as const;
export type FlowName = (typeof flowNames)[number];

const word = (pattern: RegExp, value: string, description: string, source?: string) =>
  z
    .string()
    .regex(pattern)
    .default(value)
    .meta({ description, ...(source && { source }) });

const placeholder = 'a placeholder: replace it by your own';

export const flowSettings = z.strictObject({
  clock: real({
    description: 'clock that the constraints ask for',
    unit: 'MHz',
    min: 0.001,
    max: 10_000,
    default: 100,
    source: placeholder,
  }),
  uncertainty: real({
    description: 'clock uncertainty',
    unit: 'ns',
    min: 0,
    max: 1000,
    default: 0,
    source: placeholder,
  }),
  ioDelay: real({
    description: 'part of the clock period that passes outside of an input, and outside of an output',
    min: 0,
    max: 1,
    default: 0.3,
    source: placeholder,
  }),
  part: word(/^[\w-]+$/, 'xc7a100tcsg324-1', 'FPGA of the Vivado project', 'a part that free licences cover'),
  vendor: word(/^[\w.-]+$/, 'prunus', 'vendor of the FuseSoC core'),
  version: word(/^\d[\w.-]*$/, '1.0.0', 'version of the FuseSoC core'),
  macroWidth: integer({
    description: 'most bits of a word of a memory macro; wider memories are made of several side by side',
    unit: 'bits',
    min: 1,
    max: 4096,
    default: 64,
    source: placeholder,
  }),
  macroDepth: integer({
    description: 'most words of a memory macro; deeper memories are made of several banks',
    unit: 'words',
    min: 16,
    max: 1 << 20,
    default: 1024,
    source: placeholder,
  }),
  smallestMacro: integer({
    description: 'memories of fewer bits stay flip-flops beside OpenRAM and fakeram macros',
    unit: 'bits',
    min: 0,
    max: 1 << 30,
    default: 1024,
    source: placeholder,
  }),
  openramTech: word(/^\w+$/, 'sky130', 'tech_name of the OpenRAM configurations', placeholder),
  feature: integer({
    description: 'feature size F, for the area of macros',
    unit: 'nm',
    min: 1,
    max: 10_000,
    default: 180,
    source: placeholder,
  }),
  sramCell: real({
    description: 'area of an SRAM cell in F^2; two ports take more',
    min: 1,
    max: 10_000,
    default: 140,
    source: 'ITRS 2013, emerging research devices: a six-transistor cell',
  }),
  reramCell: real({
    description: 'area of a ReRAM cell in F^2',
    min: 1,
    max: 10_000,
    default: 12,
    source: `one transistor, one resistor; ${placeholder}`,
  }),
  arrayShare: real({
    description:
      'share of a macro that its cells cover; the rest is decoders, drivers, sense amplifiers and converters',
    min: 0.001,
    max: 1,
    default: 0.5,
    source: placeholder,
  }),
  macroSetup: real({
    description: 'part of the clock period that inputs of a macro must be early',
    min: 0,
    max: 1,
    default: 0.1,
    source: placeholder,
  }),
  macroAccess: real({
    description: 'part of the clock period from the edge to the outputs of a macro',
    min: 0,
    max: 1,
    default: 0.4,
    source: placeholder,
  }),
});
export type FlowSettings = z.output<typeof flowSettings>;

/** Nanoseconds. */
export const period = ({ clock }: Pick<FlowSettings, 'clock'>): number => 1000 / clock;

/** A number of ns, um or pF as these formats have it: three decimals, the same everywhere. */
export const fixed = (value: number): string => value.toFixed(3);
