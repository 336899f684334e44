/**
 * Fits what `prunus estimate` knows to what `prunus synth --target generic` makes of random designs, and writes it to
 * src/estimate/calibration.ts. Mapped modules are kept in the cache. To be run again when `generic`, a component or the counting changes.
 *
 * Usage: npm run calibrate [-- DESIGNS OF EACH ARCHITECTURE]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrationDesigns, estimatedDesigns, seeds } from '../bench/estimated-designs.ts';
import { root } from '../bench/context.ts';
import { architectures } from '../src/architectures/registry.ts';
import { elaborate } from '../src/dsl/elaborate.ts';
import { selectFiles } from '../src/emit/design.ts';
import { type AmountName, amountNames, type Counted, nothing } from '../src/estimate/amounts.ts';
import { rawArea } from '../src/estimate/area.ts';
import { countModule } from '../src/estimate/count.ts';
import { designFiles } from '../src/sim/design-files.ts';
import { synthesize } from '../src/synth/design.ts';
import { targetOf } from '../src/synth/targets.ts';
import { openYosys } from '../src/synth/yosys.ts';

interface Sample {
  readonly component: string;
  readonly counted: Counted;
  readonly area: number;
}

/** What one of each takes in cells of `generic` (src/synth/cells.ts), before anything is shared: what is believed without a sample. */
const cells: Counted = {
  register: 5.67,
  resetRegister: 6.67,
  array: 5.67,
  product: 6.66,
  productEdge: 5.33,
  adder: 5.33,
  increment: 3.33,
  equal: 2.67,
  mux: 2.33,
  shift: 2.33,
  select: 1.67,
  xor: 2,
  gate: 1.33,
  table: 1.33,
};
/** How much, against the samples. */
const trust = 30;

const count = Number(process.argv[2] ?? calibrationDesigns);
const samples = await mapped();
const weights = fitted(samples);
const components = corrections(samples, weights);
write(weights, components);

/** Every leaf of every design, mapped. */
async function mapped(): Promise<Sample[]> {
  const yosys = await openYosys();
  const found: Sample[] = [];
  for (const { architecture, parameters } of estimatedDesigns(seeds.calibration, count)) {
    const { netlist } = elaborate(architectures[architecture].make(parameters as never), 'estimated');
    const files = designFiles(netlist);
    const texts = new Map(selectFiles(files, 'asic').map((f) => [f.module, f.text]));
    const { report } = await synthesize(netlist, { yosys, target: targetOf('generic'), files });
    for (const { module, component, area } of report.modules) {
      if (area! > 0) found.push({ component, counted: countModule(texts.get(module)!), area: area! });
    }
    console.error(
      `${architecture}: ${Math.round(report.total.area!)} gate equivalents, ${found.length} modules so far`,
    );
  }
  await yosys.close();
  return found;
}

/**
 * Least squares of errors that count less the larger a module is, though not as little as relative ones would, and of the distances from
 * the sizes of cells, without which amounts that come together would share their area at random. No weight below 0; coordinate by coordinate.
 */
function fitted(all: readonly Sample[]): Counted {
  const made = nothing();
  const rows = all.map(({ counted, area }) => ({ x: counted, y: area, weight: Math.max(area, 200) ** -1.6 }));
  for (let sweep = 0; sweep < 5000; sweep++) {
    for (const name of amountNames) {
      let [above, below] = [trust / cells[name], trust / cells[name] ** 2];
      for (const { x, y, weight } of rows) {
        above += weight * x[name] * (y - rawArea(x, made) + made[name] * x[name]);
        below += weight * x[name] ** 2;
      }
      made[name] = Math.max(0, above / below);
    }
  }
  return made;
}

/** The mean ratio of each component, drawn towards 1 as if one more module had been right. */
function corrections(all: readonly Sample[], made: Counted): Record<string, number> {
  const names = [...new Set(all.map((s) => s.component))].toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const ratios = all
        .filter((s) => s.component === name)
        .map((s) => Math.log(s.area / Math.max(1, rawArea(s.counted, made))));
      return [name, Math.exp(ratios.reduce((a, b) => a + b, 0) / (ratios.length + 1))];
    }),
  );
}

function write(made: Counted, by: Record<string, number>): void {
  const entry = ([name, value]: readonly [string, number]): string => `    ${name}: ${Number(value.toFixed(4))},\n`;
  const text = `/** Written by \`npm run calibrate\` from ${samples.length} modules of ${3 * count} designs; not to be changed by hand. */
import type { Counted } from './amounts.ts';

export const calibration: {
  /** Gate equivalents of one of each amount. */
  readonly weights: Readonly<Counted>;
  /** How many times that modules of a component take. */
  readonly components: Readonly<Record<string, number>>;
} = {
  weights: {
${amountNames.map((name: AmountName) => entry([name, made[name]])).join('')}  },
  components: {
${Object.entries(by).map(entry).join('')}  },
};
`;
  writeFileSync(join(root, 'src', 'estimate', 'calibration.ts'), text);
}
