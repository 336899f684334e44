/** `prunus estimate`: needs no tools. */
import { z } from 'zod';
import { elaborate } from '../dsl/elaborate.ts';
import { type AreaEstimate, estimateArea } from '../estimate/area.ts';
import { type DoneWork, type EnergyEstimate, estimateEnergy } from '../estimate/energy.ts';
import { designFiles } from '../sim/design-files.ts';
import type { Action } from './action.ts';
import { checkWork, workOf, workOptions } from './asked-work.ts';
import { type Design, findDesign } from './designs.ts';
import { checkOptions, common, realNumber, settings, wholeNumber } from './options.ts';
import { attention } from './run.ts';
import { grouped, table } from './table.ts';
import { shortName } from './timing-text.ts';

const schema = z.object({
  ...common,
  ...settings,
  ...workOptions,
  heads: wholeNumber(1, 4096).optional(),
  clock: realNumber(0.001, 10_000),
});
type Options = z.output<typeof schema>;

export const estimate: Action = async (raw, given) => {
  const options = checkOptions(schema, raw);
  checkWork(options);
  const found = await findDesign(given, options.set);
  const { design, cycles } = await cyclesOf(found, options);
  const { netlist } = elaborate(design.part, design.name);
  const area = estimateArea(netlist, designFiles(netlist));
  const energy = cycles && estimateEnergy(area, cycles);
  const data = { design: design.label, ...area, cycles, energy };
  process.stdout.write(
    options.json ? `${JSON.stringify(data)}\n` : textOf(design, area, cycles, energy, options.clock),
  );
  return 0;
};

interface WorkloadCycles extends DoneWork {
  /** In words. */
  readonly workload: string;
  readonly heads: number;
  readonly loadCycles: number;
  readonly pairs: number;
}

/** From the timing model; undefined for a design that has none. */
async function cyclesOf(
  found: Design,
  options: Options,
): Promise<{ design: Design; cycles: WorkloadCycles | undefined }> {
  const work = found.machine && workOf(found, options);
  if (!work) return { design: found, cycles: undefined };
  const { tensors, sizes } = work;
  const golden = { engine: 'golden', waves: undefined, wavesWindow: undefined, wavesHead: 0 } as const;
  const { sized, report } = await attention(found, tensors, { ...work.settings, ...golden });
  const sum = (of: (h: (typeof report.heads)[number]) => number | null | undefined): number =>
    report.heads.reduce((n, h) => n + (of(h) ?? 0), 0);
  // A machine that holds everything on chip has no such counters.
  const fetched = (name: 'keys_fetched' | 'values_fetched'): number | null =>
    report.heads.every((h) => typeof h.predicted?.[name] === 'number') ? sum((h) => h.predicted?.[name]) : null;
  return {
    design: sized,
    cycles: {
      workload: work.text,
      heads: tensors.heads,
      rows: tensors.heads * tensors.tokens,
      dim: tensors.dim,
      cycles: sum((h) => h.predicted?.cycles),
      loadCycles: sum((h) => h.predicted?.load_cycles),
      keptPairs: sum((h) => h.keptPairs),
      pruned: !options.dense,
      pairs: sum((h) => h.validPairs),
      keysFetched: fetched('keys_fetched'),
      valuesFetched: fetched('values_fetched'),
      keyBits: sizes.widths.keyBits,
      valueBits: sizes.widths.valueBits,
    },
  };
}

const whole = (n: number): string => grouped(Math.round(n));
const microjoules = (j: number): string => `${(j * 1e6).toPrecision(3)} uJ`;

function textOf(
  design: Design,
  area: AreaEstimate,
  cycles: WorkloadCycles | undefined,
  energy: EnergyEstimate | undefined,
  clock: number,
): string {
  const { total, modules, macros, top } = area;
  const rows = modules
    .filter((m) => m.area > 0)
    .map((m) => [
      shortName(m.module, top),
      `x ${m.instances}`,
      whole(m.area),
      whole(m.registers),
      `${((100 * m.instances * m.area) / total.area).toFixed(1)} %`,
      m.calibrated ? '' : 'not calibrated',
    ]);
  const sum = ['all instances', '', whole(total.area), whole(total.registers), '', ''];
  const macroRows = macros.map((m) => [
    shortName(m.module, top),
    `x ${m.instances}`,
    `${whole(m.bits)} ${m.technology === 'reram' ? 'devices' : 'bits'}`,
  ]);
  const lines = [
    `${design.label}: estimated, gate equivalents (NAND2 = 1)\n`,
    table([['module', '', 'GE', 'registers', 'share', ''], ...rows, sum], '  '),
    `cells of osu018: ${(total.um2.osu018 / 1e6).toFixed(2)} mm2\n`,
    `memories: ${whole(total.sramBits)} bits of SRAM, ${whole(total.reramDevices)} devices of ReRAM; ${whole(total.arrayBits)} bits of queues among the registers\n`,
    table(macroRows, '  '),
  ];
  if (cycles) {
    const ms = (cycles.cycles / (clock * 1e3)).toPrecision(3);
    lines.push(
      `cycles on ${cycles.workload}: ${whole(cycles.cycles)} (${ms} ms at ${clock} MHz), and ${whole(cycles.loadCycles)} to load\n`,
    );
  } else lines.push('cycles: this design has no timing model\n');
  if (energy) {
    const parts = energy.parts.map((p) => [p.name, microjoules(p.joules), p.of]);
    lines.push(`energy ${microjoules(energy.total)} at 65 nm, to tell designs apart by\n`, table(parts, '  '));
  }
  return lines.join('');
}
